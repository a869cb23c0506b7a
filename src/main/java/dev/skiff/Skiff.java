package dev.skiff;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.skiff.dev.Acd;
import dev.skiff.dev.ArpConf;
import dev.skiff.dev.DeviceConfig;
import dev.skiff.dev.LinkOps;
import dev.skiff.dev.NetDevice;
import dev.skiff.dev.NetDevices;
import dev.skiff.dev.PacketHandler;
import dev.skiff.dev.PacketTap;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import dev.skiff.header.MacAddr;
import dev.skiff.ip.IpParms;
import dev.skiff.ip.Pings;
import dev.skiff.ip.RouteSpec;
import dev.skiff.ip.Routes;
import dev.skiff.loop.IdleStrategy;
import dev.skiff.loop.PollLoop;
import dev.skiff.neigh.NeighbourParms;
import dev.skiff.neigh.NeighbourTable;
import dev.skiff.skb.SkBuffPool;
import dev.skiff.stack.NetStack;
import dev.skiff.stack.StackConfig;
import dev.skiff.stats.Faults;
import dev.skiff.sys.Platform;
import dev.skiff.sys.TapOptions;
import dev.skiff.time.Clock;
import dev.skiff.time.TimeOfDay;
import dev.skiff.time.TimerQueue;
import dev.skiff.wire.FaultSpec;
import dev.skiff.wire.IoMode;
import dev.skiff.wire.TapWire;
import dev.skiff.wire.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A network stack in this process: one Ethernet device that answers ARP and ping.
 *
 * <pre>{@code
 * try (Skiff skiff = Skiff.builder().tap("skiff0").ip("198.51.100.2/24").build()) {
 *   skiff.start();
 *   ...
 * }
 * }</pre>
 *
 * <p>Either {@link #start} runs it on a thread of its own, or the caller's thread is the loop and
 * calls {@link #turn} again and again. Methods of {@code dev} are for the loop thread: use them in
 * a handler, through {@link #call}, or between turns.
 */
public final class Skiff implements AutoCloseable {
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);

  private final NetStack stack;
  private final PollLoop loop;
  private final Clock clock;
  private boolean closed;

  private Skiff(NetStack stack, PollLoop loop, Clock clock) {
    this.stack = stack;
    this.loop = loop;
    this.clock = clock;
  }

  /** Begins the building of a stack. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Starts the loop on a thread of its own.
   *
   * @throws IOException if the system has no eventfd for it
   */
  public void start() throws IOException {
    loop.start("skiff-loop", () -> {});
  }

  /**
   * One turn of the loop on the caller's thread, without waiting.
   *
   * @return whether nothing is left to do now, so that the caller may wait; else there may be more
   *     to receive, or replies that only the next turn sends
   */
  public boolean turn() {
    return loop.turn();
  }

  /**
   * Has something computed on the loop thread, and waits for it.
   *
   * @throws ExecutionException if it threw
   * @throws TimeoutException if the loop did not come to it within 5 s, or has ended
   */
  public <T> T call(Callable<T> callable)
      throws ExecutionException, TimeoutException, InterruptedException {
    return loop.call(callable, Duration.ofSeconds(5));
  }

  /**
   * The time now on the loop's clock: what functions of {@code dev} want as {@code nowNs} outside
   * of a handler, which is told the time of its turn. Any thread.
   */
  public long nowNs() {
    return clock.nowNs();
  }

  /**
   * The device that it was built with; of several, the one registered first. Any thread.
   *
   * @throws IllegalStateException if all have been unregistered
   */
  public NetDevice device() {
    NetDevice[] all = stack.netDevices().all();
    if (all.length == 0) {
      throw new IllegalStateException("there is no device any more: register one");
    }
    return all[0];
  }

  /** The devices by name, their ioctls by name, and who is told what happens to them. */
  public NetDevices netDevices() {
    return stack.netDevices();
  }

  /**
   * {@code register_netdev}: adds a device; {@link NetDevice#open} brings it up. Before {@link
   * #start}, or on the loop thread.
   *
   * @throws IOException if its wire cannot be initialised; the wire is the caller's still
   * @throws IllegalArgumentException if its name is taken or there are no buffers for its MTU
   */
  @CanIgnoreReturnValue
  public NetDevice register(DeviceConfig config) throws IOException {
    return stack.register(config);
  }

  /**
   * {@code unregister_netdev}: stops a device, closes its wire and forgets it. Before {@link
   * #start}, or on the loop thread.
   */
  public void unregister(NetDevice dev) {
    stack.unregister(dev);
  }

  /**
   * {@code dev_add_pack}: adds a handler for an EtherType. Before {@link #start}, or on the loop
   * thread.
   *
   * @param type in host order, as 0x88B5
   */
  public void addHandler(int type, PacketHandler handler) {
    stack.packetTypes().add(type, handler);
  }

  /**
   * {@code dev_remove_pack}: takes a handler away. Before {@link #start}, or on the loop thread.
   *
   * @throws IllegalStateException if it handles no such type
   */
  public void removeHandler(int type, PacketHandler handler) {
    stack.packetTypes().remove(type, handler);
  }

  /**
   * The neighbour table: its entries, those set by hand, and confirmation by upper layers. Loop
   * thread.
   */
  public NeighbourTable neighbours() {
    return stack.neighbours();
  }

  /**
   * {@code IP_ADD_MEMBERSHIP}: has {@link #device} receive what is sent to a group, and IGMP tell
   * the routers so. Each call takes one {@link #leaveGroup} to undo. Before {@link #start}, or on
   * the loop thread.
   *
   * @param group as in 239.1.2.3
   * @throws IllegalArgumentException with one line that says what is wrong
   */
  public void joinGroup(String group) {
    joinGroup(device(), group);
  }

  /** {@link #joinGroup(String)} on another device. */
  public void joinGroup(NetDevice dev, String group) {
    stack.igmp().join(dev, Ip4Addr.parse(group));
  }

  /**
   * {@code IP_DROP_MEMBERSHIP}: undoes one {@link #joinGroup}. Before {@link #start}, or on the
   * loop thread.
   *
   * @throws IllegalArgumentException with one line that says what is wrong
   */
  public void leaveGroup(String group) {
    leaveGroup(device(), group);
  }

  /** {@link #leaveGroup(String)} on another device. */
  public void leaveGroup(NetDevice dev, String group) {
    stack.igmp().leave(dev, Ip4Addr.parse(group));
  }

  /**
   * The routes, which are read and changed as by {@code ip route}: {@code
   * skiff.routes().add(RouteSpec.parse("203.0.113.0/24 via 198.51.100.1 metric 10"))}. Before
   * {@link #start}, or on the loop thread.
   */
  public Routes routes() {
    return stack.routes();
  }

  /** Echo requests from this stack, and what comes back: RFC 1122 3.2.2.6. Loop thread. */
  public Pings pings() {
    return stack.pings();
  }

  /** The pool that buffers come from. */
  public SkBuffPool pool() {
    return stack.pool();
  }

  /**
   * Adds a tap, which sees every frame, both ways. Before {@link #start}, or on the loop thread.
   */
  public void addTap(PacketTap tap) {
    stack.addTap(tap);
  }

  /** All counters by group and name; those of the loop are {@code Loop}. Any thread. */
  public Map<String, Map<String, Long>> counters() {
    Map<String, Map<String, Long>> groups = stack.counters();
    groups.put("Loop", loop.counters());
    return groups;
  }

  NetStack stack() {
    return stack;
  }

  PollLoop loop() {
    return loop;
  }

  /**
   * Ends the loop, closes the wire and gives the memory back. A second call does nothing.
   *
   * @throws IllegalStateException on the loop's own thread, which cannot wait for its own end
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    if (loop.isLoopThread()) {
      throw new IllegalStateException("close() is not for a handler: call it on another thread");
    }
    if (loop.isRunning()) {
      loop.stop();
    } else {
      loop.close();
    }
    try {
      if (loop.join(STOP_TIMEOUT)) {
        stack.close();
        closed = true;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Says what stack is to be built. */
  public static final class Builder {
    private String name = "skiff0";
    private @Nullable Wire wire;
    private List<Ip4Prefix> addresses = List.of();
    private @Nullable Integer gateway;
    private List<RouteSpec> routes = List.of();
    private long mac;
    private int mtu = 1500;
    private ArpConf arp = ArpConf.USUAL;
    private StackConfig config = StackConfig.usual();
    private Clock clock = Clock.system();
    private FaultSpec fault = FaultSpec.OFF;
    private int rxCopybreak;
    private IdleStrategy idle = IdleStrategy.BLOCK;
    private @Nullable LinkOps link;
    private @Nullable String netns;
    private @Nullable Integer txQueueLen;
    private @Nullable Integer sndbuf;
    private IoMode io = IoMode.AUTO;

    private Builder() {}

    /**
     * A TAP device of this name: attached to if there is one, made if not. Of {@code skiff%d} the
     * kernel makes the first free name.
     */
    @CanIgnoreReturnValue
    public Builder tap(String name) {
      this.name = name;
      wire = null;
      return this;
    }

    /**
     * The network namespace that the TAP is in, or is made in: a name as in {@code ip netns}, or a
     * file such as {@code /proc/PID/ns/net}. By default the caller's.
     */
    @CanIgnoreReturnValue
    public Builder netns(String netns) {
      this.netns = netns;
      return this;
    }

    /**
     * How many frames the host keeps for us on the TAP before it drops, its {@code txqueuelen}; by
     * default the TAP's own.
     */
    @CanIgnoreReturnValue
    public Builder hostQueueLen(int frames) {
      txQueueLen = frames;
      return this;
    }

    /**
     * How many bytes of what we sent may wait inside the host, {@code TUNSETSNDBUF}: beyond them
     * the wire is busy. By default any number.
     */
    @CanIgnoreReturnValue
    public Builder sndbuf(int bytes) {
      sndbuf = bytes;
      return this;
    }

    /** How the TAP's frames get to the kernel and back; {@link IoMode#AUTO} by default. */
    @CanIgnoreReturnValue
    public Builder io(IoMode io) {
      this.io = io;
      return this;
    }

    /** A wire of the caller's, and a name for the device. */
    @CanIgnoreReturnValue
    public Builder wire(String name, Wire wire) {
      this.name = name;
      this.wire = wire;
      return this;
    }

    /**
     * The device's own addresses, each as ADDR/PREFIX, the primary one first; without one it
     * carries frames and no IP.
     *
     * @throws IllegalArgumentException with one line that says what is wrong
     */
    @CanIgnoreReturnValue
    public Builder ip(String... addresses) {
      this.addresses = Arrays.stream(addresses).map(Ip4Prefix::parse).toList();
      return this;
    }

    /**
     * The default gateway.
     *
     * @throws IllegalArgumentException with one line that says what is wrong
     */
    @CanIgnoreReturnValue
    public Builder gateway(String gateway) {
      this.gateway = Ip4Addr.parse(gateway);
      return this;
    }

    /**
     * Routes beside those to the device's own networks and by its gateway, each in the words of
     * {@code ip route add}: {@code "203.0.113.0/24 via 198.51.100.1 metric 10"}, {@code "blackhole
     * 198.18.0.0/15"}. For one prefix the least metric is used, of one metric the first. {@link
     * #build} checks that gateways are on the link.
     *
     * @throws IllegalArgumentException with one line that says what is wrong
     */
    @CanIgnoreReturnValue
    public Builder route(String... routes) {
      this.routes = Arrays.stream(routes).map(RouteSpec::parse).toList();
      return this;
    }

    /**
     * The device's own MAC address; by default a locally administered one made from its IPv4
     * address, or from its name if it has none.
     *
     * @throws IllegalArgumentException with one line that says what is wrong
     */
    @CanIgnoreReturnValue
    public Builder mac(String mac) {
      this.mac = MacAddr.parse(mac);
      DeviceConfig.checkMac(this.mac);
      return this;
    }

    /** The link type; Ethernet by default. */
    @CanIgnoreReturnValue
    public Builder link(LinkOps link) {
      this.link = link;
      return this;
    }

    /** The MTU in bytes, 68 to 65,521; 1500 by default. */
    @CanIgnoreReturnValue
    public Builder mtu(int mtu) {
      this.mtu = mtu;
      return this;
    }

    /** Exactly so many buffers, each for a frame of the MTU, in place of {@link #memory}. */
    @CanIgnoreReturnValue
    public Builder buffers(int buffers) {
      config = config.withMemory(config.memory().withBuffers(buffers));
      return this;
    }

    /** The most bytes that all buffers take together, 16 MiB by default; taken as needed. */
    @CanIgnoreReturnValue
    public Builder memory(long bytes) {
      config = config.withMemory(config.memory().withBytes(bytes));
      return this;
    }

    /**
     * Whether every use of a buffer is checked, slowly: thread, use after free, writes to freed
     * memory, with stack traces in the leak report. By default if the system property {@code
     * skiff.paranoid} is true.
     */
    @CanIgnoreReturnValue
    public Builder paranoid(boolean on) {
      config = config.withMemory(config.memory().withParanoia(on));
      return this;
    }

    /**
     * Breaks the wire on purpose from the start, as in {@code loss=3%,delay=20ms,seed=7}; nothing
     * by default. Changed later with {@link NetDevice#setFault}.
     *
     * @throws IllegalArgumentException with one line that says what is wrong
     */
    @CanIgnoreReturnValue
    public Builder fault(String fault) {
      this.fault = FaultSpec.parse(fault);
      return this;
    }

    /**
     * What is done about other stations with an address of ours: {@code off}, {@code defend}, the
     * default, or {@code probe}. See {@link Acd}.
     *
     * @throws IllegalArgumentException with one line that says what is wrong
     */
    @CanIgnoreReturnValue
    public Builder acd(String acd) {
      arp = arp.withAcd(Acd.parse(acd));
      return this;
    }

    /**
     * How the device speaks ARP, as {@code ignore=1,announce=2,accept=on}: see {@link ArpConf}.
     *
     * @throws IllegalArgumentException with one line that says what is wrong
     */
    @CanIgnoreReturnValue
    public Builder arp(String settings) {
      arp = arp.with(settings);
      return this;
    }

    /**
     * Times and bounds of the neighbour table, as {@code base_reachable_time=10s,gc_thresh3=4096}:
     * see {@link NeighbourParms}.
     *
     * @throws IllegalArgumentException with one line that says what is wrong
     */
    @CanIgnoreReturnValue
    public Builder neighbours(String settings) {
      config = config.withNeighbours(config.neighbours().with(settings));
      return this;
    }

    /**
     * The switches of IPv4 and ICMP, as {@code ip_default_ttl=32,icmp_echo_ignore_all=on}: see
     * {@link IpParms}.
     *
     * @throws IllegalArgumentException with one line that says what is wrong
     */
    @CanIgnoreReturnValue
    public Builder ipv4(String settings) {
      config = config.withIpv4(config.ipv4().with(settings));
      return this;
    }

    /** What ICMP and Internet timestamps are made of; the machine's own time by default. */
    @CanIgnoreReturnValue
    public Builder timeOfDay(TimeOfDay timeOfDay) {
      config = config.withTimeOfDay(timeOfDay);
      return this;
    }

    /** What all that is random in the stack begins with; chosen anew each time by default. */
    @CanIgnoreReturnValue
    public Builder seed(long seed) {
      config = config.withSeed(seed);
      return this;
    }

    /**
     * Frames of up to so many bytes are copied into buffers of their size, with their checksum
     * taken on the way; 0, the default, for none.
     */
    @CanIgnoreReturnValue
    public Builder rxCopybreak(int bytes) {
      rxCopybreak = bytes;
      return this;
    }

    /**
     * What a loop that was started does while there is nothing to do; it blocks by default. {@code
     * SPIN} wants a processor of its own. Who calls {@link #turn} decides that himself.
     */
    @CanIgnoreReturnValue
    public Builder idle(IdleStrategy idle) {
      this.idle = idle;
      return this;
    }

    /** The clock; the machine's own by default. */
    @CanIgnoreReturnValue
    public Builder clock(Clock clock) {
      this.clock = clock;
      return this;
    }

    /**
     * Builds the stack and brings its device up.
     *
     * @throws IOException if the TAP, or the device, cannot be opened; the message says what to do
     * @throws IllegalArgumentException if a setting is missing or wrong
     * @throws IllegalStateException if a route is said twice
     */
    public Skiff build() throws IOException {
      Wire ownWire = wire;
      if (ownWire == null) {
        TapWire tap = openTap();
        name = tap.name(); // Of a pattern the kernel has made a name.
        ownWire = tap;
      }
      NetStack stack = null;
      try {
        DeviceConfig device = device(ownWire);
        TimerQueue timers = new TimerQueue();
        Faults faults = new Faults();
        stack = new NetStack(List.of(device), config, timers, faults);
        PollLoop loop =
            new PollLoop(clock, timers, stack, faults, idle, stack.netDevices()::received);
        stack.setWaker(loop::wakeUp);
        routes.forEach(stack.routes()::append);
        NetDevice dev = stack.devices().getFirst();
        dev.setFault(fault, clock.nowNs());
        dev.setRxCopybreak(rxCopybreak);
        stack.open();
        return new Skiff(stack, loop, clock);
      } catch (IOException | RuntimeException e) {
        if (stack == null) {
          ownWire.close((skb, reason) -> {});
        } else {
          stack.onClose();
          stack.close();
        }
        throw e;
      }
    }

    private DeviceConfig device(Wire ownWire) {
      long byAddress =
          addresses.isEmpty()
              ? 0
              : MacAddr.locallyAdministered(addresses.getFirst().address() & 0xFFFF_FFFFL);
      return new DeviceConfig(
          name, ownWire, mac != 0 ? mac : byAddress, addresses, gateway, mtu, link, arp);
    }

    private TapWire openTap() throws IOException {
      Platform.check();
      return TapWire.open(new TapOptions(name, netns, txQueueLen, sndbuf), io);
    }
  }
}
