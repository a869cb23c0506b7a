package dev.skiff.stack;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.skiff.dev.DeviceConfig;
import dev.skiff.dev.NetDevice;
import dev.skiff.dev.NetDevices;
import dev.skiff.dev.NetdevEvent;
import dev.skiff.dev.PacketHandler;
import dev.skiff.dev.PacketTap;
import dev.skiff.dev.PacketTypes;
import dev.skiff.dev.Taps;
import dev.skiff.eth.Eth;
import dev.skiff.eth.Snap;
import dev.skiff.header.EthHdr;
import dev.skiff.header.EtherType;
import dev.skiff.header.IpProto;
import dev.skiff.igmp.Igmp;
import dev.skiff.ip.Icmp;
import dev.skiff.ip.IpParms;
import dev.skiff.ip.Ipv4;
import dev.skiff.ip.Pings;
import dev.skiff.ip.Routes;
import dev.skiff.loop.Agent;
import dev.skiff.neigh.AddressConflicts;
import dev.skiff.neigh.Arp;
import dev.skiff.neigh.NeighbourParms;
import dev.skiff.neigh.NeighbourTable;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.PacketType;
import dev.skiff.skb.SkBuffPool;
import dev.skiff.stats.Faults;
import dev.skiff.sys.PollSet;
import dev.skiff.time.TimerQueue;
import dev.skiff.udp.Udp;
import dev.skiff.wire.Wire;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A network stack: one pool of buffers, its devices, and the protocols over them.
 *
 * <p>A turn is the article's: top half, bottom half, transmit. Thread: see the package.
 */
