package dev.skiff.neigh;

import dev.skiff.header.MacAddr;
import dev.skiff.skb.DropReason;
import java.util.Arrays;

/** What one step of {@link NeighbourModelTest} made happen outside of the table, in its order. */
final class NeighbourLog {
  private static final int SENT = 1;
  private static final int ASKED = 2;
  private static final int ANSWERED = 3;
  private static final int TOLD = 4;
  private static final int ENDED = 5;
  private static final int RETURNED = 6;
  private static final int FINISHED = 7;

  private static final int KIND_SHIFT = 60;
  private static final int WHICH_SHIFT = 48;
  private static final int WHICH_MASK = 0xFFF;
  private static final long VALUE_MASK = (1L << WHICH_SHIFT) - 1;
  private static final DropReason[] REASONS = DropReason.values();

  private final long[] lines = new long[256];
  private int n;

  private void add(int kind, int which, long value) {
    lines[n++] = (long) kind << KIND_SHIFT | (long) which << WHICH_SHIFT | value;
  }

  void clear() {
    n = 0;
  }

  /** A packet left the device for a MAC address. */
  void sent(int packet, long mac) {
    add(SENT, packet, mac);
  }

  /** A packet took a finished header. */
  void finished(int packet) {
    add(FINISHED, packet, 0);
  }

  /** A request for a neighbour's MAC address left the device. */
  void asked(int who, long mac) {
    add(ASKED, who, mac);
  }

  /** A reply to a neighbour left the device. */
  void answered(int who, long mac) {
    add(ANSWERED, who, mac);
  }

  /** Whoever sent a packet was told that the neighbour does not answer. */
  void told(int packet) {
    add(TOLD, packet, 0);
  }

  /** A packet was given up. */
  void ended(int packet, DropReason reason) {
    add(ENDED, packet, reason.ordinal());
  }

  /** What became of an ARP packet. */
  void returned(DropReason reason) {
    add(RETURNED, 0, reason.ordinal());
  }

  int lines() {
    return n;
  }

  /** The packet that was given up in a line; -1 if it says something else. */
  int packetEnded(int line) {
    boolean ended = line < n && lines[line] >>> KIND_SHIFT == ENDED;
    return ended ? (int) (lines[line] >>> WHICH_SHIFT) & WHICH_MASK : -1;
  }

  boolean sameAs(NeighbourLog other) {
    return n == other.n && Arrays.equals(lines, 0, n, other.lines, 0, n);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("[");
    for (int i = 0; i < n; i++) {
      int which = (int) (lines[i] >>> WHICH_SHIFT) & WHICH_MASK;
      long value = lines[i] & VALUE_MASK;
      text.append(i == 0 ? "" : ", ")
          .append(
              switch ((int) (lines[i] >>> KIND_SHIFT)) {
                case SENT -> "packet " + which + " sent to " + MacAddr.format(value);
                case ASKED -> "neighbour " + which + " asked at " + MacAddr.format(value);
                case ANSWERED -> "neighbour " + which + " answered at " + MacAddr.format(value);
                case FINISHED -> "packet " + which + " by header cache";
                case TOLD -> "sender of packet " + which + " told";
                case ENDED -> "packet " + which + " ended " + REASONS[(int) value];
                default -> "returned " + REASONS[(int) value];
              });
    }
    return text.append(']').toString();
  }
}
