package dev.skiff.dev;

import dev.skiff.skb.DropReason;
import dev.skiff.skb.Packet;

/**
 * Sees every frame of a device, both ways: {@code ptype_all}. Called twice for each: when it is
 * seen, while its bytes stand, and when its end is known, at once or later.
 *
 * <p>A tap looks on: it is called in the middle of things, also from within a wire. A device that
 * it stops while that sends goes down afterwards; to unregister it or to set a fault is refused
 * then. Thread: the loop thread.
 */
public interface PacketTap {
  /** Which way a frame goes. */
  enum Direction {
    /** Received. */
    IN,
    /** Sent. */
    OUT
  }

  /**
   * A frame passes; from {@code packet.macHeader()} to its tail. To keep its bytes, copy them now:
   * a reply may be written over them.
   *
   * @param id the number that {@link #verdict} will name, not 0
   * @param nowNs the time of this turn
   */
  void seen(Packet packet, long id, Direction direction, NetDevice dev, long nowNs);

  /** How a frame ended that this tap, or another, has seen. */
  void verdict(long id, DropReason reason);
}
