package dev.skiff.dev;

import dev.skiff.text.Settings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How a device speaks ARP: the part of {@code struct ipv4_devconf} that is about it, with Linux's
 * names and defaults (Documentation/networking/ip-sysctl). Any thread.
 *
 * @param acd what is done about other stations with an address of ours
 * @param ignore {@code arp_ignore}: 0 requests for any of our addresses are answered; 1 for those
 *     of the device that they come in by; 2 and only if the asker is in that address's network; 8
 *     none
 * @param announce {@code arp_announce}: our address in requests: 0 the source of the datagram that
 *     waits; 1 that, if it is in the target's network; 2 always the best for the target
 * @param accept {@code arp_accept}: whether gratuitous ARP and replies that nobody asked for make
 *     entries
 */
public record ArpConf(Acd acd, int ignore, int announce, boolean accept) {
  /** What it is unless it is told otherwise. */
  public static final ArpConf USUAL = new ArpConf(Acd.DEFEND, 0, 0, false);

  private static final int IGNORE_ALL = 8;

  /**
   * @throws IllegalArgumentException with one line that says what is wrong
   */
  public ArpConf {
    if ((ignore < 0 || ignore > 2) && ignore != IGNORE_ALL) {
      throw new IllegalArgumentException("ignore=" + ignore + ": use 0, 1, 2 or 8");
    }
    if (announce < 0 || announce > 2) {
      throw new IllegalArgumentException("announce=" + announce + ": use 0, 1 or 2");
    }
  }

  /** The same with another way to detect conflicts. */
  public ArpConf withAcd(Acd acd) {
    return new ArpConf(acd, ignore, announce, accept);
  }

  /**
   * Reads settings as {@code ignore=1,announce=2,accept=on}; what is not said stays as it is here.
   *
   * @throws IllegalArgumentException with one line that says what is wrong
   */
  public ArpConf with(String text) {
    Settings said = Settings.parse(text, "ARP", "ignore=1", "announce=2", "accept=on");
    return new ArpConf(
        acd,
        said.oneOf("ignore", ignore, List.of(0, 1, 2, IGNORE_ALL)),
        said.number("announce", announce, 0, 2),
        said.flag("accept", accept));
  }

  /** All but {@code acd}, as {@link #with} reads each. */
  public Map<String, String> settings() {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("ignore", Integer.toString(ignore));
    all.put("announce", Integer.toString(announce));
    all.put("accept", Settings.shown(accept));
    return all;
  }
}
