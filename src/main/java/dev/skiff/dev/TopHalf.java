package dev.skiff.dev;

import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import dev.skiff.skb.SkBuffPool;
import dev.skiff.wire.FaultyWire;
import dev.skiff.wire.Wire;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The top half of a device, what a driver does in its receive interrupt: frames come off the wire
 * into buffers and go onto the backlog. Thread: the loop thread.
 */
final class TopHalf {
  /** Frames of the time before that {@link #discardOld} looks at, so that a flood ends it too. */
  private static final int MOST_OLD = 16_384;

  private static final String DRIVER = "driver";

  /** All receive rings together have no more of the pool's buffers than one in so many. */
  private static final int POOL_SHARE = 8;

  private final NetDevice dev;
  private final NetDevices devices;

  /**
   * The buffers that the next frames are received into, as on a card's receive ring: from the first
   * place on, without a gap. They are posted when they are wanted, and most wires want one.
   */
  private @Nullable SkBuff[] ring = new @Nullable SkBuff[1];

  /** No place from here on has a buffer. */
  private int posted;

  /** How many frames a wire with a ring is asked for. */
  private int wanted = 1;

  /** How many came when it was asked last. */
  private int cameBefore;

  /** Whether the wire has all of the ring just now, and whether other buffers are wanted then. */
  private boolean exchanging;

  private boolean outdated;

  private int rxCopybreak;

  TopHalf(NetDevice dev, NetDevices devices) {
    this.dev = dev;
    this.devices = devices;
  }

  // ---- The posted buffers -----------------------------------------------------------------------

  /** Posts a buffer; says whether there was one. */
  boolean post() {
    return post(1) > 0;
  }

  /** Posts as many as are wanted, as far as there are any; says how many there are, up to that. */
  private int post(int n) {
    posted = Math.max(posted, n);
    for (int i = 0; i < n; i++) {
      if (ring[i] == null) {
        ring[i] = alloc(dev.mtu());
        if (ring[i] == null) {
          return i;
        }
      }
    }
    return n;
  }

  /**
   * Posts a buffer for frames of another MTU; false, with the old ones posted, if there is none.
   */
  boolean postFor(int mtu) {
    if (ring[0] == null) {
      unpost();
      return true;
    }
    SkBuff fresh = alloc(mtu);
    if (fresh == null) {
      return false;
    }
    if (exchanging) {
      // A tap asks for it: what the wire has put into the old ones is still to be taken out.
      outdated = true;
      fresh.free(DropReason.CONSUMED);
      return true;
    }
    unpost();
    ring[0] = fresh;
    posted = 1;
    return true;
  }

  /** Takes the posted buffers away. */
  void unpost() {
    unpost(0);
  }

