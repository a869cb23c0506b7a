package dev.skiff.stack;

import dev.skiff.dev.DeviceStat;
import dev.skiff.dev.NetDevice;
import dev.skiff.dev.PacketTap;
import dev.skiff.dev.PacketTypes;
import dev.skiff.dev.Taps;
import dev.skiff.eth.Eth;
import dev.skiff.eth.Snap;
import dev.skiff.header.EthHdr;
import dev.skiff.header.EtherType;
import dev.skiff.header.IpProto;
import dev.skiff.ip.Icmp;
import dev.skiff.ip.IpStat;
import dev.skiff.ip.Ipv4;
import dev.skiff.ip.Routes;
import dev.skiff.loop.Agent;
import dev.skiff.neigh.Arp;
import dev.skiff.neigh.NeighbourStat;
import dev.skiff.neigh.NeighbourTable;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuffPool;
import dev.skiff.stats.Faults;
import dev.skiff.sys.PollSet;
import dev.skiff.time.TimerQueue;
import dev.skiff.wire.FaultDirection;
import dev.skiff.wire.FaultSpec;
import dev.skiff.wire.FaultStat;
import dev.skiff.wire.FaultyWire;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A network stack: one pool of buffers, its devices, and the protocols over them.
 *
 * <p>A turn is the article's: top half, bottom half, transmit. Thread: see the package.
 */
public final class NetStack implements Agent, AutoCloseable {
  /** Frames taken from a wire in one turn. */
  public static final int RX_BUDGET = 64;

  /** Frames delivered from a backlog in one turn; more than come in, so that it empties. */
  public static final int BH_BUDGET = 2 * RX_BUDGET;

  /** The most devices. */
  public static final int MAX_DEVICES = 32;

  private static final int MAX_FAULTY_TURNS = 8;

  private final SkBuffPool pool;
  private final TimerQueue timers;
  private final Faults faults;
  private final Taps taps;
  private final PacketTypes packetTypes = new PacketTypes();
  private final Routes routes = new Routes();
  private final Ipv4 ipv4 = new Ipv4(routes);
  private final Arp arp;
  private final Eth eth;
  private final NetDevice[] devices;
  private final int[] faultyTurns;
  private boolean closed;

  /**
   * Builds a stack; its devices are down.
   *
   * @param memory how its pool is made
   * @throws IllegalArgumentException if there are no devices or too many, or too little memory
   */
  public NetStack(List<DeviceConfig> configs, PoolConfig memory, TimerQueue timers, Faults faults) {
    if (configs.isEmpty() || configs.size() > MAX_DEVICES) {
      throw new IllegalArgumentException("a stack has 1 to " + MAX_DEVICES + " devices");
    }
    this.timers = timers;
    this.faults = faults;
    taps = new Taps(faults);
    int mtu = configs.stream().mapToInt(DeviceConfig::mtu).max().orElseThrow();
    pool = memory.open(EthHdr.HLEN + mtu + NetDevice.RX_SPARE, MAX_DEVICES);
    pool.setFateListener(taps);
    arp = new Arp(pool, timers);
    eth = new Eth(arp.table());
    packetTypes.add(EtherType.IP, ipv4);
    packetTypes.add(EtherType.ARP, arp);
    packetTypes.add(EtherType.P_802_2, new Snap());
    packetTypes.add(EtherType.P_8021Q, (skb, dev, nowNs) -> DropReason.VLAN_UNKNOWN);
    packetTypes.add(EtherType.IPV6, (skb, dev, nowNs) -> DropReason.IPV6DISABLED);
    ipv4.addProtocol(IpProto.ICMP, new Icmp(ipv4));
    devices = new NetDevice[configs.size()];
    faultyTurns = new int[devices.length];
    for (int i = 0; i < devices.length; i++) {
      devices[i] = device(configs.get(i), i);
    }
  }

  private NetDevice device(DeviceConfig config, int index) {
    NetDevice dev =
        new NetDevice(
            config.name(),
            index,
            config.wire(),
            config.mac(),
            config.mtu(),
            pool,
            eth,
            packetTypes,
            taps,
            faults);
    config.wire().setRxCopy(eth);
    dev.setAddress(config.address());
    routes.addConnected(dev, config.address());
    Integer gateway = config.gateway();
    if (gateway != null) {
      routes.addDefault(dev, gateway);
    }
    return dev;
  }

  /** Brings all devices up. Before the loop starts, or on its thread. */
  public void open() {
    for (NetDevice dev : devices) {
      if (!dev.open()) {
        throw new IllegalStateException("no buffer for device " + dev.name());
      }
    }
  }

  // ---- The turn ---------------------------------------------------------------------------------

  @Override
  public int doWork(long nowNs) {
    pool.claim(Thread.currentThread());
    int left = 0;
    for (NetDevice dev : devices) {
      if (dev.isUp()) {
        left += turn(dev, nowNs);
      }
    }
    return left;
  }

