package dev.skiff.ip;

import dev.skiff.skb.Packet;
import dev.skiff.skb.SkBuff;
import java.util.function.IntPredicate;

/**
 * {@code struct ip_options}: the options of one datagram, walked once. RFC 791 3.1, RFC 1122
 * 3.2.1.8; net/ipv4/ip_options.c.
 */
public final class IpOptions {
  /** Forgets what it knew. */
  public void clear() {}

  /** Whether there are none. */
  public boolean isEmpty() {
    return true;
  }

  /** Bytes that they take in the header, a multiple of 4, 0 to 40. */
  public int length() {
    return 0;
  }

  /**
   * {@code ip_options_compile}: reads the options of a received header, which stays as it is.
   *
   * @return 0 if they are well-formed; else the offset of the wrong byte in the header, for a
   *     parameter problem
   */
  int compile(Packet packet, int ip) {
    return 0;
  }

  /** Whether there is a source route. */
  boolean hasSourceRoute() {
    return false;
  }

  /** Whether it has a source route that ends here. */
  boolean isSourceRouteExhausted() {
    return false;
  }

  /** {@code ip_options_echo}. */
  boolean echo(IpOptions received, int specDst, IntPredicate isLocal, int msOfDay) {
    return true;
  }

  /** {@code ip_options_build}: writes them behind the 20 bytes at {@code ip}. */
  void build(SkBuff skb, int ip, int saddr, int daddr, int msOfDay) {}

  /** Where a datagram with them goes first: {@code daddr} unless they have a source route. */
  int firstHop(int daddr) {
    return daddr;
  }

  /** {@code ip_options_fragment}: those that only the first fragment carries become NOPs. */
  static void fragment(SkBuff skb, int ip) {}
}
