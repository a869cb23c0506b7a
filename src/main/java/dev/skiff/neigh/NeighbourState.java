package dev.skiff.neigh;

import java.util.Locale;

/** {@code NUD_*}: how sure we are of a neighbour. RFC 4861 7.3.2; the last two are Linux's own. */
public enum NeighbourState {
  /** Asked, not answered yet: packets wait. */
  INCOMPLETE,
  /** Confirmed not long ago. */
  REACHABLE,
  /** Was right once; used as it is, and checked when it is used. */
  STALE,
  /** Used while stale: an upper layer may confirm it before we ask. */
  DELAY,
  /** Being asked, unicast. */
  PROBE,
  /** Did not answer. */
  FAILED,
  /** Set by hand: never asked, never given up, and nothing that is heard changes it. */
  PERMANENT,
  /** Set by hand: never asked, but given up when it was not used for long. */
  NOARP;

  /** {@code NUD_VALID}: whether there is a MAC address to send to. */
  public boolean isValid() {
    return this != INCOMPLETE && this != FAILED;
  }

  /** {@code NUD_CONNECTED}: whether the address is beyond doubt, so that headers may be kept. */
  public boolean isConnected() {
    return this == REACHABLE || isFixed();
  }

  /** Whether it was set by hand, so that no ARP packet changes it. */
  public boolean isFixed() {
    return this == PERMANENT || this == NOARP;
  }

  /** How people write it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
