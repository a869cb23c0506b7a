package dev.skiff.config;

import static dev.skiff.config.Kind.NUMBER;
import static dev.skiff.config.Kind.OFF;
import static dev.skiff.config.Kind.ON;
import static dev.skiff.config.Kind.SIZE;
import static dev.skiff.config.Kind.SWITCH;
import static dev.skiff.config.Kind.TEXT;
import static dev.skiff.config.Kind.TIME;
import static dev.skiff.config.Kind.UNITS;

import java.util.ArrayList;
import java.util.List;

/** The keys of {@code [arp]}, {@code [neigh]}, {@code [ipv4]} and {@code [fault]}. Any thread. */
final class TableKeys {
  private final List<Key> keys = new ArrayList<>();
  private Table table = Table.ARP;

  private TableKeys() {}

  static List<Key> all() {
    TableKeys all = new TableKeys();
    all.arp();
    all.neigh();
    all.ipv4();
    all.fault();
    return all.keys;
  }

  private void key(String name, Kind kind, String example, String meaning) {
    keys.add(new Key(table, name, kind, example, true, "", meaning));
  }

  private void arp() {
    table = Table.ARP;
    key(
        "ignore",
        NUMBER,
        "1",
        "Requests answered: 0 for any of our addresses, 1 the device's, 2 from its network, 8 none.");
    key(
        "announce",
        NUMBER,
        "2",
        "Our address in requests: 0 the datagram's source, 1 if in the target's network, 2 the best.");
    key("accept", SWITCH, ON, "Whether gratuitous ARP and unasked replies make entries.");
  }

  private void neigh() {
    table = Table.NEIGH;
    key("base_reachable_time", TIME, "10s", "How long a confirmation holds, on average.");
    key("delay_first_probe_time", TIME, "3s", "How long a stale entry is used before it is asked.");
    key("retrans_time", TIME, "2s", "Between two requests for one address, 1s or more.");
    key("locktime", TIME, "0s", "How long the first of several different answers stands.");
    key("gc_stale_time", TIME, "120s", "How long an entry stays that nobody uses.");
    key("mcast_solicit", NUMBER, "5", "Requests to all before giving up.");
    key("ucast_solicit", NUMBER, "2", "Requests to a known address before giving up.");
    key("mcast_resolicit", NUMBER, "1", "Requests to all after those.");
    key("unres_qlen", NUMBER, "31", "The most packets that wait for one neighbour.");
    key("unres_qlen_bytes", NUMBER, "65536", "The most memory that they take, in bytes.");
    key("unres_total", NUMBER, "256", "The most packets that wait for all neighbours together.");
    key("unres_total_bytes", NUMBER, "1048576", "The most memory that they take, in bytes.");
    key("gc_thresh1", NUMBER, "64", "Up to so many entries none is taken out for its age.");
    key(
        "gc_thresh2",
        NUMBER,
        "256",
        "Above so many, unused ones are taken out as others are made.");
    key("gc_thresh3", NUMBER, "800", "The most entries; permanent ones are not counted in.");
  }

  private void ipv4() {
    table = Table.IPV4;
    key("ip_default_ttl", NUMBER, "32", "The time to live of what is sent, 1 to 255.");
    key("ip_no_pmtu_disc", SWITCH, ON, "Whether path MTU discovery (RFC 1191) is left out.");
    key("min_pmtu", NUMBER, "576", "The least MTU of a path that is believed, 68 or more.");
    key("mtu_expires", TIME, "300s", "How long an MTU of a path is believed.");
    key("accept_source_route", SWITCH, ON, "Whether what came by a source route is taken.");
    key(
        "drop_unicast_in_l2_multicast",
        SWITCH,
        OFF,
        "Whether unicast in a link-layer broadcast is refused.");
    key("old_broadcasts", SWITCH, OFF, "Whether broadcast addresses from before CIDR are known.");
    key("icmp_echo_ignore_all", SWITCH, ON, "Whether no ping is answered.");
    key("icmp_echo_ignore_broadcasts", SWITCH, OFF, "Whether none to a broadcast or a group is.");
    key("icmp_timestamp", SWITCH, ON, "Whether timestamp requests are answered.");
    key("icmp_ratelimit", TIME, "500ms", "How often one host is sent an ICMP error.");
    key("icmp_ratemask", NUMBER, "6160", "The ICMP types that this holds for, a bit each.");
    key("icmp_msgs_per_sec", NUMBER, "500", "ICMP errors to all hosts together in a second.");
    key("icmp_msgs_burst", NUMBER, "20", "ICMP errors to all hosts together at once.");
    key("ipfrag_high_thresh", SIZE, "2M", "The most memory of all fragments that wait.");
    key(
        "ipfrag_source_thresh",
        SIZE,
        "512K",
        "And of those of one source; 0 for a quarter of that.");
    key("ipfrag_time", TIME, "60s", "How long a datagram waits for its other fragments.");
  }

  private void fault() {
    table = Table.FAULT;
    key("loss", UNITS, "3%", "Frames that are lost, each by itself.");
    key(
        "burst",
        UNITS,
        "1%/5",
        "Frames with which a burst of losses begins, and how many it loses.");
    key("dup", UNITS, "1%", "Frames that arrive twice.");
    key("reorder", UNITS, "1%", "Frames that wait until the next one has passed.");
    key("corrupt", UNITS, "0.5%", "Frames of which one bit is turned round.");
    key("delay", UNITS, "20ms", "How long each frame is under way.");
    key("jitter", UNITS, "5ms", "How far that may be off, either way; needs a delay.");
    key("rate", UNITS, "10mbit", "How fast frames go.");
    key("dir", TEXT, "in", "Which frames are meant: in, out or both.");
    key("seed", NUMBER, "7", "Where the random numbers begin; chosen if it is not said.");
  }
}
