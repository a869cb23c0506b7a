package dev.skiff.wire;

import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import dev.skiff.sys.Errno;
import dev.skiff.sys.Sys;
import dev.skiff.sys.TunTap;

/**
 * A wire that is a TAP device: one frame per read and per write, no copy beyond the kernel's own.
 *
 * <p>The kernel keeps the frames that we have not read, up to the interface's {@code txqueuelen},
 * and drops and counts the rest. Thread: the loop thread.
 */
public final class TapWire implements Wire {
  private static final String HOLDER = "TapWire";
  private static final String WRITE = "tap write";

  private final TunTap tap;
  private final Burst burst = new Burst();
  private boolean blocked;
  private String failure = "";

  /** A wire over an open TAP, which it closes in the end. */
  public TapWire(TunTap tap) {
    this.tap = tap;
  }

  @Override
  public Rx receive(SkBuff skb, long nowNs) {
    long n = Sys.read(tap.fd(), skb.address(skb.tail()), skb.tailroom());
    if (n >= 0) {
      var _ = skb.put((int) n);
      return Rx.FRAME;
    }
    if (n == -Errno.EAGAIN) {
      return Rx.EMPTY;
    }
    // EBADFD once the device was deleted, and no other error comes from a TAP that lives: to try
    // again would spin, since poll reports an error at once.
    failure = "TAP " + tap.name() + " is gone (" + Errno.text((int) -n) + "): somebody deleted it";
    return Rx.GONE;
  }

  @Override
  public Xmit queue(SkBuff skb, long nowNs) {
    if (burst.isFull()) {
      return Xmit.BUSY;
    }
    skb.setHolder(HOLDER);
    burst.add(skb);
    return Xmit.OK;
  }

  @Override
  public void flush(long nowNs, Completion completion) {
    blocked = false;
    while (!burst.isEmpty()) {
      SkBuff skb = burst.first();
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

  @Override
  public boolean isBlocked() {
    return blocked;
  }

  @Override
  public int pollFd() {
    return tap.fd();
  }

  @Override
  public String failure() {
    return failure;
  }

  @Override
  public void stop(Completion completion) {
    while (!burst.isEmpty()) {
      SkBuff skb = burst.first();
      burst.removeFirst();
      completion.sent(skb, DropReason.QUEUE_PURGE);
    }
    blocked = false;
  }

  @Override
  public void close(Completion completion) {
    stop(completion);
    tap.close();
  }
}
