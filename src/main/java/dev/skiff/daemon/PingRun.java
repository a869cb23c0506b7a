package dev.skiff.daemon;

import dev.skiff.control.PingRequest;
import dev.skiff.dev.NetDevice;
import dev.skiff.header.Ip4Addr;
import dev.skiff.ip.IcmpError;
import dev.skiff.ip.PingListener;
import dev.skiff.ip.PingReply;
import dev.skiff.ip.PingSocket;
import dev.skiff.skb.DropReason;
import dev.skiff.stack.NetStack;
import dev.skiff.time.Timer;
import dev.skiff.time.TimerQueue;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One ping: sends its requests by a timer and tells what becomes of them, as iputils' ping would.
 *
 * <p>Thread: the loop thread.
 */
final class PingRun implements PingListener {
  private static final long NS_PER_US = 1000;
  private static final long NS_PER_MS = 1_000_000;
  private static final long NS_PER_S = 1_000_000_000;

  /** A flood without replies sends one in each of these. */
  private static final long FLOOD_NS = 10 * NS_PER_MS;

  private final PingRequest request;
  private final NetStack stack;
  private final LongSupplier epochUs;
  private final Consumer<Map<String, Object>> out;
  private final TimerQueue timers;
  private final PingTally tally;
  private final PingPace pace;
  private final Timer timer =
      new Timer() {
        @Override
        protected void fire(long nowNs) {
          step(nowNs);
        }
      };
  private final PingSocket socket;
  private final int source;
  private final @Nullable NetDevice dev;
  private long startNs;
  private long lastSentNs;
  private long exitNs = Long.MAX_VALUE;
  private boolean ended;

  /**
   * A ping that {@link #start} starts.
   *
   * @param epochUs says microseconds since 1970
   * @param out is told what happens: an object of JSON at a time, the last one a summary
   * @throws IllegalArgumentException if nobody can be pinged so: one line in iputils' words
   * @throws IllegalStateException if there are too many pings
   */
  PingRun(
      PingRequest request,
      NetStack stack,
      LongSupplier epochUs,
      Consumer<Map<String, Object>> out) {
    this.request = request;
    this.stack = stack;
    this.epochUs = epochUs;
    this.out = out;
    timers = stack.timers();
    tally = new PingTally(request.size() >= PingSocket.STAMP);
    pace = new PingPace(request.intervalMs() * NS_PER_MS, request.preload());
    dev = device(request.from());
    int saddr = dev == null && request.from() != null ? ownAddress(request.from()) : Ip4Addr.ANY;
    refuseOwnAndBroadcast(request.dst());
    source = saddr == Ip4Addr.ANY && dev != null ? dev.inDev().selectAddress(request.dst()) : saddr;
    socket =
        stack
            .pings()
            .open(request.dst(), this)
            .data(request.size(), request.patternBytes())
            .from(saddr, dev)
            .tosAndTtl(request.tos(), request.ttl())
            .pmtuDisc(request.df());
  }

  // ---- Who pings whom ---------------------------------------------------------------------------

  /** The device of this name; null if it is none, but an address. */
  private @Nullable NetDevice device(@Nullable String from) {
    if (from == null || isAddress(from)) {
      return null;
    }
    NetDevice found = stack.netDevices().get(from);
    if (found == null) {
      throw new IllegalArgumentException("SO_BINDTODEVICE " + from + ": No such device");
    }
    return found;
  }

