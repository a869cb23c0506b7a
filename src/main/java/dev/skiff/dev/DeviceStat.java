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
  /** Frames that the wire still had from while the device was down, thrown away when it opened. */
  RX_MISSED_ERRORS("rx_missed_errors"),
  /** Multicast frames received. */
  MULTICAST("multicast"),
  /** Frames sent. */
  TX_PACKETS("tx_packets"),
  /** Bytes in them, link header and padding included. */
  TX_BYTES("tx_bytes"),
  /** Frames that the wire took and failed to send, those without carrier included. */
  TX_ERRORS("tx_errors"),
  /** Frames that were to be sent and lost for want of room. */
  TX_DROPPED("tx_dropped"),
  /** Frames that could not be sent since nobody was at the far end. */
  TX_CARRIER_ERRORS("tx_carrier_errors"),
  /** How often the watchdog opened the wire anew since it took nothing for too long. */
  TX_TIMEOUT("tx_timeout");

  private final String statName;

  DeviceStat(String statName) {
    this.statName = statName;
  }

  /** The name that people know. */
  public String statName() {
    return statName;
  }
}
