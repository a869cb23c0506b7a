package dev.skiff.dev;

/**
 * The counters of a device, named as {@code ip -s link} and {@code /sys/class/net/DEV/statistics}
 * name them.
 */
public enum DeviceStat {
  RX_PACKETS("rx_packets", "Frames received."),
  RX_BYTES("rx_bytes", "Bytes in the frames received, link header included."),
  RX_ERRORS("rx_errors", "Frames received that were malformed, of whatever kind."),
  RX_DROPPED("rx_dropped", "Frames received and lost for want of room."),
  RX_LENGTH_ERRORS("rx_length_errors", "Frames received that were too short or too long."),
  RX_MISSED_ERRORS(
      "rx_missed_errors",
      "Frames that the wire still had from while the device was down, thrown away when it opened."),
  MULTICAST("multicast", "Multicast frames received."),
  TX_PACKETS("tx_packets", "Frames sent."),
  TX_BYTES("tx_bytes", "Bytes in the frames sent, link header and padding included."),
  TX_ERRORS(
      "tx_errors", "Frames that the wire took and failed to send, those without carrier included."),
  TX_DROPPED("tx_dropped", "Frames that were to be sent and lost for want of room."),
  TX_CARRIER_ERRORS(
      "tx_carrier_errors", "Frames that could not be sent since nobody was at the far end."),
  TX_TIMEOUT(
      "tx_timeout",
      "How often the watchdog opened the wire anew since it took nothing for too long.");

  private final String statName;
  private final String text;

  DeviceStat(String statName, String text) {
    this.statName = statName;
    this.text = text;
  }

  /** The name that people know. */
  public String statName() {
    return statName;
  }

  /** What it counts, in a sentence. */
  public String text() {
    return text;
  }
}
