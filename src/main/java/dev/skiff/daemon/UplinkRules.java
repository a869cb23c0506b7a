package dev.skiff.daemon;

import dev.skiff.sys.NetIf;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which interface can be the uplink of a TAP, and what their bridge is called. Any thread. */
final class UplinkRules {
  /** The most bytes of a TAP's name that have room behind "br-". */
  private static final int PLAIN = 12;

  private static final int HASH_BYTES = 6;

  /** What ethtool says to be the bus of an interface without one. */
  private static final Set<String> NO_BUS = Set.of("", "N/A", "tun", "tap");

  /** What ethtool calls the drivers of interfaces that stand on another one, most likely a card. */
  private static final Set<String> ON_A_CARD =
      Set.of("802.1Q VLAN Support", "bonding", "team", "macvlan", "macvtap", "ipvlan", "vrf");

  private UplinkRules() {}

  /**
   * What is known of an interface.
   *
   * @param isTap whether it is the TAP itself, by whatever name
   * @param driver its own
   * @param master what it is a port of; null for nothing
   * @param masterDriver the driver of that; empty if there is none
   */
  record Facts(
      boolean isTap,
      boolean loopback,
      NetIf.Driver driver,
      @Nullable String master,
      String masterDriver) {}

  /**
   * Why it cannot be the uplink of a TAP, and what to do; null if it can.
   *
   * @param inside what runs a command in its network namespace, with a blank; empty for ours
   */
  static @Nullable String refusal(String name, String tap, String inside, Facts facts) {
    if (facts.isTap) {
      return "that is the TAP itself: name the interface whose network " + tap + " is to be on";
    }
    if (facts.loopback) {
      return "the loopback has no network: name the interface whose network "
          + tap
          + " is to be on, such as eth0";
    }
    if (facts.master != null) {
      return facts.masterDriver.equals("bridge")
          ? null
          : name
              + " is a port of "
              + facts.master
              + ", which is no bridge: take "
              + name
              + " out of it, or name another interface";
    }
    if (facts.driver.name().equals("bridge")) {
      return "that is a bridge itself: leave out --uplink, and put "
          + tap
          + " in: "
          + inside
          + "ip link set "
          + tap
          + " master "
          + name;
    }
    boolean standsOnOne = ON_A_CARD.contains(facts.driver.name());
    if (standsOnOne || !NO_BUS.contains(facts.driver.bus())) {
      return name
          + (standsOnOne ? " stands on another interface (" : " is a network card (")
          + facts.driver.name()
          + "), the machine would lose its network: make a bridge yourself, with the machine's"
          + " address, and put "
          + name
          + " in";
    }
    return null;
  }

  /**
   * What the bridge of a TAP is called, in 15 bytes at the most: "br-" and the TAP's name, or, of
   * one that is too long for that, "br_" and the beginning of its SHA-256.
   */
  static String bridgeOf(String tap) {
    byte[] bytes = tap.getBytes(StandardCharsets.UTF_8);
    if (bytes.length <= PLAIN) {
      return "br-" + tap;
    }
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
      return "br_" + HexFormat.of().formatHex(hash, 0, HASH_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
