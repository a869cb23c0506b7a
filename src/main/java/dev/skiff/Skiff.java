package dev.skiff;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.skiff.dev.NetDevice;
import dev.skiff.dev.PacketTap;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import dev.skiff.header.MacAddr;
import dev.skiff.loop.PollLoop;
import dev.skiff.skb.SkBuffPool;
import dev.skiff.stack.DeviceConfig;
import dev.skiff.stack.NetStack;
import dev.skiff.stack.PoolConfig;
import dev.skiff.stats.Faults;
import dev.skiff.sys.Platform;
import dev.skiff.sys.SysException;
import dev.skiff.sys.TunTap;
import dev.skiff.time.Clock;
import dev.skiff.time.TimerQueue;
import dev.skiff.wire.FaultSpec;
import dev.skiff.wire.TapWire;
import dev.skiff.wire.Wire;
import java.io.IOException;
import java.time.Duration;
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
  private boolean closed;

  private Skiff(NetStack stack, PollLoop loop) {
    this.stack = stack;
    this.loop = loop;
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
   * @return whether nothing is left to do now
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

  /** The device. */
  public NetDevice device() {
    return stack.devices().getFirst();
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

  /** All counters by group and name. Any thread. */
  public Map<String, Map<String, Long>> counters() {
    return stack.counters();
  }

  NetStack stack() {
    return stack;
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
    private @Nullable Ip4Prefix address;
    private @Nullable Integer gateway;
    private long mac;
    private int mtu = 1500;
    private PoolConfig memory = PoolConfig.usual();
    private Clock clock = Clock.system();
    private FaultSpec fault = FaultSpec.OFF;
    private int rxCopybreak;

    private Builder() {}

    /** A TAP device of this name: attached to if there is one, made if not. */
    @CanIgnoreReturnValue
    public Builder tap(String name) {
      this.name = name;
      wire = null;
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
     * The device's own address, as ADDR/PREFIX.
     *
     * @throws IllegalArgumentException with one line that says what is wrong
     */
    @CanIgnoreReturnValue
    public Builder ip(String address) {
      this.address = Ip4Prefix.parse(address);
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
     * The device's own MAC address; by default a locally administered one made from its IPv4
     * address.
     *
     * @throws IllegalArgumentException with one line that says what is wrong
     */
    @CanIgnoreReturnValue
    public Builder mac(String mac) {
      this.mac = MacAddr.parse(mac);
      DeviceConfig.checkMac(this.mac);
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
      memory = memory.withBuffers(buffers);
      return this;
    }

    /** The most bytes that all buffers take together, 16 MiB by default; taken as needed. */
    @CanIgnoreReturnValue
    public Builder memory(long bytes) {
      memory = memory.withBytes(bytes);
      return this;
    }

    /**
     * Whether every use of a buffer is checked, slowly: thread, use after free, writes to freed
     * memory, with stack traces in the leak report. By default if the system property {@code
     * skiff.paranoid} is true.
     */
    @CanIgnoreReturnValue
    public Builder paranoid(boolean on) {
      memory = memory.withParanoia(on);
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
     * Frames of up to so many bytes are copied into buffers of their size, with their checksum
     * taken on the way; 0, the default, for none.
     */
    @CanIgnoreReturnValue
    public Builder rxCopybreak(int bytes) {
      rxCopybreak = bytes;
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
     * @throws IOException if the TAP cannot be opened; the message says what to do
     * @throws IllegalArgumentException if a setting is missing or wrong
     */
    public Skiff build() throws IOException {
      Ip4Prefix own = address;
      if (own == null) {
        throw new IllegalArgumentException("ip is missing: give one as 198.51.100.2/24");
      }
      long ownMac = mac != 0 ? mac : MacAddr.locallyAdministered(own.address() & 0xFFFF_FFFFL);
      Wire ownWire = wire != null ? wire : openTap();
      try {
        DeviceConfig config = new DeviceConfig(name, ownWire, ownMac, own, gateway, mtu);
        TimerQueue timers = new TimerQueue();
        Faults faults = new Faults();
        NetStack stack = new NetStack(List.of(config), memory, timers, faults);
        PollLoop loop = new PollLoop(clock, timers, stack, faults);
        stack.setWaker(loop::wakeUp);
        stack.setFault(0, fault, clock.nowNs());
        stack.devices().getFirst().setRxCopybreak(rxCopybreak);
        stack.open();
        return new Skiff(stack, loop);
      } catch (RuntimeException e) {
        ownWire.close((skb, reason) -> {});
        throw e;
      }
    }

    private Wire openTap() throws SysException {
      Platform.check();
      return new TapWire(TunTap.open(name));
    }
  }
}