public final class NetStack implements Agent, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NetStack.class);

  /** Frames taken from a wire in one turn. */
  public static final int RX_BUDGET = 32;

  /** Frames delivered from a backlog in one turn; more than come in, so that it empties. */
  public static final int BH_BUDGET = 2 * RX_BUDGET;

  /** How often a link is looked at while there is too much to do for a wait. */
  private static final long LINK_CHECK_NS = 10_000_000L;

  private static final int MAX_FAULTY_TURNS = 8;

  /** What waits for MAC addresses takes no more of the memory than one part in so many. */
  private static final int WAITING_SHARE = 4;

  private final SkBuffPool pool;
  private final TimerQueue timers;
  private final Faults faults;
  private final Taps taps;
  private final PacketTypes packetTypes = new PacketTypes();
  private final Routes routes;
  private final Ipv4 ipv4;
  private final Igmp igmp;
  private final Arp arp;
  private final Pings pings;
  private final NetDevices devices;
  private final long memoryBytes;
  private final int[] faultyTurns = new int[NetDevices.MAX];
  private final int[] linkFds = new int[NetDevices.MAX];
  private long linkCheckNs;
  private boolean closed;

  /**
   * Builds a stack; its devices are down.
   *
   * @param config how it is made
   * @throws IOException if a device's wire cannot be initialised: one line that says what to do.
   *     The wires are the caller's still
   * @throws IllegalArgumentException if there are no devices or too many, or too little memory
   */
  @SuppressWarnings("this-escape") // Nobody else sees it before it is built.
  public NetStack(List<DeviceConfig> configs, StackConfig config, TimerQueue timers, Faults faults)
      throws IOException {
    if (configs.isEmpty() || configs.size() > NetDevices.MAX) {
      throw new IllegalArgumentException("a stack has 1 to " + NetDevices.MAX + " devices");
    }
    this.timers = timers;
    this.faults = faults;
    routes = new Routes(timers);
    taps = new Taps(faults);
    int mtu = configs.stream().mapToInt(DeviceConfig::mtu).max().orElseThrow();
    PoolConfig memory = config.memory();
    memoryBytes = memory.bytes();
    pool = memory.open(NetDevice.rxFrameLen(EthHdr.HLEN, mtu), NetDevices.MAX);
    pool.setFateListener(taps);
    LOG.debug("the seed of what is random is {}", config.seed());
    NeighbourParms neighbours = bounded(config.neighbours());
    SplittableRandom random = new SplittableRandom(config.seed());
    arp = new Arp(pool, timers, neighbours, random);
    ipv4 =
        new Ipv4(bounded(config.ipv4()), routes, pool, timers, random.split(), config.timeOfDay());
    igmp = new Igmp(pool, timers, random.split(), ipv4::sendOwn);
    devices = new NetDevices(pool, new Eth(arp.table()), packetTypes, taps, faults);
    devices.addNotifier(routes);
    devices.addNotifier(arp.table());
    devices.addNotifier(arp.conflicts());
    devices.addNotifier(igmp);
    devices.addNotifier(this::giveUpFragments);
    packetTypes.add(EtherType.IP, ipv4);
    packetTypes.add(EtherType.ARP, arp);
    packetTypes.add(EtherType.P_802_2, new Snap());
    packetTypes.add(EtherType.P_8021Q, refusing(DropReason.VLAN_UNKNOWN));
    packetTypes.add(EtherType.IPV6, refusing(DropReason.IPV6DISABLED));
    Icmp icmp = new Icmp(ipv4);
    ipv4.addProtocol(IpProto.ICMP, icmp);
    ipv4.addProtocol(IpProto.IGMP, igmp);
    ipv4.addProtocol(IpProto.UDP, new Udp(ipv4));
    pings = new Pings(ipv4, pool, random.split());
    icmp.setEchoReplies(pings);
    arp.table().setUnreachableSink(ipv4);
    try {
      for (DeviceConfig device : configs) {
        register(device);
      }
    } catch (IOException | RuntimeException e) {
      pool.close();
      throw e;
    }
  }

  private NeighbourParms bounded(NeighbourParms parms) {
    return parms.withAtMost(memoryBytes / WAITING_SHARE);
  }

  private IpParms bounded(IpParms parms) {
    return parms.withFragments(parms.fragments().withAtMost(pool.mostBytes() / WAITING_SHARE));
  }

  private static PacketHandler refusing(DropReason reason) {
    return (skb, dev, nowNs) ->
        skb.pktType() == PacketType.OTHERHOST ? DropReason.OTHERHOST : reason;
  }

  private void giveUpFragments(NetdevEvent event, NetDevice dev) {
    if (event == NetdevEvent.DOWN || event == NetdevEvent.UNREGISTER) {
      ipv4.purge(dev);
    }
  }

  /**
   * {@code register_netdev}: adds a device, which is down. Loop thread, or before it starts.
   *
   * @throws IOException see {@link NetDevices#register}
   */
  @CanIgnoreReturnValue
  public NetDevice register(DeviceConfig config) throws IOException {
    NetDevice dev = devices.register(config);
    faultyTurns[dev.index()] = 0; // Another device may have had this number.
    return dev;
  }

  /** {@code unregister_netdev}: see {@link NetDevices#unregister}. Loop thread. */
  public void unregister(NetDevice dev) {
    devices.unregister(dev);
  }

  /**
   * Brings all devices up. Before the loop starts, or on its thread.
   *
   * @throws IOException if one of them cannot be opened; those before it are up
   */
  public void open() throws IOException {
    for (NetDevice dev : devices.all()) {
      dev.open();
    }
  }

  // ---- The turn ---------------------------------------------------------------------------------

  @Override
  public int doWork(long nowNs) {
    pool.claim(Thread.currentThread());
    int left = 0;
    if (nowNs - linkCheckNs >= LINK_CHECK_NS) {
      linkCheckNs = nowNs;
      lookAtLinks();
    }
    NetDevice[] all = devices.all();
    for (NetDevice dev : all) {
      if (dev.isUp()) {
        left += turn(dev, nowNs);
      }
    }
    // Handlers of a later device may have sent by an earlier one, whose turn was over by then.
    for (int i = 0; left == 0 && i < all.length - 1; i++) {
      left += send(all[i], nowNs);
    }
    return left;
  }

  /** A loop that never waits would hear of no change: see {@link #polled}. */
  private void lookAtLinks() {
    for (NetDevice dev : devices.all()) {
      if (dev.failure().isEmpty() && dev.wire().linkFd() >= 0) {
        lookAtLink(dev);
      }
    }
  }

  /** A wire that throws over it is given up at once: its bell would ring for ever. */
  private void lookAtLink(NetDevice dev) {
    try {
      dev.lookAtLink();
    } catch (RuntimeException | AssertionError | StackOverflowError fault) {
      faults.caught("the link of device " + dev.name(), fault);
      dev.fail("its wire threw " + fault);
    }
  }

  private int turn(NetDevice dev, long nowNs) {
    try {
      boolean drained = dev.poll(RX_BUDGET, nowNs);
      boolean delivered = dev.netBh(BH_BUDGET, nowNs);
      // After a turn that brought frames the next one follows at once: more may have come.
      dev.xmit(nowNs, !drained);
      faultyTurns[dev.index()] = 0;
      // A wire that wants its next turn now, as one that lost all that came, is not drained.
      return drained && delivered && dev.nextDeadlineNs() > nowNs ? 0 : 1;
    } catch (RuntimeException | AssertionError | StackOverflowError fault) {
      return threw(dev, fault);
    }
  }

  private int send(NetDevice dev, long nowNs) {
    try {
      dev.xmit(nowNs);
      return 0;
    } catch (RuntimeException | AssertionError | StackOverflowError fault) {
      return threw(dev, fault);
    }
  }

  private int threw(NetDevice dev, Throwable fault) {
    faults.caught("device " + dev.name(), fault);
    // A wire that throws in every turn would have the loop spin for ever.
    if (++faultyTurns[dev.index()] >= MAX_FAULTY_TURNS) {
      dev.fail("its wire threw " + fault);
    }
    return 1;
  }

  @Override
  public long nextDeadlineNs() {
    long next = Long.MAX_VALUE;
    for (NetDevice dev : devices.all()) {
      next = Math.min(next, dev.nextDeadlineNs());
    }
    return next;
  }

  @Override
  public void pollFds(PollSet set) {
    for (NetDevice dev : devices.all()) {
      Wire wire = dev.wire();
      if (dev.isUp() && wire.pollFd() >= 0) {
        set.add(wire.pollFd(), wire.isBlocked());
      }
      // Of a device that is down too: its wire may be deleted meanwhile.
      boolean hasLink = dev.failure().isEmpty() && wire.linkFd() >= 0;
      linkFds[dev.index()] = hasLink ? set.add(wire.linkFd(), false) : -1;
    }
  }

  /** Looks at the links whose descriptors have something to say. */
  @Override
  public void polled(PollSet set) {
    for (NetDevice dev : devices.all()) {
      int at = linkFds[dev.index()];
      if (at >= 0 && set.isReady(at)) {
        lookAtLink(dev);
      }
    }
  }

  /**
   * Stops all devices, closes their wires and gives up what waits. Loop thread, or after it has
   * ended.
   */
  @Override
  public void onClose() {
    pool.claim(null);
    arp.table().purge();
    ipv4.purge();
    for (NetDevice dev : devices.all()) {
      try {
        dev.close();
      } catch (RuntimeException | AssertionError | StackOverflowError fault) {
        faults.caught("the end of device " + dev.name(), fault);
      }
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
    devices.setWaker(waker);
  }

  /** Whether every device has failed, so that there is nothing left to do. Any thread. */
  @Override
  public boolean isDone() {
    NetDevice[] all = devices.all();
    for (NetDevice dev : all) {
      if (dev.failure().isEmpty()) {
        return false;
      }
    }
    return all.length > 0;
  }

  /** Its devices, in the order in which they were registered. Any thread. */
  public List<NetDevice> devices() {
    return List.of(devices.all());
  }

  /** Its devices by name, and who is told what happens to them. Loop thread. */
  public NetDevices netDevices() {
    return devices;
  }

  /**
   * Sets times and bounds of its neighbour table. Loop thread.
   *
   * @throws IllegalArgumentException if there may be more entries than it was made for
   */
  public void setNeighbours(NeighbourParms parms) {
    arp.table().setParms(bounded(parms));
  }

  /** Sets the switches of IPv4 and ICMP. Loop thread. */
  public void setIpv4(IpParms parms) {
    ipv4.setParms(bounded(parms));
  }

  /** Its neighbour table. Loop thread, counters any. */
  public NeighbourTable neighbours() {
    return arp.table();
  }

  /** Who sees to it that nobody else has our addresses. Counters: any thread. */
  public AddressConflicts addressConflicts() {
    return arp.conflicts();
  }

  /** Its routes. Loop thread, or before it starts. */
  public Routes routes() {
    return routes;
  }

  /** Its IP layer. Loop thread, counters any. */
  public Ipv4 ipv4() {
    return ipv4;
  }

  /** Which groups its devices are in. Loop thread, or before it starts. */
  public Igmp igmp() {
    return igmp;
  }

  /** The sockets that ping. Loop thread. */
  public Pings pings() {
    return pings;
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

  /** Exceptions that were caught: bugs. Any thread. */
  public Faults faults() {
    return faults;
  }

  // ---- Counters ---------------------------------------------------------------------------------

  /**
   * All counters by group and name, zeros included. A device whose wire is or was broken on purpose
   * has a group {@code fault_DEV} more, with names such as {@code in_lost}; one whose far end
   * counts too, as the host's side of a TAP does, a group {@code host_DEV}; and one whose wire
   * counts its system calls, as a TAP does, a group {@code io_DEV}. Any thread.
   */
  public Map<String, Map<String, Long>> counters() {
    return new StackCounters(this).all();
  }

  /** The name of the group in {@link #counters} that tells what broke a device's wire. */
  public static String faultGroup(NetDevice dev) {
    return "fault_" + dev.name();
  }

  /** The name of the group in {@link #counters} that tells what a device's wire asked for. */
  public static String ioGroup(NetDevice dev) {
    return "io_" + dev.name();
  }

  /** The name of the group in {@link #counters} that tells what a device's far end counts. */
  public static String farGroup(NetDevice dev) {
    return "host_" + dev.name();
  }
}
