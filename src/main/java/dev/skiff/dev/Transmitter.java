package dev.skiff.dev;

import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import dev.skiff.stats.Faults;
import dev.skiff.wire.Wire;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way out of a device: {@code dev_queue_xmit}, the qdisc, {@code hard_start_xmit} and the
 * watchdog. Thread: the loop thread.
 */
final class Transmitter {
  private static final Logger LOG = LoggerFactory.getLogger(Transmitter.class);
  private static final String DRIVER = "driver";
  private static final String HARD_START_XMIT = "hard_start_xmit";

  private final NetDevice dev;
  private final LinkOps link;
  private final Taps taps;
  private final Faults faults;
  private final Wire.Completion completion = this::sent;
  private Qdisc qdisc;

  /** How deep in calls that may be in the wire's own code, from which taps are called. */
  private int sending;

  private boolean stopAfterwards;
  private boolean closed;

  // The watchdog: since when the wire has been blocked without a frame going out (trans_start).
  private boolean blocked;
  private long blockedSinceNs;
  private long framesThrough;
  private long framesThroughThen;
  private boolean warned;

  Transmitter(NetDevice dev, LinkOps link, NetDevices devices) {
    this.dev = dev;
    this.link = link;
    taps = devices.taps();
    faults = devices.faults();
    qdisc = new PfifoFast(dev::txQueueLen);
  }

  // ---- Queueing ---------------------------------------------------------------------------------

  /** See {@link NetDevice#transmit}. */
  DropReason transmit(SkBuff skb, long nowNs) {
    skb.hop("dev_queue_xmit");
    // Here and not only when it is sent: a buffer without the room is its caller's mistake.
    if (skb.len() < link.minFrameLen()) {
      if (!skb.unshare()) {
        return DropReason.NOMEM;
      }
      skb.padTo(link.minFrameLen());
    }
    if (!dev.isUp()) {
      return dropped(DropReason.DEV_READY);
    }
    if (skb.len() > link.headerLen() + dev.mtu()) {
      return dropped(DropReason.PKT_TOO_BIG);
    }
    if (!skb.arp()) {
      switch (link.rebuildHeader(skb, dev, nowNs)) {
        case RESOLVED -> {}
        case QUEUED -> {
          return DropReason.NOT_DROPPED;
        }
        case REFUSED -> {
          return skb.verdict();
        }
      }
    }
    skb.setDeviceIndex(dev.index());
    DropReason reason = qdisc.enqueue(skb);
    return reason == DropReason.NOT_DROPPED ? reason : dropped(reason);
  }

  private DropReason dropped(DropReason reason) {
    dev.count(DeviceStat.TX_DROPPED, 1);
    return reason;
  }

  /** {@code dev_graft_qdisc}: what waits in the old one is given up. */
  void setQdisc(Qdisc fresh) {
    reset();
    qdisc = fresh;
  }

  Qdisc qdisc() {
    return qdisc;
  }

  private void reset() {
    dev.count(DeviceStat.TX_DROPPED, qdisc.reset());
  }

  // ---- Sending ----------------------------------------------------------------------------------

  /**
   * See {@link NetDevice#xmit}.
   *
   * @param more {@code xmit_more}: whether another {@link #exchange} follows at once, so that the
   *     wire may be left with frames to send
   */
  void xmit(long nowNs, boolean more) {
    if (sending > 0) {
      return; // A tap, or a completion, has come back here: what waits goes out all the same.
    }
    sending++;
    try {
      Wire wire = dev.wire();
      if (more && wire.rxRing() > 1) {
        fillRing(wire, nowNs);
        return;
      }
      // What the wire had no room for last time goes first: a full one would take nothing.
      wire.flush(nowNs, completion);
      while (!wire.isBlocked() && fillWire(nowNs) > 0) {
        wire.flush(nowNs, completion);
      }
      if (wire.isBlocked()) {
        watch(nowNs);
      } else {
        blocked = false;
      }
    } finally {
      sent();
    }
  }

  /** Queues all that there is, and has the wire send only what it must to make room. */
  private void fillRing(Wire wire, long nowNs) {
    var _ = fillWire(nowNs);
    while (qdisc.len() > 0) {
      wire.flush(nowNs, completion);
      if (fillWire(nowNs) == 0) {
        return; // It takes nothing: the next turn sees to it.
      }
    }
  }

  /**
   * Has the wire send what is queued and receive, see {@link Wire#exchange}; what has come goes
   * onto the backlog before anybody may stop the device.
   *
   * @return how many frames have come
   */
  int exchange(@Nullable SkBuff[] ring, int n, long nowNs, TopHalf topHalf) {
    if (sending > 0) {
      return 0;
    }
    sending++;
    try {
      int frames = dev.wire().exchange(ring, n, nowNs, completion);
      topHalf.received(frames, nowNs);
      return frames;
    } finally {
      sent();
    }
  }

