package dev.skiff.neigh;

/** {@code NUD_*}: how sure we are of a neighbour. RFC 4861 7.3.2. */
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
  FAILED;

  /** {@code NUD_VALID}: whether there is a MAC address to send to. */
  public boolean isValid() {
    return this != INCOMPLETE && this != FAILED;
  }
}
