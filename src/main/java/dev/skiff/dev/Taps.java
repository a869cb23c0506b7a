package dev.skiff.dev;

import dev.skiff.skb.DropReason;
import dev.skiff.skb.FateListener;
import dev.skiff.skb.Packet;
import java.util.Arrays;

/**
 * The taps of a stack. With none, a frame costs one predictable branch.
 *
 * <p>Thread: the loop thread.
 */
public final class Taps implements FateListener {
  private PacketTap[] taps = new PacketTap[0];
  private long lastId;

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
      tap.seen(packet, id, direction, dev, nowNs);
    }
    return id;
  }

  @Override
  public void ended(long tapId, DropReason reason) {
    for (PacketTap tap : taps) {
      tap.verdict(tapId, reason);
    }
  }
}