  private void unpost(int from) {
    for (int i = from; i < posted; i++) {
      SkBuff buffer = ring[i];
      if (buffer != null) {
        ring[i] = null;
        buffer.free(DropReason.CONSUMED); // It held no packet: nothing is lost with it.
      }
    }
    posted = Math.min(posted, from);
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
    for (int i = 0; i < MOST_OLD; i++) {
      SkBuff buffer = ring[0];
      if (buffer == null) {
        return true;
      }
      switch (wire.receive(buffer, nowNs)) {
        case FRAME -> {
          buffer.clear();
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
  boolean poll(int budget, Transmitter transmitter, long nowNs) {
    int most = dev.wire().rxRing();
    try {
      if (most > 1) {
        return pollRing(Math.min(budget, most), transmitter, nowNs);
      }
      unpost(1); // The wire may have lost its ring, or a faulty one stands before it.
      return pollOneByOne(budget, nowNs);
    } catch (RuntimeException | AssertionError | StackOverflowError fault) {
      clearPosted();
      throw fault;
    }
  }

  /** A wire that threw has perhaps put something into them, to which nothing must be added. */
  private void clearPosted() {
    for (SkBuff buffer : ring) {
      if (buffer != null && buffer.len() > 0) {
        buffer.clear();
        dev.count(DeviceStat.RX_MISSED_ERRORS, 1);
      }
    }
  }

  private boolean pollOneByOne(int budget, long nowNs) {
    if (dev.isUp()) {
      var _ = post(); // Memory was short; it may be there again.
    }
    for (int i = 0; i < budget; i++) {
      SkBuff skb = ring[0];
      if (skb == null) {
        return true;
      }
      switch (dev.wire().receive(skb, nowNs)) {
        case FRAME -> {
          received(0, skb, nowNs);
          lookForCarrier();
        }
        case EMPTY -> {
          return true;
        }
        case GONE -> {
          dev.fail(dev.wire().failure());
          return true;
        }
      }
    }
    return ring[0] == null;
  }

  /** Has a wire with a ring send what is queued, and takes all the frames that it has meanwhile. */
  private boolean pollRing(int most, Transmitter transmitter, long nowNs) {
    if (ring.length < most) {
      ring = Arrays.copyOf(ring, most);
    }
    if (!dev.isUp()) {
      return true;
    }
    int share = share();
    unpost(share); // There may be more devices now that share the pool.
    int n = post(Math.clamp(wanted, 1, Math.min(share, most)));
    if (n == 0) {
      transmitter.xmit(nowNs, false);
      return true;
    }
    int frames = exchange(n, transmitter, nowNs);
    wanted = wanted(n, frames);
    if (wanted == 1 && frames == 0) {
      unpost(1); // It has been quiet for some turns: a burst is over.
    }
    if (frames > 0) {
      lookForCarrier();
    } else if (!dev.wire().failure().isEmpty()) {
      dev.fail(dev.wire().failure());
    }
    return frames == 0;
  }

  private int exchange(int n, Transmitter transmitter, long nowNs) {
    exchanging = true;
    try {
      return transmitter.exchange(ring, n, nowNs, this);
    } finally {
      exchanging = false;
      if (outdated) {
        outdated = false;
        unpost();
      }
    }
  }

  /** How many of the pool's buffers this device may have posted. */
  private int share() {
    int all = dev.pool().capacity(SkBuffPool.slotSizeFor(dev.rxFrameLen(dev.mtu())));
    return Math.max(all / (POOL_SHARE * devices.all().length), 1);
  }

  /**
   * How many frames to ask for next time. Each that has not come costs a request in vain, and each
   * that was not asked for waits for another turn; so somewhat more than came, if those were all
   * that were asked for. One that comes alone, after nothing, is as a rule one of a ping's.
   */
  private int wanted(int asked, int came) {
    boolean alone = asked == 1 && cameBefore == 0;
    cameBefore = came;
    if (came == asked && !alone) {
      return asked + 1 + asked / 4;
    }
    return Math.max(came == 0 ? asked / 2 : came, 1);
  }

  /** The first so many of the ring were filled: they go onto the backlog. */
  void received(int frames, long nowNs) {
    for (int i = 0; i < frames; i++) {
      received(i, Objects.requireNonNull(ring[i]), nowNs);
    }
  }

  private void received(int place, SkBuff frame, long nowNs) {
    SkBuff skb = frame;
    if (frame.len() <= rxCopybreak) {
      SkBuff small = copyBreak(frame);
      skb = small == null ? frame : small;
    }
    skb.enterReceived(dev.index());
    skb.setStampNs(nowNs);
    dev.count(DeviceStat.RX_PACKETS, 1);
    dev.count(DeviceStat.RX_BYTES, skb.len());
    SkBuff next = skb == frame ? alloc(dev.mtu()) : frame;
    if (next == null) {
      // "Memory squeeze": without a buffer to post instead, this one is posted again.
      dev.count(DeviceStat.RX_DROPPED, 1);
      skb.free(DropReason.NOMEM);
      ring[place] = alloc(dev.mtu());
      return;
    }
    ring[place] = next;
    DropReason reason = dev.netifRx(skb);
    if (reason != DropReason.NOT_DROPPED) {
      skb.free(reason);
    }
  }

  /**
   * A frame has come, so somebody is there: if that is news, it is yet to be read. Notifiers may do
   * anything then, and another MTU wants other buffers posted.
   */
  private void lookForCarrier() {
    if (!dev.hasCarrier()) {
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
