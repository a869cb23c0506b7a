package dev.skiff.control;

import dev.skiff.dev.InDevice;
import dev.skiff.dev.InIfaddr;
import dev.skiff.dev.NetDevice;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Carries out what {@code skiff addr} asks. Thread: the loop thread. */
final class Addresses {
  private Addresses() {}

  /**
   * Does it.
   *
   * @param devices those that are meant; one, unless they are only shown
   * @throws IllegalArgumentException if it cannot be
   */
  static Reply carryOut(AddrRequest request, List<NetDevice> devices) {
    InDevice in = devices.getFirst().inDev();
    switch (request.action()) {
      case SHOW -> {
        return new Reply.Addresses(devices.stream().map(Addresses::show).toList());
      }
      case ADD -> in.add(Objects.requireNonNull(request.address()));
      case DEL -> delete(in, devices.getFirst(), request);
      case FLUSH -> {
        int all = in.addresses().size();
        in.clear();
        return new Reply.Flushed(all);
      }
    }
    return new Reply.Addresses(List.of(show(devices.getFirst())));
  }

  /** {@code inet_rtm_deladdr}: the next one in its network takes its place, as told by a sysctl. */
  private static void delete(InDevice in, NetDevice dev, AddrRequest request) {
    int local = Objects.requireNonNull(request.local());
    InIfaddr there = in.find(local);
    Integer prefix = request.prefixlen();
    if (there != null && prefix != null && there.local().prefix() != prefix) {
      throw new IllegalArgumentException(
          dev.name() + " does not have " + request.address() + ": it has " + there.local());
    }
    in.delete(local);
  }

  private static Reply.DeviceAddresses show(NetDevice dev) {
    List<Reply.Address> all = new ArrayList<>();
    List<Ip4Prefix> before = new ArrayList<>();
    for (InIfaddr ifa : dev.inDev().addresses()) {
      Ip4Prefix local = ifa.local();
      boolean secondary =
          before.stream()
              .anyMatch(b -> b.prefix() == local.prefix() && b.network() == local.network());
      before.add(local);
      all.add(
          new Reply.Address(
              Ip4Addr.format(local.address()),
              local.prefix(),
              local.hasBroadcast() ? Ip4Addr.format(local.broadcast()) : "",
              Ip4Addr.isLinkLocal(local.address()) ? "link" : "global",
              secondary,
              ifa.state().word()));
    }
    return new Reply.DeviceAddresses(Links.show(dev), all);
  }
}
