package dev.skiff.stack;

import dev.skiff.dev.DeviceStat;
import dev.skiff.dev.NetDevice;
import dev.skiff.ip.IpStat;
import dev.skiff.neigh.AcdStat;
import dev.skiff.neigh.NeighbourStat;
import dev.skiff.wire.FaultDirection;
import dev.skiff.wire.FaultStat;
import dev.skiff.wire.FaultyWire;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All counters of a stack, read once: see {@link NetStack#counters}. Any thread. */
final class StackCounters {
  private final NetStack stack;

  StackCounters(NetStack stack) {
    this.stack = stack;
  }

  /** By group and name. */
  Map<String, Map<String, Long>> all() {
    Map<String, Map<String, Long>> groups = new LinkedHashMap<>();
    for (NetDevice dev : stack.devices()) {
      for (DeviceStat stat : DeviceStat.values()) {
        put(groups, dev.name(), stat.statName(), dev.stat(stat));
      }
      FaultyWire fault = dev.fault();
      if (fault != null) {
        putFaults(groups, NetStack.faultGroup(dev), fault);
      }
      dev.wire().ioCounters().forEach((name, n) -> put(groups, NetStack.ioGroup(dev), name, n));
      dev.wire().farCounters().forEach((name, n) -> put(groups, NetStack.farGroup(dev), name, n));
    }
    // RFC 1213 ip: ipForwarding is 2 where nothing is forwarded.
    put(groups, "Ip", "Forwarding", 2);
    put(groups, "Ip", "DefaultTTL", stack.ipv4().defaultTtl());
    for (IpStat stat : IpStat.values()) {
      put(groups, stat.group(), stat.statName(), stack.ipv4().stat(stat));
    }
    for (NeighbourStat stat : NeighbourStat.values()) {
      put(groups, "arp_cache", stat.statName(), stack.neighbours().stat(stat));
    }
    for (AcdStat stat : AcdStat.values()) {
      put(groups, "acd", stat.statName(), stack.addressConflicts().stat(stat));
    }
    for (PoolStat stat : PoolStat.values()) {
      put(groups, "sk_buff", stat.statName(), stat.of(stack.pool()));
    }
    return groups;
  }

  private static void putFaults(
      Map<String, Map<String, Long>> groups, String group, FaultyWire fault) {
    for (FaultDirection way : List.of(FaultDirection.IN, FaultDirection.OUT)) {
      for (FaultStat stat : FaultStat.values()) {
        put(groups, group, way.settingName() + "_" + stat.statName(), fault.stat(way, stat));
      }
    }
  }

  private static void put(
      Map<String, Map<String, Long>> groups, String group, String name, long value) {
    groups.computeIfAbsent(group, g -> new LinkedHashMap<>()).put(name, value);
  }
}
