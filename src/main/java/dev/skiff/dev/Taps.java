package dev.skiff.dev;

import dev.skiff.skb.DropReason;
import dev.skiff.skb.FateListener;
import dev.skiff.skb.Packet;
import dev.skiff.stats.Faults;
import java.util.Arrays;

/**
 * The taps of a stack. With none, a frame costs one predictable branch.
 *
 * <p>Thread: the loop thread.
 */
public final class Taps implements FateListener {
  private PacketTap[] taps = new PacketTap[0];
  private final Faults faults;
  private long lastId;

  /**
   * No taps.
   *
   * @param faults where a tap that throws is counted; it is called again all the same
   */
  public Taps(Faults faults) {
    this.faults = faults;
  }

  /** Adds a tap, which sees the frames from the next one on. */
  public void add(PacketTap tap) {
    taps = Arrays.copyOf(taps, taps.length + 1);
    taps[taps.length - 1] = tap;
  }

  /** Takes a tap away; it is told no more verdicts. */
  public void remove(PacketTap tap) {
    taps = Arrays.stream(taps).filter(t -> !t.equals(tap)).toArray(PacketTap[]::new);
  }

  boolean isEmpty() {
    return taps.length == 0;
  }

  long seen(Packet packet, PacketTap.Direction direction, NetDevice dev, long nowNs) {
    long id = ++lastId;
    for (PacketTap tap : taps) {
      try {
        tap.seen(packet, id, direction, dev, nowNs);
      } catch (RuntimeException | AssertionError | StackOverflowError fault) {
        faults.caught("a tap", fault);
      }
    }
    return id;
  }

  @Override
  public void ended(long tapId, DropReason reason) {
    for (PacketTap tap : taps) {
      try {
        tap.verdict(tapId, reason);
      } catch (RuntimeException | AssertionError | StackOverflowError fault) {
        faults.caught("a tap", fault);
      }
    }
  }
}