  private static boolean isAddress(String from) {
    try {
      var _ = Ip4Addr.parse(from);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private int ownAddress(String from) {
    int address = Ip4Addr.parse(from);
    if (!isOurs(address)) {
      throw new IllegalArgumentException("bind: Cannot assign requested address");
    }
    return address;
  }

  private boolean isOurs(int address) {
    return stack.devices().stream().anyMatch(d -> d.inDev().has(address));
  }

  private void refuseOwnAndBroadcast(int dst) {
    if (isOurs(dst)) {
      throw new IllegalArgumentException(
          Ip4Addr.format(dst) + " is our own address, and there is no loopback: ping it from afar");
    }
    if (stack.devices().stream().anyMatch(d -> stack.ipv4().isBroadcast(dst, d))) {
      throw new IllegalArgumentException(
          Ip4Addr.format(dst) + " is a broadcast address: broadcasts and groups are not pinged");
    }
  }

  // ---- Its course -------------------------------------------------------------------------------

  /**
   * Sends the first request.
   *
   * @throws IllegalArgumentException if there is no way to who is pinged; nothing was begun then
   */
  void start(long nowNs) {
    DropReason reason = dev == null ? socket.reasonAgainst(nowNs) : DropReason.NOT_DROPPED;
    if (reason.isDrop()) {
      close();
      throw new IllegalArgumentException("connect: " + errno(reason));
    }
    out.accept(PingEvents.start(socket, source, dev, request.size()));
    startNs = nowNs;
    lastSentNs = nowNs;
    step(nowNs);
  }

  /** Sends what is due, ends if it is time to, and sets the timer for what comes next. */
  private void step(long nowNs) {
    if (ended) {
      return;
    }
    // Requests that are refused here are not waited for; others must have their turn all the same.
    for (int n = 0; n <= request.preload(); n++) {
      if (isOver(nowNs) || !maySend() || untilNextNs(nowNs) > 0) {
        break;
      }
      send(nowNs);
    }
    if (isOver(nowNs)) {
      finish();
      return;
    }
    if (!maySend() && exitNs == Long.MAX_VALUE) {
      exitNs = nowNs + lingerNs();
    }
    long next = maySend() ? nowNs + untilNextNs(nowNs) : exitNs;
    timers.set(timer, Math.min(next, deadlineNs()));
  }

  private boolean isOver(long nowNs) {
    boolean allHeard = request.count() > 0 && tally.received() + tally.errors() >= request.count();
    boolean failed = request.deadlineS() > 0 && tally.errors() > 0;
    return allHeard || failed || nowNs >= exitNs || nowNs >= deadlineNs();
  }

  private long deadlineNs() {
    return request.deadlineS() == 0 ? Long.MAX_VALUE : startNs + request.deadlineS() * NS_PER_S;
  }

  /** With a deadline it goes on until so many have been answered, as iputils. */
  private boolean maySend() {
    return request.count() == 0
        || request.deadlineS() > 0
        || socket.transmitted() < request.count();
  }

  /**
   * How long the last answers are waited for: as iputils, two round trips if there was one. In a
   * flood they may be of microseconds, and a host that was busy for a moment is not lost.
   */
  private long lingerNs() {
    return tally.received() == 0
        ? request.waitMs() * NS_PER_MS
        : Math.max(
            2 * tally.maxUs() * NS_PER_US,
            request.flood() ? FLOOD_NS : request.intervalMs() * NS_PER_MS);
  }

  private long untilNextNs(long nowNs) {
    if (!request.flood()) {
      return pace.untilNextNs(nowNs);
    }
    boolean waits = tally.inFlight(socket.transmitted()) >= request.preload();
    return waits ? Math.max(0, lastSentNs + FLOOD_NS - nowNs) : 0;
  }

  private void send(long nowNs) {
    lastSentNs = nowNs;
    pace.sent(nowNs);
    DropReason reason = socket.send(epochUs.getAsLong(), nowNs);
    if (!reason.isDrop()) {
      tell(PingEvents.sent(socket.sequence()));
      return;
    }
    pace.failed();
    int mtu = 0;
    if (reason == DropReason.PKT_TOO_BIG) {
      tally.localError();
      mtu = socket.mtu(nowNs);
    }
    tell(PingEvents.local(socket.sequence(), reason, errno(reason), mtu));
  }

  private String errno(DropReason reason) {
    return PingErrno.text(reason, stack.routes().lookup(request.dst()));
  }

  /** Ends it: its summary is the last that is heard of it. A second call does nothing. */
  void finish() {
    if (!ended) {
      close();
      out.accept(
          PingEvents.summary(
              tally.members(socket.transmitted(), (lastSentNs - startNs) / NS_PER_US)));
    }
  }

  private void close() {
    ended = true;
    timers.cancel(timer);
    socket.close();
  }

  // ---- What is heard ----------------------------------------------------------------------------

  @Override
  public void reply(PingReply reply, long nowNs) {
    long rttUs = reply.rttNs() / NS_PER_US;
    tally.reply(reply.sequence(), socket.transmitted(), rttUs, reply.isDuplicate());
    if (!request.quiet()) {
      out.accept(PingEvents.reply(reply, rttUs, request.size() >= PingSocket.STAMP));
    }
    wake(nowNs);
  }

  @Override
  public void error(int sequence, int from, IcmpError why, long nowNs) {
    tally.error(sequence, socket.transmitted());
    tell(PingEvents.error(sequence, from, why));
    wake(nowNs);
  }

  /** In the next turn it looks whether it ends: not now, since it may be at sending. */
  private void wake(long nowNs) {
    boolean last = request.count() > 0 && tally.received() + tally.errors() >= request.count();
    if (!ended && (last || request.flood() || tally.errors() > 0)) {
      timers.set(timer, nowNs);
    }
  }

  private void tell(Map<String, Object> event) {
    if (!request.quiet()) {
      out.accept(event);
    }
  }
}
