package dev.skiff.control;

import dev.skiff.dev.NetDevice;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.MacAddr;
import dev.skiff.neigh.NeighbourState;
import dev.skiff.neigh.NeighbourTable;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Carries out what {@code skiff neigh} asks. Thread: the loop thread. */
final class Neighbours {
  private static final long NS_PER_S = 1_000_000_000L;

  private final NeighbourTable table;
  private final long nowNs;

  Neighbours(NeighbourTable table, long nowNs) {
    this.table = table;
    this.nowNs = nowNs;
  }

  /**
   * Does it.
   *
   * @param dev the device that is meant; null for all
   * @throws IllegalArgumentException if it cannot be
   * @throws IllegalStateException if it cannot be done as things are
   */
  Reply carryOut(NeighRequest request, @Nullable NetDevice dev) {
    return switch (request.action()) {
      case SHOW -> show(request, dev);
      case GET -> get(request, dev);
      case ADD -> set(request, dev, NeighbourTable.IfThere.REFUSE);
      case REPLACE -> set(request, dev, NeighbourTable.IfThere.REPLACE);
      case CHANGE -> set(request, dev, NeighbourTable.IfThere.REQUIRE);
      case DEL -> delete(request, dev);
      case FLUSH -> flush(request, dev);
    };
  }

  private Reply.Neigh show(NeighRequest request, @Nullable NetDevice dev) {
    List<Reply.Neighbour> shown =
        table.entries(nowNs).stream()
            .filter(e -> dev == null || e.device().equals(dev.name()))
            .filter(e -> request.dst() == null || e.ip() == request.dst())
            .filter(e -> request.nud() == null || e.state() == request.nud())
            .sorted(
                Comparator.comparing(NeighbourTable.Entry::device)
                    .thenComparing(NeighbourTable.Entry::ip, Integer::compareUnsigned))
            .map(Neighbours::shown)
            .toList();
    return new Reply.Neigh(shown);
  }

  private static Reply.Neighbour shown(NeighbourTable.Entry entry) {
    return new Reply.Neighbour(
        Ip4Addr.format(entry.ip()),
        entry.device(),
        entry.mac() == 0 ? "" : MacAddr.format(entry.mac()),
        entry.state().name(),
        entry.queued(),
        entry.usedNs() / NS_PER_S,
        entry.confirmedNs() < 0 ? -1 : entry.confirmedNs() / NS_PER_S,
        entry.updatedNs() / NS_PER_S,
        entry.probes());
  }

  private Reply.Neigh get(NeighRequest request, @Nullable NetDevice dev) {
    Reply.Neigh found = show(request, dev);
    if (found.neighbours().isEmpty()) {
      throw notThere(request, dev);
    }
    return found;
  }

  private Reply.Neigh set(
      NeighRequest request, @Nullable NetDevice dev, NeighbourTable.IfThere ifThere) {
    NeighbourState state = request.nud();
    Integer dst = request.dst();
    Long lladdr = request.lladdr();
    if (dev == null || dst == null || lladdr == null) {
      throw new IllegalArgumentException("dev, dst and lladdr are needed");
    }
    table.add(dev, dst, lladdr, state == null ? NeighbourState.PERMANENT : state, ifThere, nowNs);
    return show(new NeighRequest(NeighRequest.Action.SHOW, null, dst, null, null), dev);
  }

  private Reply.Neigh delete(NeighRequest request, @Nullable NetDevice dev) {
    Integer dst = request.dst();
    if (dev == null || dst == null || !table.delete(dev, dst)) {
      throw notThere(request, dev);
    }
    return new Reply.Neigh(List.of());
  }

  private static IllegalStateException notThere(NeighRequest request, @Nullable NetDevice dev) {
    Integer dst = request.dst();
    return new IllegalStateException(
        (dst == null ? "it" : Ip4Addr.format(dst))
            + (dev == null ? "" : " dev " + dev.name())
            + " is not in the neighbour table");
  }

  private Reply.Flushed flush(NeighRequest request, @Nullable NetDevice dev) {
    Set<NeighbourState> states =
        request.nud() == null
            ? EnumSet.complementOf(EnumSet.of(NeighbourState.PERMANENT, NeighbourState.NOARP))
            : EnumSet.of(request.nud());
    return new Reply.Flushed(table.flush(dev, states));
  }
}
