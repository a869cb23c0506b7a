package dev.skiff.metrics;

import dev.skiff.ip.IpStat;
import dev.skiff.loop.LoopStat;
import dev.skiff.loop.PollLoop;
import dev.skiff.neigh.AcdStat;
import dev.skiff.neigh.NeighbourStat;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuffPool;
import dev.skiff.skb.Verdicts;
import dev.skiff.stack.NetStack;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.ArrayList;
import java.util.List;

/** What there is once: protocols, tables, buffers, ends of packets, the loop, the process. */
final class StackFamilies {
  private static final String REASON = "reason";

  private final NetStack stack;
  private final PollLoop loop;
  private final ProcessFacts process = new ProcessFacts();

  StackFamilies(NetStack stack, PollLoop loop) {
    this.stack = stack;
    this.loop = loop;
  }

  List<Family> all() {
    List<Family> all = new ArrayList<>();
    packets(all);
    protocols(all);
    loop(all);
    process(all);
    return all;
  }

  private void packets(List<Family> all) {
    Verdicts verdicts = stack.pool().verdicts();
    List<DropReason> reasons = new ArrayList<>();
    List<Labels> labels = new ArrayList<>();
    for (int i = 0; i < DropReason.count(); i++) {
      DropReason reason = DropReason.of(i);
      if (reason.isDrop()) {
        reasons.add(reason);
        labels.add(Labels.of(REASON, reason.name()));
      }
    }
    all.add(
        Family.counter(
            "skiff_drops",
            "Packets that were lost, by the reason why: see skiff drops.",
            List.of(REASON),
            (scrape, into) -> {
              for (int i = 0; i < labels.size(); i++) {
                into.add(labels.get(i), (double) verdicts.of(reasons.get(i)));
              }
            }));
    all.add(
        Family.counter(
            "skiff_consumed",
            "Packets that came to a good end: sent, answered or used up.",
            scrape -> verdicts.of(DropReason.CONSUMED)));
    SkBuffPool pool = stack.pool();
    all.add(Family.counter("skiff_sk_buff_taken", "Packet buffers taken.", s -> pool.taken()));
    all.add(Family.counter("skiff_sk_buff_freed", "Packet buffers freed.", s -> pool.freed()));
    all.add(
        Family.counter(
            "skiff_sk_buff_failed",
            "Packet buffers that were wanted and not to be had.",
            s -> pool.failed()));
    all.add(Family.counter("skiff_sk_buff_cloned", "Packet buffers cloned.", s -> pool.cloned()));
    all.add(
        Family.counter(
            "skiff_sk_buff_unshared",
            "Clones that were copied, since they were to be written to.",
            s -> pool.unshared()));
    all.add(
        Family.gauge(
            "skiff_sk_buff_pool_bytes",
            "Memory taken for packet buffers.",
            s -> (double) pool.bytes()));
    all.add(
        Family.gauge(
            "skiff_sk_buff_pool_limit_bytes",
            "The most memory that packet buffers may take: --buffer-memory.",
            s -> (double) pool.mostBytes()));
  }

  private void protocols(List<Family> all) {
    all.add(
        Family.gauge(
            "skiff_ip_forwarding", "RFC 1213 ipForwarding: 2, nothing is forwarded.", s -> 2));
    all.add(
        Family.gauge(
            "skiff_ip_default_ttl",
            "The time to live of what is sent.",
            s -> stack.ipv4().defaultTtl()));
    for (IpStat stat : IpStat.values()) {
      all.add(
          Family.counter(
              name(stat.group(), stat.statName()), stat.text(), s -> stack.ipv4().stat(stat)));
    }
    all.add(
        Family.gauge(
            "skiff_neighbour_entries",
            "Entries in the neighbour table, of whatever state.",
            s -> {
              // Not asked for at one moment: there may be more of these than of those before.
              long gone = stack.neighbours().stat(NeighbourStat.DESTROYS);
              return (double) Math.max(0, stack.neighbours().stat(NeighbourStat.ALLOCS) - gone);
            }));
    for (NeighbourStat stat : NeighbourStat.values()) {
      all.add(
          Family.counter(
              name("arp_cache", stat.statName()), stat.text(), s -> stack.neighbours().stat(stat)));
    }
    for (AcdStat stat : AcdStat.values()) {
      all.add(
          Family.counter(
              name("acd", stat.statName()), stat.text(), s -> stack.addressConflicts().stat(stat)));
    }
  }

  private void loop(List<Family> all) {
    for (LoopStat stat : LoopStat.values()) {
      all.add(Family.counter(name("loop", stat.statName()), stat.text(), s -> loop.stat(stat)));
    }
    all.add(
        Family.counter(
            "skiff_loop_allocated_bytes",
            "Bytes that the loop's thread has allocated on the Java heap, none of them for a packet.",
            s -> s.loop().getOrDefault("AllocatedBytes", 0L)));
  }

  private void process(List<Family> all) {
    all.add(
        Family.gauge(
            "process_start_time_seconds",
            "When the process began, in seconds since 1970.",
            s -> process.startS()));
    all.add(
        Family.gauge(
            "skiff_uptime_seconds", "How long the process has run.", s -> process.uptimeS()));
    all.add(
        Family.counter(
            "process_cpu_seconds",
            "Processor time of all threads of the process.",
            List.of(),
            (s, into) -> {
              double cpuS = process.cpuS();
              if (!Double.isNaN(cpuS)) {
                into.add(Labels.EMPTY, cpuS);
              }
            }));
    all.add(
        Family.gauge(
            "process_resident_memory_bytes",
            "Memory of the process that is resident.",
            s -> process.residentBytes()));
    all.add(
        Family.gauge(
            "process_open_fds", "Descriptors that the process has open.", s -> process.openFds()));
  }

  private static String name(String group, String name) {
    return "skiff_" + MetricName.snake(group) + "_" + MetricName.snake(name);
  }
}
