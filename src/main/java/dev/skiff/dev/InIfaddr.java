package dev.skiff.dev;

import dev.skiff.header.Ip4Prefix;
import java.util.Locale;

/**
 * {@code struct in_ifaddr}: an IPv4 address that a device has been given. Any thread.
 *
 * @param local the address and its network
 * @param state whether it is used
 */
public record InIfaddr(Ip4Prefix local, State state) {
  /** Whether an address is used. */
  public enum State {
    /** Used. */
    VALID,
    /** Not used yet: it is being found out whether somebody else has it. RFC 5227 2.1. */
    TENTATIVE,
    /** Not used: somebody else has it. It is tried again later. */
    DUPLICATE;

    /** How people read it. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
