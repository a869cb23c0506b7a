package dev.skiff.header;

/**
 * An IPv4 address with the length of its network prefix, as in {@code 198.51.100.2/24}.
 *
 * @param address the host's address
 * @param prefix 1 to 32
 */
public record Ip4Prefix(int address, int prefix) {
  /**
   * @throws IllegalArgumentException if the prefix is not 1 to 32
   */
  public Ip4Prefix {
    if (prefix < 1 || prefix > 32) {
      throw new IllegalArgumentException("prefix /" + prefix + " is out of range: use /1 to /32");
    }
  }

  /**
   * Reads ADDR/PREFIX.
   *
   * @throws IllegalArgumentException with one line that says what is wrong
   */
  public static Ip4Prefix parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException(
          "'" + text + "' has no prefix: write ADDR/PREFIX, as in 198.51.100.2/24");
    }
    int address = Ip4Addr.parse(text.substring(0, slash));
    String digits = text.substring(slash + 1);
    if (!digits.matches("[0-9]{1,3}")) {
      throw new IllegalArgumentException(
          "'" + digits + "' in '" + text + "' is not a prefix length: use /1 to /32");
    }
    return new Ip4Prefix(address, Integer.parseInt(digits));
  }

  /** The network mask. */
  public int mask() {
    return Ip4Addr.mask(prefix);
  }

  /** The network's own number: the address with all host bits 0. */
  public int network() {
    return address & mask();
  }

  /** The directed broadcast address; no such address exists for /31 (RFC 3021) and /32. */
  public int broadcast() {
    return address | ~mask();
  }

  /** Whether {@code ip} is inside this network. */
  public boolean contains(int ip) {
    return ((ip ^ address) & mask()) == 0;
  }

  /** Whether the network has a broadcast address and a network number that no host may bear. */
  public boolean hasBroadcast() {
    return prefix < 31;
  }

  /** Whether {@code ip} is the directed broadcast address of this network. */
  public boolean isBroadcast(int ip) {
    return hasBroadcast() && ip == broadcast();
  }

  /**
   * Whether {@code ip} meant all hosts of this network, or of the net of class A, B or C that it is
   * a part of, before CIDR: host bits all 0, or those of the whole net all 0 or all 1. RFC 1122
   * 3.2.1.3 (d) to (f), 3.3.6.
   */
  public boolean isOldBroadcast(int ip) {
    if (!hasBroadcast()) {
      return false;
    }
    int net = Ip4Addr.mask(Math.min(prefix, Ip4Addr.classPrefix(address)));
    return ip == network() || ip == (address & net) || ip == (address | ~net);
  }

  /** Whether {@code ip} can be a host's address in this network. */
  public boolean canBeHost(int ip) {
    return Ip4Addr.isUnicast(ip)
        && contains(ip)
        && !(hasBroadcast() && (ip == network() || ip == broadcast()));
  }

  @Override
  public String toString() {
    return Ip4Addr.format(address) + "/" + prefix;
  }
}