  private int turn(NetDevice dev, long nowNs) {
    try {
      boolean drained = dev.poll(RX_BUDGET, nowNs);
      boolean delivered = dev.netBh(BH_BUDGET, nowNs);
      dev.xmit(nowNs);
      faultyTurns[dev.index()] = 0;
      // A wire that wants its next turn now, as one that lost all that came, is not drained.
      return drained && delivered && dev.wire().nextDeadlineNs() > nowNs ? 0 : 1;
    } catch (RuntimeException | AssertionError | StackOverflowError fault) {
      faults.caught("device " + dev.name(), fault);
      // A wire that throws in every turn would have the loop spin for ever.
      if (++faultyTurns[dev.index()] >= MAX_FAULTY_TURNS) {
        dev.fail("its wire threw " + fault);
      }
      return 1;
    }
  }

  @Override
  public long nextDeadlineNs() {
    long next = Long.MAX_VALUE;
    for (NetDevice dev : devices) {
      if (dev.isUp()) {
        next = Math.min(next, dev.wire().nextDeadlineNs());
      }
    }
    return next;
  }

  @Override
  public void pollFds(PollSet set) {
    for (NetDevice dev : devices) {
      int fd = dev.wire().pollFd();
      if (dev.isUp() && fd >= 0) {
        set.add(fd, dev.wire().isBlocked());
      }
    }
  }

  /** Stops all devices and gives up what waits. Loop thread, or after it has ended. */
  @Override
  public void onClose() {
    pool.claim(null);
    arp.table().purge();
    for (NetDevice dev : devices) {
      dev.stop();
    }
  }

  /** Gives the memory back; after the loop has ended. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      pool.close();
    }
  }

  // ---- What it is made of -----------------------------------------------------------------------

  /** Sets what wakes the loop, for wires that have no descriptor. */
  public void setWaker(Runnable waker) {
    for (NetDevice dev : devices) {
      dev.wire().setWaker(waker);
    }
  }

  /** Whether every device has failed, so that there is nothing left to do. Any thread. */
  @Override
  public boolean isDone() {
    for (NetDevice dev : devices) {
      if (dev.failure().isEmpty()) {
        return false;
      }
    }
    return true;
  }

  /** Its devices. */
  public List<NetDevice> devices() {
    return List.of(devices);
  }

  /** Its neighbour table. Loop thread, counters any. */
  public NeighbourTable neighbours() {
    return arp.table();
  }

  /** Its IP layer. Loop thread, counters any. */
  public Ipv4 ipv4() {
    return ipv4;
  }

  /** Who gets which EtherType; handlers may be added. Loop thread. */
  public PacketTypes packetTypes() {
    return packetTypes;
  }

  /** Its pool. Loop thread, counters any. */
  public SkBuffPool pool() {
    return pool;
  }

  /** Its timers. Loop thread. */
  public TimerQueue timers() {
    return timers;
  }

  /** Adds a tap, which sees all frames. Loop thread. */
  public void addTap(PacketTap tap) {
    taps.add(tap);
  }

  /** Takes a tap away. Loop thread. */
  public void removeTap(PacketTap tap) {
    taps.remove(tap);
  }

  /**
   * Sets what faults a device's wire has from now on: {@link NetDevice#setFault}. Before the loop
   * starts, or on its thread.
   *
   * @param device its index
   * @param nowNs the time of this turn; before the loop starts, any
   */
  public void setFault(int device, FaultSpec spec, long nowNs) {
    devices[device].setFault(spec, nowNs);
  }

  /** Exceptions that were caught: bugs. Any thread. */
  public Faults faults() {
    return faults;
  }

  // ---- Counters ---------------------------------------------------------------------------------

  /**
   * All counters by group and name, zeros included. A device whose wire is or was broken on purpose
   * has a group {@code fault_DEV} more, with names such as {@code in_lost}. Any thread.
   */
  public Map<String, Map<String, Long>> counters() {
    Map<String, Map<String, Long>> groups = new LinkedHashMap<>();
    for (NetDevice dev : devices) {
      for (DeviceStat stat : DeviceStat.values()) {
        put(groups, dev.name(), stat.statName(), dev.stat(stat));
      }
      FaultyWire fault = dev.fault();
      if (fault != null) {
        putFaults(groups, faultGroup(dev), fault);
      }
    }
    for (IpStat stat : IpStat.values()) {
      put(groups, stat.group(), stat.statName(), ipv4.stat(stat));
    }
    for (NeighbourStat stat : NeighbourStat.values()) {
      put(groups, "arp_cache", stat.statName(), arp.table().stat(stat));
    }
    put(groups, "sk_buff", "taken", pool.taken());
    put(groups, "sk_buff", "freed", pool.freed());
    put(groups, "sk_buff", "failed", pool.failed());
    put(groups, "sk_buff", "cloned", pool.cloned());
    put(groups, "sk_buff", "unshared", pool.unshared());
    put(groups, "sk_buff", "pool_bytes", pool.bytes());
    return groups;
  }

  /** The name of the group in {@link #counters} that tells what broke a device's wire. */
  public static String faultGroup(NetDevice dev) {
    return "fault_" + dev.name();
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
