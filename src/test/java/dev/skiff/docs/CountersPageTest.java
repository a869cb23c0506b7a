package dev.skiff.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.skiff.Rig;
import dev.skiff.dev.DeviceStat;
import dev.skiff.ip.IpStat;
import dev.skiff.loop.LoopStat;
import dev.skiff.neigh.AcdStat;
import dev.skiff.neigh.NeighbourStat;
import dev.skiff.stack.PoolStat;
import dev.skiff.wire.FaultStat;
import dev.skiff.wire.TapStat;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** docs/counters.md is written from the counters themselves. */
class CountersPageTest {
  private static final String PAGE = "counters.md";

  /** RFC 1213's objects of ip, icmp and udp, without their prefix. */
  private static final Set<String> RFC_1213 =
      Set.of(
          ("Forwarding DefaultTTL InReceives InHdrErrors InAddrErrors ForwDatagrams InUnknownProtos"
                  + " InDiscards InDelivers OutRequests OutDiscards OutNoRoutes ReasmTimeout"
                  + " ReasmReqds ReasmOKs ReasmFails FragOKs FragFails FragCreates InMsgs InErrors"
                  + " InDestUnreachs InTimeExcds InParmProbs InSrcQuenchs InRedirects InEchos"
                  + " InEchoReps InTimestamps InTimestampReps InAddrMasks InAddrMaskReps OutMsgs"
                  + " OutErrors OutDestUnreachs OutTimeExcds OutParmProbs OutSrcQuenchs OutRedirects"
                  + " OutEchos OutEchoReps OutTimestamps OutTimestampReps OutAddrMasks"
                  + " OutAddrMaskReps InDatagrams NoPorts OutDatagrams")
              .split(" "));

  /** Columns of /proc/net/stat/arp_cache. */
  private static final Set<String> ARP_CACHE =
      Set.of(
          "allocs",
          "destroys",
          "lookups",
          "hits",
          "res_failed",
          "periodic_gc_runs",
          "forced_gc_runs",
          "unres_discards",
          "table_fulls");

  private final List<String> lines = new ArrayList<>();
  private final Set<String> written = new TreeSet<>();

  private void group(String title, String about) {
    lines.add("");
    lines.add("## " + title);
    lines.add("");
    lines.add(about);
    lines.add("");
    lines.add("| Counter | Meaning | Name from |");
    lines.add("|---|---|---|");
  }

  private void row(String group, String name, String meaning, String source) {
    written.add(group + "." + name);
    lines.add("| `" + name + "` | " + meaning + " | " + source + " |");
  }

  private static String sourceOf(IpStat stat) {
    String name = stat.statName();
    if (name.equals("OutTransmits")) {
      return "RFC 4293 `ipSystemStatsOutTransmits`";
    }
    if (stat.group().equals("IpExt")) {
      return "Skiff";
    }
    return RFC_1213.contains(name)
        ? "RFC 1213 `" + stat.group().toLowerCase(java.util.Locale.ROOT) + name + "`"
        : "Linux, `/proc/net/snmp`";
  }

  @Test
  void thePageHasEveryCounter() throws Exception {
    devices();
    protocols();
    tables();
    loopAndPool();
    Golden.part(PAGE, "counters", String.join("\n", lines).strip() + "\n");
    assertAllAreWritten();
  }

  private void devices() throws ReflectiveOperationException {
    group("NAME", "A device, called as its TAP is: `skiff0`, say.");
    for (DeviceStat stat : DeviceStat.values()) {
      String linux = "Linux, `ip -s link`";
      row("NAME", stat.statName(), stat.text(), stat == DeviceStat.TX_TIMEOUT ? "Skiff" : linux);
    }
    group(
        "host_NAME",
        "The host's side of the TAP, as the host counts it: what it sends (`tx_`) Skiff receives.");
    for (Object stat : Class.forName("dev.skiff.sys.RtMessage$Stat").getEnumConstants()) {
      Field key = stat.getClass().getDeclaredField("key");
      key.setAccessible(true);
      String name = String.valueOf(key.get(stat));
      String meaning =
          name.equals("tx_dropped")
              ? "Frames that the host lost since its queue for Skiff was full (`--txqueuelen`)."
              : "As `" + name + "` of a device, seen from the host.";
      row("host_NAME", name, meaning, "Linux, `ip -s link`");
    }
    group("io_NAME", "What the device's wire has asked of the kernel: calls, not frames.");
    for (TapStat stat : TapStat.values()) {
      row("io_NAME", stat.statName(), stat.text(), "Skiff");
    }
    group(
        "fault_NAME",
        "While a fault is set: for each direction, `in_` and `out_`. [More](faults.md).");
    for (FaultStat stat : FaultStat.values()) {
      row("fault_NAME", "in_" + stat.statName(), stat.text(), "Skiff");
    }
  }

  private void protocols() {
    for (String protocol : List.of("Ip", "IpExt", "Icmp", "Udp")) {
      group(protocol, "Of all devices together.");
      if (protocol.equals("Ip")) {
        row("Ip", "Forwarding", "2: nothing is forwarded.", "RFC 1213 `ipForwarding`");
        row("Ip", "DefaultTTL", "The TTL of what is sent.", "RFC 1213 `ipDefaultTTL`");
      }
      for (IpStat stat : IpStat.values()) {
        if (stat.group().equals(protocol)) {
          row(protocol, stat.statName(), stat.text(), sourceOf(stat));
        }
      }
    }
  }

  private void tables() {
    group("arp_cache", "The neighbour table. [More](neighbours.md).");
    for (NeighbourStat stat : NeighbourStat.values()) {
      boolean linux = ARP_CACHE.contains(stat.statName());
      String source = linux ? "Linux, `/proc/net/stat/arp_cache`" : "Skiff";
      row("arp_cache", stat.statName(), stat.text(), source);
    }
    group("acd", "Address conflict detection, RFC 5227.");
    for (AcdStat stat : AcdStat.values()) {
      row("acd", stat.statName(), stat.text(), "Skiff");
    }
  }

  private void loopAndPool() {
    group("sk_buff", "The pool of packet buffers: taken - freed is what is out.");
    for (PoolStat stat : PoolStat.values()) {
      row("sk_buff", stat.statName(), stat.text(), "Skiff");
    }
    group("Loop", "The loop thread.");
    for (LoopStat stat : LoopStat.values()) {
      row("Loop", stat.statName(), stat.text(), "Skiff");
    }
    row(
        "Loop",
        "AllocatedBytes",
        "Java heap that its thread has taken; none for a packet.",
        "Skiff");
  }

  /** What a whole stack counts, a fault set, stands on the page, and has a meaning there. */
  private void assertAllAreWritten() throws IOException {
    try (Rig rig = new Rig(builder -> builder.fault("loss=1%,seed=1"))) {
      Map<String, Map<String, Long>> all = rig.skiff.counters();
      List<String> missing = new ArrayList<>();
      all.forEach(
          (group, counters) ->
              counters
                  .keySet()
                  .forEach(
                      name -> {
                        String kind = group.replace("skiff0", "NAME");
                        String known = name.replaceFirst("^out_", "in_");
                        String key = kind + "." + (kind.equals("fault_NAME") ? known : name);
                        if (!written.contains(key)) {
                          missing.add(group + "." + name);
                        }
                      }));
      assertEquals(List.of(), missing, "counters that the page lacks");
    }
    String page = Files.readString(Golden.DOCS.resolve(PAGE));
    assertEquals(-1, page.indexOf("|  |"), "a counter without a meaning");
  }
}
