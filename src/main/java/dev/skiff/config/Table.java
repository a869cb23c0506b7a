package dev.skiff.config;

import java.util.Locale;

/** The tables of the file, each but the first with the flag that says its keys on one line. */
public enum Table {
  /** What stands before the first table. */
  TOP("", ""),
  /** {@code [[device]]}, as often as there are devices. */
  DEVICE(
      "A device, in place of --tap, --ip and what belongs to them, as"
          + " tap=NAME,ip=ADDR/PREFIX[+ADDR/PREFIX...], and if need be mac=, gateway=, host-ip=,"
          + " uplink=, mtu=, netns=, txqueuelen=, sndbuf=. Once for each of several.",
      "A device. There is one of these tables for each."),
  /** {@code [arp]}. */
  ARP(
      "Linux's switches arp_ignore, arp_announce and arp_accept, as ignore=1,announce=2,"
          + "accept=on; 0, 0 and off by default.",
      "Linux's switches arp_ignore, arp_announce and arp_accept (docs/neighbours.md)."),
  /** {@code [neigh]}. */
  NEIGH(
      "Times and bounds of the neighbour table under Linux's names, as"
          + " base_reachable_time=10s,gc_thresh3=4096.",
      "Times and bounds of the neighbour table, under Linux's names (docs/neighbours.md)."),
  /** {@code [ipv4]}. */
  IPV4(
      "Switches of IPv4 and ICMP under Linux's names, as"
          + " ip_default_ttl=32,icmp_echo_ignore_all=on,ipfrag_time=10s.",
      "Switches of IPv4 and ICMP, under Linux's names (docs/ipv4.md)."),
  /** {@code [fault]}. */
  FAULT(
      "Break the wire on purpose: loss=P%%, burst=P%%/N, dup=P%%, reorder=P%%, corrupt=P%%,"
          + " delay=TIME, jitter=TIME, rate=RATE, dir=in|out|both, seed=N, with commas between"
          + " them; or off. skiff fault changes it.",
      "What breaks the wires on purpose, each for itself (docs/faults.md).");

  private final String help;
  private final String meaning;

  Table(String help, String meaning) {
    this.help = help;
    this.meaning = meaning;
  }

  /** As the file has it, without brackets. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The flag that says its settings on one line. */
  public String flag() {
    return this == DEVICE ? "--dev" : "--" + word();
  }

  /** What its settings are settings of, for messages. */
  String of() {
    return switch (this) {
      case TOP -> "skiff run";
      case DEVICE -> "a device";
      case ARP -> "ARP";
      case NEIGH -> "the neighbour table";
      case IPV4 -> "IPv4";
      case FAULT -> "a fault";
    };
  }

  /** What picocli says of that flag; empty if there is none. */
  public String help() {
    return help;
  }

  /** What it is, for people. */
  public String meaning() {
    return meaning;
  }

  /** Its line in the file; empty for what stands before the first. */
  public String head() {
    return switch (this) {
      case TOP -> "";
      case DEVICE -> "[[device]]";
      default -> "[" + word() + "]";
    };
  }
}
