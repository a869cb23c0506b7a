package dev.skiff.dev;

/**
 * Is told how long the bottom half has with some of its packets, one in {@value
 * BottomHalf#TIMED_ONE_IN}, from {@code eth_type_trans} to the verdict. It brings the clock along,
 * since the data path has none. Loop thread.
 */
public interface PacketTimes {
  /** Nanoseconds on a clock that does not go back. */
  long nowNs();

  /** A packet took so long. */
  void took(long ns);
}