  /** Hands over what the wire takes; says how many frames that were. */
  private int fillWire(long nowNs) {
    int taken = 0;
    SkBuff skb;
    while ((skb = qdisc.dequeue(DRIVER)) != null) {
      if (offer(skb, nowNs) == Wire.Xmit.BUSY) {
        qdisc.requeue(skb);
        return taken;
      }
      taken++;
    }
    return taken;
  }

  /** A wire that throws costs the frame and not the buffer: it may have passed it on before. */
  private Wire.Xmit offer(SkBuff skb, long nowNs) {
    try {
      return start(skb, nowNs);
    } catch (RuntimeException | AssertionError | StackOverflowError fault) {
      if (skb.isLive() && skb.holder().equals(DRIVER)) {
        dev.count(DeviceStat.TX_ERRORS, 1);
        skb.free(DropReason.WIRE_ERROR);
      }
      throw fault;
    }
  }

  /** See {@link NetDevice#hardStartXmit}. */
  Wire.Xmit hardStartXmit(SkBuff skb, long nowNs) {
    if (!dev.isUp()) {
      return Wire.Xmit.BUSY; // As tbusy in 1996, which stood as long as the device was closed.
    }
    sending++;
    try {
      return start(skb, nowNs);
    } finally {
      sent();
    }
  }

  /** {@code dev_hard_start_xmit}: shows the frame to the taps and gives it to the wire. */
  private Wire.Xmit start(SkBuff skb, long nowNs) {
    skb.hop(HARD_START_XMIT);
    if (skb.len() > link.headerLen() + dev.mtu()) {
      skb.free(dropped(DropReason.PKT_TOO_BIG));
      return Wire.Xmit.OK;
    }
    skb.padTo(link.minFrameLen());
    if (!taps.isEmpty() && skb.txTapId() == 0) {
      skb.resetMacHeader();
      skb.setTxTapId(taps.seen(skb, PacketTap.Direction.OUT, dev, nowNs));
    }
    return dev.wire().queue(skb, nowNs);
  }

  /** Whether the wire, or a tap that looks on, is at work: no time to stop it. */
  boolean isSending() {
    return sending > 0;
  }

  /** Whether the device goes down once it is done sending. */
  boolean isToStop() {
    return stopAfterwards;
  }

  /** Has the device stopped once it is done sending. */
  void stopAfterwards() {
    stopAfterwards = true;
  }

  private void sent() {
    if (--sending == 0 && stopAfterwards) {
      stopAfterwards = false;
      dev.stop();
    }
  }

  private void sent(SkBuff skb, DropReason reason) {
    framesThrough++;
    switch (reason) {
      case CONSUMED -> {
        dev.count(DeviceStat.TX_PACKETS, 1);
        dev.count(DeviceStat.TX_BYTES, skb.len());
      }
      case WIRE_ERROR -> dev.count(DeviceStat.TX_ERRORS, 1);
      case DEV_READY -> {
        dev.count(DeviceStat.TX_ERRORS, 1);
        dev.count(DeviceStat.TX_CARRIER_ERRORS, 1);
      }
      default -> dev.count(DeviceStat.TX_DROPPED, 1);
    }
    skb.free(reason);
  }

  /** Gives up all that waits, here and on the wire. */
  void stop() {
    atEnd(this::reset);
    blocked = false;
    if (!closed) {
      atEnd(() -> dev.wire().stop(completion));
    }
  }

  /** {@link #stop}, and the end of the wire; a second call does nothing. */
  void close() {
    atEnd(this::reset);
    blocked = false;
    if (!closed) {
      closed = true;
      atEnd(() -> dev.wire().close(completion));
    }
  }

  /** Whatever a wire does when it is to stop, the device stops. */
  private void atEnd(Runnable end) {
    try {
      end.run();
    } catch (RuntimeException | AssertionError | StackOverflowError fault) {
      faults.caught("the wire of " + dev.name(), fault);
    }
  }

  // ---- The watchdog -----------------------------------------------------------------------------

  /** {@code dev_watchdog}: a wire that takes nothing for too long is stopped and opened anew. */
  private void watch(long nowNs) {
    if (!blocked || framesThrough != framesThroughThen) {
      blocked = true;
      blockedSinceNs = nowNs;
      framesThroughThen = framesThrough;
    } else if (nowNs - blockedSinceNs >= NetDevice.WATCHDOG_TIMEO_NS) {
      blocked = false;
      dev.count(DeviceStat.TX_TIMEOUT, 1);
      if (!warned) {
        warned = true;
        LOG.warn("NETDEV WATCHDOG: {}: transmit timed out, its wire is opened anew", dev.name());
      }
      dev.wire().stop(completion);
      dev.life().reopenWire();
    }
  }

  /** When the watchdog wants a turn; {@link Long#MAX_VALUE} for never. */
  long watchdogNs() {
    return blocked ? blockedSinceNs + NetDevice.WATCHDOG_TIMEO_NS : Long.MAX_VALUE;
  }
}
