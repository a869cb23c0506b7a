package dev.skiff.wire;

import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import dev.skiff.sys.Errno;
import dev.skiff.sys.HostLink;
import dev.skiff.sys.Sys;
import dev.skiff.sys.SysException;
import dev.skiff.sys.TapOptions;
import dev.skiff.sys.TunTap;
import java.io.IOException;
import java.util.Map;

/**
 * A wire that is a TAP device: one frame per read and per write, no copy beyond the kernel's own.
 *
 * <p>The kernel keeps the frames that we have not read, up to the interface's {@code txqueuelen},
 * and drops and counts the rest. The far end is the host: its carrier is the host's having set the
 * interface up, and ours is what the host sees as the interface's. All of this works from outside
 * of the network namespace that the TAP is in. Thread: the loop thread, except {@link
 * #farCounters}.
 */
public final class TapWire implements Wire {
  private static final String HOLDER = "TapWire";
  private static final String WRITE = "tap write";

  private final TunTap tap;
  private final Burst burst = new Burst();
  private boolean blocked;
  private boolean closed;
  private boolean carrier = true;
  private int farMtu;

  /** Whether the interface is in the namespace that we ask; read by any thread. */
  private volatile boolean isHere = true;

  private String failure = "";

  /** A wire over an open TAP, which it closes in the end. */
  public TapWire(TunTap tap) {
    this.tap = tap;
  }

  /**
   * Opens the TAP called {@code name} in the caller's network namespace: attached to if it is
   * there, made if not. Any thread.
   *
   * @param name the interface's name, or a pattern for a new one such as "skiff%d"
   * @throws IOException one line that says what to do
   */
  public static TapWire open(String name) throws IOException {
    return new TapWire(TunTap.open(name));
  }

  /**
   * Opens a TAP: attached to if it is there, made if not. Any thread.
   *
   * @throws IOException one line that says what to do
   */
  public static TapWire open(TapOptions options) throws IOException {
    return new TapWire(TunTap.open(options));
  }

  /** The interface's name on the host, as {@link #lookAtLink} last found it. */
  public String name() {
    return tap.name();
  }

  @Override
  public void init() {
    look();
  }

  /** Lets the host see a link, as of a cable whose far end was plugged in. */
  @Override
  public void open() throws IOException {
    if (!failure.isEmpty()) {
      throw new IOException(failure);
    }
    try {
      tap.setCarrier(true);
    } catch (SysException e) {
      failure = String.valueOf(e.getMessage());
      throw e;
    }
    look();
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
    failure = gone((int) -n);
    return Rx.GONE;
  }

  private String gone(int errno) {
    return "TAP " + tap.name() + " is gone (" + Errno.text(errno) + "): somebody deleted it";
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

  /** Whether the host has set the interface up; true if that cannot be known. */
  @Override
  public boolean hasCarrier() {
    return carrier;
  }

  /** The interface's MTU on the host; 0 if it was moved to another network namespace. */
  @Override
  public int farMtu() {
    return farMtu;
  }

  @Override
  public int linkFd() {
    return closed ? -1 : tap.link().fd();
  }

  @Override
  public void lookAtLink() {
    // Most bells are not for us, and a look costs less than to find out for whom one is.
    if (!closed && tap.link().drain()) {
      look();
    }
  }

  private void look() {
    String name = tap.lookUpName();
    try {
      HostLink host = tap.link().query(tap.index());
      if (host.name().equals(name)) {
        carrier = host.up();
        farMtu = host.mtu();
        isHere = true;
        return;
      }
      // Else ours was moved to another namespace and its number given to another interface.
    } catch (SysException e) {
      if (e.errno() != Errno.ENODEV) {
        return; // No answer now: what we know stands.
      }
      if (tap.isDeleted()) {
        failure = gone(Errno.EBADFD);
        return;
      }
    }
    isHere = false;
    carrier = true;
    farMtu = 0;
  }

  /**
   * What the host counts of the interface, seen from the host: {@code tx_dropped} are frames for us
   * that we were too slow for, {@code rx_dropped} ours that the host had no use for. Empty when it
   * was moved to another network namespace, and after the end.
   */
  @Override
  public Map<String, Long> farCounters() {
    try {
      return isHere ? tap.link().query(tap.index()).counters() : Map.of();
    } catch (SysException e) {
      return Map.of();
    }
  }

  @Override
  public void stop(Completion completion) {
    giveUp(completion);
    if (!closed) {
      try {
        tap.setCarrier(false);
      } catch (SysException e) {
        // Deleted: the host has no link either way.
      }
    }
  }

  private void giveUp(Completion completion) {
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
    closed = true;
    tap.close();
  }
}
