package dev.skiff.ip;

import dev.skiff.header.Ip4Addr;

/**
 * {@code rtm_dst_len} and {@code RTA_DST}: the destinations that a route is for. Any thread.
 *
 * @param network the prefix's number, host bits 0
 * @param prefix 0 to 32
 */
public record RoutePrefix(int network, int prefix) {
  /** 0.0.0.0/0: everything. */
  public static final RoutePrefix DEFAULT = new RoutePrefix(Ip4Addr.ANY, 0);

  private static final String DEFAULT_WORD = "default";

  /**
   * @throws IllegalArgumentException if the prefix is not 0 to 32, or host bits are set
   */
  public RoutePrefix {
    if (prefix < 0 || prefix > Integer.SIZE) {
      throw new IllegalArgumentException("prefix /" + prefix + " is out of range: use /0 to /32");
    }
    int inside = network & Ip4Addr.mask(prefix);
    if (inside != network) {
      throw new IllegalArgumentException(
          Ip4Addr.format(network)
              + "/"
              + prefix
              + " has host bits set: say "
              + new RoutePrefix(inside, prefix));
    }
  }

  /**
   * Reads {@code default}, ADDR/PREFIX, or ADDR for one host.
   *
   * @throws IllegalArgumentException with one line that says what is wrong
   */
  public static RoutePrefix parse(String text) {
    if (text.equals(DEFAULT_WORD)) {
      return DEFAULT;
    }
    int slash = text.indexOf('/');
    if (slash < 0) {
      return new RoutePrefix(Ip4Addr.parse(text), Integer.SIZE);
    }
    String digits = text.substring(slash + 1);
    if (!digits.matches("[0-9]{1,3}")) {
      throw new IllegalArgumentException(
          "'" + digits + "' in '" + text + "' is not a prefix length: use /0 to /32");
    }
    return new RoutePrefix(Ip4Addr.parse(text.substring(0, slash)), Integer.parseInt(digits));
  }

  /** Whether {@code ip} is inside. */
  public boolean contains(int ip) {
    return ((ip ^ network) & Ip4Addr.mask(prefix)) == 0;
  }

  /** How {@code ip route} prints it, and {@link #parse} reads it. */
  @Override
  public String toString() {
    if (prefix == 0) {
      return DEFAULT_WORD;
    }
    return Ip4Addr.format(network) + (prefix == Integer.SIZE ? "" : "/" + prefix);
  }
}
