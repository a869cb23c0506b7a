package dev.skiff.netns;

import dev.skiff.Datagram;
import dev.skiff.Frames;
import dev.skiff.Rig;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Datagrams with options of all kinds, an echo request in each: RFC 791 3.1. */
final class OptionCases {
  private static final String OURS = address(Rig.OUR_IP);
  private static final String PEERS = address(Rig.PEER_IP);
  private static final String FOREIGN = address(EchoCases.ip("203.0.113.7"));
  private static final String NEIGHBOURS = address(Peer.SECOND_IP);

  private OptionCases() {}

  private static String address(int ip) {
    return HexFormat.of().toHexDigits(ip);
  }

  private static String zeros(int bytes) {
    return "00".repeat(bytes);
  }

  static List<Case> all() {
    Map<String, String> options = new LinkedHashMap<>();
    plain(options);
    recordRoutes(options);
    timestamps(options);
    malformed(options);
    sourceRoutes(options);
    List<Case> all = new ArrayList<>();
    options.forEach(
        (name, hex) -> {
          all.add(Case.of("echo with " + name, new Datagram().options(hex).echo(32)));
        });
    // What a closed port says of a datagram with options.
    all.add(Case.of("UDP with a record route", udp("07 0b 04" + zeros(8) + "00")));
    all.add(Case.of("UDP with NOPs", udp("01010101")));
    all.add(Case.of("UDP with an option of length 0", udp("07000000")));
    return all;
  }

  private static Datagram udp(String options) {
    return new Datagram().options(options).udp(9, Frames.data(20));
  }

  private static void plain(Map<String, String> options) {
    options.put("NOPs only", "01010101");
    options.put("40 bytes of NOPs", "01".repeat(40));
    options.put("end of list only", "00000000");
    options.put("rubbish behind the end of the list", "00010203");
    options.put("router alert", "94040000");
    options.put("router alert that says 1", "94040001");
    options.put("router alert of length 3", "94030000");
    options.put("unknown option 0x9e", "9e040000");
    options.put("unknown option 0x1e of length 2", "1e020000");
    options.put("unknown option of 40 bytes", "9e28" + zeros(38));
    options.put("security", "820b" + zeros(9) + "00");
    options.put("stream id", "88040001");
    options.put("stream id of length 3", "88030000");
    options.put("MTU probe", "0b0405dc");
  }

  private static void recordRoutes(Map<String, String> options) {
    options.put("a record route with room for 1", "070704" + zeros(4) + "00");
    options.put("a record route with room for 9", "072704" + zeros(36) + "00");
    options.put("a record route with 1 of 2 taken", "070b08" + PEERS + zeros(4) + "00");
    options.put("a record route that is full", "07070800" + "00000000");
    options.put("a record route that is full of us", "070708" + OURS + "00");
    options.put("a record route without room", "070304 00");
    options.put("a NOP and a record route", "01070704" + zeros(4));
    options.put("two record routes", "070704" + zeros(4) + "070704" + zeros(4) + "0000");
    options.put("a record route whose pointer is 3", "070703" + zeros(4) + "00");
    options.put("a record route whose pointer is 0", "070700" + zeros(4) + "00");
    options.put("a record route whose pointer is 5", "070705" + zeros(4) + "00");
    options.put("a record route whose pointer is 255", "0707ff" + zeros(4) + "00");
    options.put("a record route of length 2", "07020000");
    options.put("a record route of length 5", "07050400 00000000");
    options.put("a record route beyond the header", "070b0400");
  }

  private static void timestamps(Map<String, String> options) {
    options.put("timestamps only, room for 1", "440805 00" + zeros(4));
    options.put("timestamps only, room for 9", "442805 00" + zeros(36));
    options.put("timestamps only, full", "440809 00" + "00000001");
    options.put("timestamps only, full, overflow 14", "440809 e0" + "00000001");
    options.put("timestamps only, full, overflow 15", "440809 f0" + "00000001");
    options.put("timestamps and addresses, room for 1", "440c05 01" + zeros(8));
    options.put("timestamps and addresses, room for 4", "442405 01" + zeros(32));
    options.put("timestamps and addresses, half a place", "440805 01" + zeros(4));
    options.put("timestamps and addresses, full", "440c0d 01" + PEERS + "00000001");
    options.put("timestamps of given addresses, we are next", "440c05 03" + OURS + zeros(4));
    options.put(
        "timestamps of given addresses, we are second",
        "44140d 03" + PEERS + "00000001" + OURS + zeros(4));
    options.put("timestamps of given addresses, another next", "440c05 03" + FOREIGN + zeros(4));
    options.put("timestamps of given addresses, half a place", "440805 03" + OURS);
    options.put("timestamps with flag 2", "440805 02" + zeros(4));
    options.put("timestamps with flag 4", "440c05 04" + zeros(8));
    options.put("timestamps with flag 15", "440c05 0f" + zeros(8));
    options.put("timestamps whose pointer is 4", "440804 00" + zeros(4));
    options.put("timestamps whose pointer is 0", "440800 00" + zeros(4));
    options.put("timestamps whose pointer is 6", "440806 00" + zeros(4));
    options.put("timestamps of length 3", "44030500");
    options.put("timestamps of length 4", "44040500");
    options.put("two timestamps", "440809 00" + "00000001" + "440805 00" + zeros(4));
    options.put(
        "a record route and timestamps", "070704" + zeros(4) + "01" + "440805 00" + zeros(4));
  }

  private static void malformed(Map<String, String> options) {
    options.put("an option of length 0", "9e000000");
    options.put("an option of length 1", "9e010000");
    options.put("an option beyond the header", "9e050000");
    options.put("an option of length 255", "9eff0000");
    options.put("an option without a length", "0101019e");
    options.put("a record route of length 0", "07000000");
    options.put("a record route without a length", "01010107");
    options.put("length 0 behind what is right", "070704" + zeros(4) + "9e00" + zeros(3));
  }

  private static void sourceRoutes(Map<String, String> options) {
    options.put("a loose source route that ends here", "830708" + PEERS + "00");
    options.put("a strict source route that ends here", "890708" + PEERS + "00");
    options.put("a loose source route by another", "830708" + NEIGHBOURS + "00");
    options.put("a loose source route by two", "830b0c" + PEERS + NEIGHBOURS + "00");
    options.put("a strict source route by two", "890b0c" + NEIGHBOURS + PEERS + "00");
    options.put("a loose source route by us", "830b0c" + OURS + NEIGHBOURS + "00");
    options.put("a loose source route from elsewhere", "830708" + FOREIGN + "00");
    options.put("a loose source route half way", "830b08" + NEIGHBOURS + PEERS + "00");
    options.put(
        "a loose source route by nine", "832728" + (NEIGHBOURS + PEERS).repeat(4) + FOREIGN + "00");
    options.put(
        "a loose source route and a record route", "830708" + NEIGHBOURS + "070704" + zeros(4));
    options.put("a loose source route that goes on", "830704" + NEIGHBOURS + "00");
    options.put("a strict source route that goes on", "890704" + NEIGHBOURS + "00");
    options.put("a loose source route without room", "83030400");
    options.put("a loose source route of length 2", "83020000");
    options.put("a loose source route whose pointer is 3", "830703" + PEERS + "00");
    options.put("two source routes", "830708" + PEERS + "830708" + PEERS + "0000");
  }
}
