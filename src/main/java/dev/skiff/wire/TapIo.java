package dev.skiff.wire;

import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import dev.skiff.stats.Counters;
import dev.skiff.sys.Errno;
import dev.skiff.sys.IoUring;
import dev.skiff.sys.Sys;
import dev.skiff.sys.SysException;
import dev.skiff.sys.TunTap;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a TAP's frames get to the kernel and back: one call for each, or many with one {@code
 * io_uring_enter(2)}.
 *
 * <p>Whatever goes into the ring is done when the call comes back: nothing there waits, neither a
 * read for a frame nor a write for room. So the kernel has a buffer of ours no longer than a call
 * takes, and what is sent keeps its order. Thread: the loop thread; {@link #stat} and {@link
 * #describe} any.
 */
final class TapIo {
  /**
   * The most frames received with one call. More would save next to nothing, and the first of them
   * would wait longer for its answer, while the host has nothing to do: docs/performance.md.
   */
  static final int RX_RING = 32;

  private static final Logger LOG = LoggerFactory.getLogger(TapIo.class);

  /** The result of a request that the kernel has not carried out: it never gives such a number. */
  private static final int NOT_DONE = Integer.MIN_VALUE;

  /** How often the kernel is asked again while it is short of memory. */
  private static final int MOST_TRIES = 100;

  private static final String HOLDER = "TapWire";
  private static final String WRITE = "tap write";

  /** Opens rings; another in a test of what a kernel rarely does. */
  interface Rings {
    /** See {@link IoUring#open}. */
    IoUring open(int entries, int fd) throws SysException;
  }

  private final TunTap tap;
  private final Burst burst = new Burst();
  private final Counters stats = new Counters(TapStat.values().length);

  /** Of each request of a call, by its number: writes first, then reads. */
  private final int[] results = new int[Burst.CAPACITY + RX_RING];

  private volatile @Nullable IoUring ring;

  /** Why there is no ring; read by any thread. */
  private volatile String whyNot = "";

  private boolean blocked;

  /** The error of a TAP that is dead; 0 while it lives. */
  private int errno;

  private TapIo(TunTap tap) {
    this.tap = tap;
  }

  /**
   * Opens it; any thread.
   *
   * @throws SysException if it is to be {@link IoMode#URING} and cannot: one line
   */
  static TapIo open(TunTap tap, IoMode mode, Rings rings) throws SysException {
    TapIo io = new TapIo(tap);
    if (mode == IoMode.SYSCALL) {
      io.whyNot = "as it was told";
      return io;
    }
    try {
      if (tap.sndbuf() != Integer.MAX_VALUE) {
        // A write that finds no room must be made again before those behind it.
        throw new SysException("the TAP has a sndbuf", 0);
      }
      io.ring = rings.open(Integer.highestOneBit(io.results.length) * 2, tap.fd());
    } catch (SysException e) {
      if (mode == IoMode.URING) {
        throw new SysException(
            "TAP " + tap.name() + ": no io_uring: " + e.getMessage() + "; use --io auto",
            e.errno());
      }
      io.whyNot = String.valueOf(e.getMessage());
      LOG.info("TAP {}: no io_uring, so a system call a frame: {}", tap.name(), io.whyNot);
    }
    return io;
  }

  /** "uring", or "syscall" and why. Any thread. */
  String describe() {
    return ring != null ? "uring" : "syscall (" + whyNot + ")";
  }

  boolean hasRing() {
    return ring != null;
  }

  // ---- Receive ----------------------------------------------------------------------------------

  /** See {@link Wire#receive}. */
  Wire.Rx receive(SkBuff skb) {
    stats.increment(TapStat.READS.ordinal());
    return received(skb, Sys.read(tap.fd(), skb.address(skb.tail()), skb.tailroom()));
  }

  private Wire.Rx received(SkBuff skb, long n) {
    if (n >= 0) {
      var _ = skb.put((int) n);
      return Wire.Rx.FRAME;
    }
    if (n == -Errno.EAGAIN || n == NOT_DONE) {
      return Wire.Rx.EMPTY;
    }
    // EBADFD once the device was deleted, and no other error comes from a TAP that lives: to try
    // again would spin, since poll reports an error at once.
    errno = (int) -n;
    return Wire.Rx.GONE;
  }

  /** The error of a TAP that is dead; 0 while it lives. */
  int errno() {
    return errno;
  }

  // ---- Send -------------------------------------------------------------------------------------

  /** See {@link Wire#queue}. */
  Wire.Xmit queue(SkBuff skb) {
    if (burst.isFull()) {
      return Wire.Xmit.BUSY;
    }
    skb.setHolder(HOLDER);
    burst.add(skb);
    return Wire.Xmit.OK;
  }

  /** See {@link Wire#flush}. */
  void flush(Wire.Completion completion) {
    IoUring uring = ring;
    if (uring != null && burst.size() > 1) {
      int n = burst.size();
      prepWrites(uring, n);
      written(n, enter(uring, n), completion);
    } else {
      writeAll(completion);
    }
  }

  private void writeAll(Wire.Completion completion) {
    blocked = false;
    while (!burst.isEmpty()) {
      SkBuff skb = burst.first();
      stats.increment(TapStat.WRITES.ordinal());
      long n = Sys.write(tap.fd(), skb.address(skb.data()), skb.len());
      if (n == -Errno.EAGAIN) {
        blocked = true;
        return;
      }
      skb.hop(WRITE); // Here, and not before the call: one that found no room is made again.
      burst.removeFirst();
      completion.sent(skb, verdict(n));
    }
  }

  private static DropReason verdict(long n) {
    if (n >= 0) {
      return DropReason.CONSUMED;
    }
    // A TAP that the host has set down refuses frames with EIO.
    return n == -Errno.EIO ? DropReason.DEV_READY : DropReason.WIRE_ERROR;
  }

  /** See {@link Wire#isBlocked}. */
  boolean isBlocked() {
    return blocked;
  }

  /** Gives up what is queued. */
  void giveUp(Wire.Completion completion) {
    while (!burst.isEmpty()) {
      SkBuff skb = burst.first();
      burst.removeFirst();
      completion.sent(skb, DropReason.QUEUE_PURGE);
    }
    blocked = false;
  }

  // ---- Both at once -----------------------------------------------------------------------------

  /** See {@link Wire#exchange}. */
  int exchange(@Nullable SkBuff[] rx, int n, Wire.Completion completion) {
    IoUring uring = ring;
    int writes = burst.size();
    if (uring == null || writes + n < 2) {
      writeAll(completion); // Only when it is one request: then a call of its own is cheaper.
      return receiveInto(rx, n);
    }
    prepWrites(uring, writes);
    for (int i = 0; i < n; i++) {
      SkBuff skb = Objects.requireNonNull(rx[i]);
      must(uring.prepRead(skb.address(skb.tail()), skb.tailroom(), writes + i));
    }
    stats.add(TapStat.RING_READS.ordinal(), n);
    int taken = enter(uring, writes + n);
    int frames = collect(rx, writes, n);
    written(writes, taken, completion);
    return frames;
  }

  private int receiveInto(@Nullable SkBuff[] rx, int n) {
    for (int i = 0; i < n; i++) {
      if (receive(Objects.requireNonNull(rx[i])) != Wire.Rx.FRAME) {
        return i;
      }
    }
    return n;
  }

  private void prepWrites(IoUring uring, int n) {
    for (int i = 0; i < n; i++) {
      SkBuff skb = burst.get(i);
      must(uring.prepWrite(skb.address(skb.data()), skb.len(), i));
    }
    stats.add(TapStat.RING_WRITES.ordinal(), n);
  }

  private static void must(boolean prepared) {
    if (!prepared) {
      throw new IllegalStateException("the ring has room for every request of a call");
    }
  }

  /**
   * Has the kernel do what was prepared, and waits until it has.
   *
   * @return how many of the requests it took, the first ones; all, unless the ring failed
   */
  private int enter(IoUring uring, int requests) {
    Arrays.fill(results, 0, requests, NOT_DONE);
    int done = 0;
    for (int tries = 0; done < requests; tries++) {
      stats.increment(TapStat.ENTERS.ordinal());
      int error = uring.submitAndWait(requests - done);
      while (uring.nextCompletion()) {
        results[(int) uring.userData()] = uring.result();
        done++;
      }
      // EAGAIN and EBUSY: the kernel is short of memory for requests. Any other is a bug.
      boolean again = error == 0 || error == -Errno.EAGAIN || error == -Errno.EBUSY;
      if (!again || tries == MOST_TRIES) {
        int taken = requests - uring.prepared();
        giveUpRing(uring, error);
        return taken;
      }
    }
    return requests;
  }

  /** There is no ring from here on. */
  private void giveUpRing(IoUring uring, int error) {
    ring = null;
    uring.close();
    whyNot = "io_uring_enter: " + Errno.text(-error);
    LOG.warn("TAP {}: {}: from here on a system call a frame", tap.name(), whyNot);
  }

  /**
   * Puts the frames in front, in the order in which they came: a read that found nothing may stand
   * before one that a frame came in time for.
   */
  private int collect(@Nullable SkBuff[] rx, int first, int n) {
    int frames = 0;
    for (int i = 0; i < n; i++) {
      SkBuff skb = Objects.requireNonNull(rx[i]);
      if (received(skb, results[first + i]) == Wire.Rx.FRAME) {
        rx[i] = rx[frames];
        rx[frames++] = skb;
      }
    }
    return frames;
  }

  /** Ends the writes that the kernel took; those that a ring left behind are made without it. */
  private void written(int n, int taken, Wire.Completion completion) {
    for (int i = 0; i < Math.min(n, taken); i++) {
      SkBuff skb = burst.first();
      skb.hop(WRITE);
      burst.removeFirst();
      completion.sent(skb, verdict(results[i]));
    }
    if (taken < n) {
      writeAll(completion);
    }
  }

  // ---- The rest ---------------------------------------------------------------------------------

  /** One counter. Any thread. */
  long stat(TapStat stat) {
    return stats.get(stat.ordinal());
  }

  /** Closes the ring; before the TAP is closed. */
  void close() {
    IoUring uring = ring;
    ring = null;
    if (uring != null) {
      uring.close();
    }
  }
}
