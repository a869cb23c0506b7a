package dev.skiff.header;

/**
 * An IPv4 address in an int, first byte on the wire highest, and what its class and prefix say.
 *
 * <p>Any thread.
 */
public final class Ip4Addr {
  /** 0.0.0.0: this host. RFC 1122 3.2.1.3 (a). */
  public static final int ANY = 0;

  /** 255.255.255.255: limited broadcast. RFC 1122 3.2.1.3 (c). */
  public static final int BROADCAST = -1;

  /** 224.0.0.1: every host on this link. RFC 1112 4. */
  public static final int ALL_HOSTS = 0xE000_0001;

  /** 224.0.0.2: every router on this link. RFC 2236 9. */
  public static final int ALL_ROUTERS = 0xE000_0002;

  /** 169.254.0.0/16: addresses that hosts give themselves on a link. RFC 3927 2.1. */
  public static final int LINK_LOCAL = 0xA9FE_0000;

  private Ip4Addr() {}

  /** 127.0.0.0/8, which must not be seen outside a host. RFC 1122 3.2.1.3 (g). */
  public static boolean isLoopback(int ip) {
    return ip >>> 24 == 127;
  }

  /** Class D, 224.0.0.0/4. RFC 1112 4. */
  public static boolean isMulticast(int ip) {
    return ip >>> 28 == 0xE;
  }

  /** Class E, 240.0.0.0/4, the limited broadcast address included. RFC 1112 4. */
  public static boolean isReserved(int ip) {
    return ip >>> 28 == 0xF;
  }

  /** "This network", 0.0.0.0/8. RFC 1122 3.2.1.3 (a) and (b). */
  public static boolean isThisNetwork(int ip) {
    return ip >>> 24 == 0;
  }

  /** Whether it can be one host's address on a wire: class A, B or C and not loopback. */
  public static boolean isUnicast(int ip) {
    return !isThisNetwork(ip) && !isLoopback(ip) && !isMulticast(ip) && !isReserved(ip);
  }

  /** Link-local, 169.254.0.0/16. RFC 3927. */
  public static boolean isLinkLocal(int ip) {
    return ip >>> 16 == LINK_LOCAL >>> 16;
  }

  /**
   * Whether it is among the first or last 256 link-local addresses, which no host may give itself:
   * RFC 3927 2.1.
   */
  public static boolean isReservedLinkLocal(int ip) {
    int third = ip >>> 8 & 0xFF;
    return isLinkLocal(ip) && (third == 0 || third == 255);
  }

  /**
   * The network mask of a prefix.
   *
   * @param prefix 0 to 32
   */
  public static int mask(int prefix) {
    return prefix == 0 ? 0 : -1 << (32 - prefix);
  }

  /** Bits in the net's part of an address of class A, B or C: RFC 791 3.2. */
  public static int classPrefix(int ip) {
    return ip >= 0 ? 8 : ip >>> 30 == 2 ? 16 : 24;
  }

  /** Dotted quad. */
  public static String format(int ip) {
    return (ip >>> 24) + "." + (ip >>> 16 & 0xFF) + "." + (ip >>> 8 & 0xFF) + "." + (ip & 0xFF);
  }

  /**
   * Reads a dotted quad: four decimal numbers 0 to 255 without leading zeros, which other programs
   * read as octal.
   *
   * @throws IllegalArgumentException with one line that shows the form wanted
   */
  public static int parse(String text) {
    int ip = 0;
    int at = 0;
    for (int i = 0; i < 4; i++) {
      int octet = 0;
      int start = at;
      while (at < text.length() && at - start < 3 && isDigit(text.charAt(at))) {
        octet = octet * 10 + (text.charAt(at++) - '0');
      }
      boolean leadingZero = at - start > 1 && text.charAt(start) == '0';
      boolean ended = i == 3 ? at == text.length() : at < text.length() && text.charAt(at) == '.';
      if (at == start || octet > 255 || leadingZero || !ended) {
        throw new IllegalArgumentException(
            "'" + text + "' is not an IPv4 address: write four numbers, as in 198.51.100.2");
      }
      at++;
      ip = ip << 8 | octet;
    }
    return ip;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
