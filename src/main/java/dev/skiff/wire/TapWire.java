package dev.skiff.wire;

import dev.skiff.skb.SkBuff;
import dev.skiff.sys.Errno;
import dev.skiff.sys.HostLink;
import dev.skiff.sys.IoUring;
import dev.skiff.sys.SysException;
import dev.skiff.sys.TapOptions;
import dev.skiff.sys.TunTap;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A wire that is a TAP device: no copy beyond the kernel's own, and many frames with one system
 * call where an io_uring can be had.
 *
 * <p>The kernel keeps the frames that we have not read, up to the interface's {@code txqueuelen},
 * and drops and counts the rest. The far end is the host: its carrier is the host's having set the
 * interface up, and ours is what the host sees as the interface's. All of this works from outside
 * of the network namespace that the TAP is in. Thread: the loop thread, except {@link
 * #farCounters}.
 */
public final class TapWire implements Wire {
  private final TunTap tap;
  private final TapIo io;
  private boolean closed;
  private boolean carrier = true;
  private int farMtu;

  /** Whether the interface is in the namespace that we ask; read by any thread. */
  private volatile boolean isHere = true;

  private String failure = "";

  /**
   * A wire over an open TAP, which it closes in the end. Any thread.
   *
   * @throws IOException if {@code mode} is {@link IoMode#URING} and the kernel lets us have none:
   *     one line; the TAP is the caller's still
   */
  public TapWire(TunTap tap, IoMode mode) throws IOException {
    this(tap, mode, IoUring::open);
  }

  TapWire(TunTap tap, IoMode mode, TapIo.Rings rings) throws IOException {
    this.tap = tap;
    io = TapIo.open(tap, mode, rings);
  }

  /**
   * Opens the TAP called {@code name} in the caller's network namespace: attached to if it is
   * there, made if not. Any thread.
   *
   * @param name the interface's name, or a pattern for a new one such as "skiff%d"
   * @throws IOException one line that says what to do
   */
  public static TapWire open(String name) throws IOException {
    return over(TunTap.open(name), IoMode.AUTO);
  }

  /**
   * Opens a TAP: attached to if it is there, made if not. Any thread.
   *
   * @throws IOException one line that says what to do
   */
  public static TapWire open(TapOptions options) throws IOException {
    return open(options, IoMode.AUTO);
  }

  /**
   * Opens a TAP: attached to if it is there, made if not. Any thread.
   *
   * @param mode how its frames get to the kernel and back
   * @throws IOException one line that says what to do
   */
  public static TapWire open(TapOptions options, IoMode mode) throws IOException {
    return over(TunTap.open(options), mode);
  }

  private static TapWire over(TunTap tap, IoMode mode) throws IOException {
    try {
      return new TapWire(tap, mode);
    } catch (IOException e) {
      tap.close();
      throw e;
    }
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

  /** How its frames get to the kernel and back: "uring", or "syscall" and why. */
  @Override
  public String io() {
    return io.describe();
  }

  @Override
  public Rx receive(SkBuff skb, long nowNs) {
    Rx rx = io.receive(skb);
    if (rx == Rx.GONE) {
      failure = gone(io.errno());
    }
    return rx;
  }

  private String gone(int errno) {
    return "TAP " + tap.name() + " is gone (" + Errno.text(errno) + "): somebody deleted it";
  }

  @Override
  public Xmit queue(SkBuff skb, long nowNs) {
    return io.queue(skb);
  }

  @Override
  public void flush(long nowNs, Completion completion) {
    io.flush(completion);
  }

  @Override
  public int rxRing() {
    return io.hasRing() ? TapIo.RX_RING : 1;
  }

  @Override
  public int exchange(@Nullable SkBuff[] ring, int n, long nowNs, Completion completion) {
    int frames = io.exchange(ring, n, completion);
    if (io.errno() != 0) {
      failure = gone(io.errno());
    }
    return frames;
  }

  @Override
  public Map<String, Long> ioCounters() {
    Map<String, Long> all = new LinkedHashMap<>();
    for (TapStat stat : TapStat.values()) {
      all.put(stat.statName(), io.stat(stat));
    }
    return all;
  }

  @Override
  public boolean isBlocked() {
    return io.isBlocked();
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
    io.giveUp(completion);
    if (!closed) {
      try {
        tap.setCarrier(false);
      } catch (SysException e) {
        // Deleted: the host has no link either way.
      }
    }
  }

  @Override
  public void close(Completion completion) {
    stop(completion);
    if (!closed) {
      closed = true;
      io.close();
      tap.close();
    }
  }
}
