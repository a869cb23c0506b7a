package dev.skiff.dev;

import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import dev.skiff.wire.FaultyWire;
import dev.skiff.wire.Wire;
import org.jspecify.annotations.Nullable;

/**
 * The top half of a device, what a driver does in its receive interrupt: frames come off the wire
 * into buffers and go onto the backlog. Thread: the loop thread.
 */
final class TopHalf {
  /** Frames of the time before that {@link #discardOld} looks at, so that a flood ends it too. */
  private static final int MOST_OLD = 16_384;

  private static final String DRIVER = "driver";

  private final NetDevice dev;

  /** The buffer that the next frame is received into, as on a card's receive ring. */
  private @Nullable SkBuff posted;

  private int rxCopybreak;

  TopHalf(NetDevice dev) {
    this.dev = dev;
  }

  // ---- The posted buffer ------------------------------------------------------------------------

  /** Posts a buffer; says whether there was one. */
  boolean post() {
    if (posted == null) {
      posted = alloc(dev.mtu());
    }
    return posted != null;
  }

  /** Posts a buffer for frames of another MTU; false, with the old one posted, if there is none. */
  boolean postFor(int mtu) {
    SkBuff old = posted;
    if (old == null) {
      return true;
    }
    SkBuff fresh = alloc(mtu);
    if (fresh == null) {
      return false;
    }
    posted = fresh;
    old.free(DropReason.CONSUMED); // It held no packet: nothing is lost with it.
    return true;
  }

  /** Takes the posted buffer away. */
  void unpost() {
    SkBuff buffer = posted;
    if (buffer != null) {
      posted = null;
      buffer.free(DropReason.CONSUMED); // It held no packet: nothing is lost with it.
    }
  }

  private @Nullable SkBuff alloc(int mtu) {
    return dev.pool().devAlloc(dev.rxFrameLen(mtu), DRIVER);
  }

  void setRxCopybreak(int bytes) {
    rxCopybreak = bytes;
  }

  // ---- Receive ----------------------------------------------------------------------------------

  /**
   * Throws away what came while the device was down: it must not be taken for new.
   *
   * @return whether the wire lives
   */
  boolean discardOld(long nowNs) {
    FaultyWire faulty = dev.fault();
    Wire wire = faulty == null ? dev.wire() : faulty.below(); // Old frames have no fate to draw.
    for (int i = 0; i < MOST_OLD && posted != null; i++) {
      switch (wire.receive(posted, nowNs)) {
        case FRAME -> {
          posted.clear();
          dev.count(DeviceStat.RX_MISSED_ERRORS, 1);
        }
        case EMPTY -> {
          return true;
        }
        case GONE -> {
          return false;
        }
      }
    }
    return true;
  }

  /** See {@link NetDevice#poll}. */
  boolean poll(int budget, long nowNs) {
    if (posted == null && dev.isUp()) {
      posted = alloc(dev.mtu()); // Memory was short; it may be there again.
    }
    for (int i = 0; i < budget && posted != null; i++) {
      SkBuff skb = posted;
      switch (dev.wire().receive(skb, nowNs)) {
        case FRAME -> received(skb, nowNs);
        case EMPTY -> {
          return true;
        }
        case GONE -> {
          dev.fail(dev.wire().failure());
          return true;
        }
      }
    }
    return posted == null;
  }

  private void received(SkBuff frame, long nowNs) {
    SkBuff skb = frame;
    if (frame.len() <= rxCopybreak) {
      SkBuff small = copyBreak(frame);
      skb = small == null ? frame : small;
    }
    skb.enterReceived(dev.index());
    skb.setStampNs(nowNs);
    dev.count(DeviceStat.RX_PACKETS, 1);
    dev.count(DeviceStat.RX_BYTES, skb.len());
    SkBuff next = skb == posted ? alloc(dev.mtu()) : posted;
    if (next == null) {
      // "Memory squeeze": without a buffer to post instead, this one is posted again.
      dev.count(DeviceStat.RX_DROPPED, 1);
      skb.free(DropReason.NOMEM);
      posted = alloc(dev.mtu());
      return;
    }
    posted = next;
    DropReason reason = dev.netifRx(skb);
    if (reason != DropReason.NOT_DROPPED) {
      skb.free(reason);
    }
    if (!dev.hasCarrier()) {
      // A frame has come, so somebody is there: the news of it is yet to be read. Only now, since
      // notifiers may do anything, and another MTU wants another buffer posted.
      dev.lookAtLink();
    }
  }

  /**
   * {@code rx_copybreak}: copies a small frame into a buffer of its size, and posts the large one
   * again. It has room for a reply in place and its padding.
   *
   * @return null if there is no buffer for it
   */
  private @Nullable SkBuff copyBreak(SkBuff frame) {
    int n = frame.len();
    LinkOps link = dev.link();
    SkBuff small = dev.pool().devAlloc(Math.max(n, NetDevice.SHORTEST_RX), DRIVER);
    if (small != null) {
      var _ = small.put(n);
      link.copyAndSum(small, frame.segment(), frame.data(), n, 0);
      frame.clear();
    }
    return small;
  }
}
