package dev.skiff.dev;

/**
 * The counters of a device, named as {@code ip -s link} and {@code /sys/class/net/DEV/statistics}
 * name them.
 */
public enum DeviceStat {
  /** Frames received. */
  RX_PACKETS("rx_packets"),
  /** Bytes in them, link header included. */
  RX_BYTES("rx_bytes"),
  /** Frames received that were malformed: the sum of the kinds below. */
  RX_ERRORS("rx_errors"),
  /** Frames received and lost for want of room. */
  RX_DROPPED("rx_dropped"),
  /** Frames received that were too short or too long. */
  RX_LENGTH_ERRORS("rx_length_errors"),
  /** Multicast frames received. */
  MULTICAST("multicast"),
  /** Frames sent. */
  TX_PACKETS("tx_packets"),
  /** Bytes in them, link header and padding included. */
  TX_BYTES("tx_bytes"),
  /** Frames that the wire took and failed to send. */
  TX_ERRORS("tx_errors"),
  /** Frames that were to be sent and lost for want of room. */
  TX_DROPPED("tx_dropped");

  private final String statName;

  DeviceStat(String statName) {
    this.statName = statName;
  }

  /** The name that people know. */
  public String statName() {
    return statName;
  }
}
