package dev.skiff.header;

/**
 * An Ethernet address in the low 48 bits of a long, first byte on the wire highest.
 *
 * <p>Any thread.
 */
public final class MacAddr {
  /** Bytes in an address: {@code ETH_ALEN}. */
  public static final int ALEN = 6;

  /** {@code ff:ff:ff:ff:ff:ff}. */
  public static final long BROADCAST = 0xFFFF_FFFF_FFFFL;

  private static final long GROUP_BIT = 0x0100_0000_0000L;
  private static final long LOCAL_BIT = 0x0200_0000_0000L;

  private MacAddr() {}

  /** {@code is_multicast_ether_addr}: the group bit is set, as it is in the broadcast address. */
  public static boolean isMulticast(long mac) {
    return (mac & GROUP_BIT) != 0;
  }

  /** {@code is_broadcast_ether_addr}. */
  public static boolean isBroadcast(long mac) {
    return mac == BROADCAST;
  }

  /** {@code is_valid_ether_addr}: one station's address, so neither a group nor all zero. */
  public static boolean isValid(long mac) {
    return !isMulticast(mac) && mac != 0;
  }

  /**
   * Makes any 48 bits a locally administered unicast address: {@code eth_hw_addr_random}'s rule
   * (IEEE Std 802, the U/L and I/G bits).
   */
  public static long locallyAdministered(long bits) {
    return ((bits & BROADCAST) & ~GROUP_BIT) | LOCAL_BIT;
  }

  /** The Ethernet group address of an IPv4 group: 01:00:5e and the low 23 bits. RFC 1112 6.4. */
  public static long ofIp4Multicast(int group) {
    return 0x0100_5E00_0000L | (group & 0x007F_FFFF);
  }

  /** Six pairs of lower-case hex digits with colons. */
  public static String format(long mac) {
    char[] text = new char[17];
    for (int i = 0; i < ALEN; i++) {
      int octet = (int) (mac >>> (40 - 8 * i)) & 0xFF;
      text[3 * i] = Character.forDigit(octet >>> 4, 16);
      text[3 * i + 1] = Character.forDigit(octet & 0xF, 16);
      if (i < ALEN - 1) {
        text[3 * i + 2] = ':';
      }
    }
    return new String(text);
  }

  /**
   * Reads six pairs of hex digits with colons or with hyphens.
   *
   * @throws IllegalArgumentException with one line that shows the form wanted
   */
  public static long parse(String text) {
    long mac = 0;
    boolean good = text.length() == 17;
    char separator = good ? text.charAt(2) : ':';
    good &= separator == ':' || separator == '-';
    for (int i = 0; good && i < 17; i++) {
      char c = text.charAt(i);
      if (i % 3 == 2) {
        good = c == separator;
      } else {
        int digit = c < 128 ? Character.digit(c, 16) : -1;
        good = digit >= 0;
        mac = mac << 4 | digit;
      }
    }
    if (!good) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a MAC address: write six hex pairs, as in 02:00:5e:10:00:01");
    }
    return mac;
  }
}
