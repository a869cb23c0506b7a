package dev.skiff.neigh;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.header.Ip4Addr;
import dev.skiff.skb.DropReason;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * RFC 826 by a table of its branches, and the bytes of what is sent: X20, X21, X22, X23, X24, X34,
 * X39f.
 */
class ArpReceptionTest {
  private static final long OLD_MAC = Rig.PEER_MAC;
  private static final long NEW_MAC = NeighRig.OTHER_MAC;

  /** X20: byte for byte as RFC 826 draws it, by hand. */
  @Test
  void aRequestIsTheseSixtyBytes() {
    NeighRig net = new NeighRig("");
    String hex =
        "ffffffffffff 02005e100001 0806" // to all, from us, ARP
            + "0001 0800 06 04 0001" // Ethernet, IPv4, lengths, request
            + "02005e100001 c6336402" // us, 198.51.100.2
            + "000000000000 c6336401" // nobody yet, 198.51.100.1
            + "00".repeat(18);
    List<byte[]> out = net.sendTo(Rig.PEER_IP);
    assertEquals(1, out.size());
    assertArrayEquals(HexFormat.of().parseHex(hex.replace(" ", "")), out.getFirst());
  }

  /**
   * Every branch of "Packet Reception": what becomes of the sender's entry, and whether there is an
   * answer. One row is not RFC 826's but Linux's: a reply that nobody asked for makes no entry.
   */
  @ParameterizedTest
  @CsvSource({
    // field, known, for us, opcode: the entry afterwards, answered
    "ok, unknown, other, request, none, no",
    "ok, unknown, other, reply, none, no",
    "ok, unknown, us, request, new, yes",
    "ok, unknown, us, reply, none, no", // RFC 826 adds it
    "ok, known, other, request, new, no",
    "ok, known, other, reply, new, no",
    "ok, known, us, request, new, yes",
    "ok, known, us, reply, new, no",
    "hrd, unknown, us, request, none, no",
    "hrd, known, us, request, old, no",
    "hln, unknown, us, request, none, no",
    "hln, known, us, request, old, no",
    "pro, unknown, us, request, none, no",
    "pro, known, us, request, old, no",
    "pln, unknown, us, request, none, no",
    "pln, known, us, request, old, no",
    "op, unknown, us, request, none, no",
    "op, known, us, request, old, no",
  })
  void everyBranch(
      String wrong, String known, String target, String op, String entry, String answered) {
    NeighRig net = new NeighRig("");
    if (known.equals("known")) {
      net.into(NeighbourState.STALE);
      net.rig.clock.advance(2 * NeighRig.SECOND); // beyond locktime
    }
    int tpa = target.equals("us") ? Rig.OUR_IP : NeighRig.OTHER_IP;
    int opcode = op.equals("request") ? 1 : 2;
    byte[] frame =
        Frames.padded(
            Frames.ethernet(
                Rig.OUR_MAC,
                NEW_MAC,
                0x0806,
                Frames.arp(opcode, NEW_MAC, Rig.PEER_IP, Rig.OUR_MAC, tpa)));
    DropReason reason = spoil(frame, wrong);
    List<byte[]> out = net.rig.exchange(frame);
    assertEquals(answered.equals("yes") ? 1 : 0, out.size());
    if (reason != DropReason.NOT_DROPPED) {
      assertEquals(1, net.verdicts(reason));
    }
    switch (entry) {
      case "none" -> assertFalse(net.knows(Rig.PEER_IP));
      case "new" -> assertEquals(NEW_MAC, net.mac());
      default -> assertEquals(OLD_MAC, net.mac());
    }
  }

  /** Sets one field wrong; the reason for which the packet ends then. */
  private static DropReason spoil(byte[] frame, String field) {
    switch (field) {
      case "hrd" -> frame[15] = 7;
      case "pro" -> frame[17] = 1;
      case "hln" -> frame[18] = 8;
      case "pln" -> frame[19] = 16;
      case "op" -> frame[21] = 8;
      default -> {
        return DropReason.NOT_DROPPED;
      }
    }
    return switch (field.toUpperCase(Locale.ROOT)) {
      case "HRD" -> DropReason.ARP_HARDWARE;
      case "PRO" -> DropReason.ARP_PROTOCOL;
      case "HLN" -> DropReason.ARP_HARDWARE_LEN;
      case "PLN" -> DropReason.ARP_PROTOCOL_LEN;
      default -> DropReason.ARP_OPCODE;
    };
  }

  /** X24. */
  @Test
  void theReplyIsFromTheAddressThatWasAskedFor() {
    NeighRig net = new NeighRig(b -> b.ip("198.51.100.2/24", "198.51.100.3/24"));
    int second = Ip4Addr.parse("198.51.100.3");
    List<byte[]> out = net.rig.exchange(Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, second));
    assertEquals(1, out.size());
    assertArrayEquals(
        Frames.arpReply(Rig.OUR_MAC, second, Rig.PEER_MAC, Rig.PEER_IP), out.getFirst());
  }

  /** X34, X18: what we sent ourselves, and comes back. */
  @Test
  void ourOwnMacAsSenderIsNotLearnt() {
    NeighRig net = new NeighRig("");
    assertEquals(0, net.rig.exchange(NeighRig.requestForUs(Rig.OUR_MAC)).size());
    net.into(NeighbourState.STALE);
    net.rig.exchange(NeighRig.gratuitous(Rig.OUR_MAC));
    assertEquals(2, net.verdicts(DropReason.ARP_LOOPED));
    assertEquals(OLD_MAC, net.mac());
  }

  /** X39f: nobody is answered in place of another, however well we know the way. */
  @Test
  void thereIsNoProxy() {
    NeighRig net = new NeighRig(builder -> builder.gateway("198.51.100.1"));
    net.into(NeighbourState.REACHABLE);
    int behindUs = Ip4Addr.parse("203.0.113.9");
    assertEquals(
        0, net.rig.exchange(Frames.arpRequest(NEW_MAC, NeighRig.OTHER_IP, behindUs)).size());
    assertEquals(
        0, net.rig.exchange(Frames.arpRequest(NEW_MAC, NeighRig.OTHER_IP, Rig.PEER_IP)).size());
    assertEquals(2, net.verdicts(DropReason.ARP_NOT_FOR_US));
    assertTrue(net.knows(Rig.PEER_IP));
  }
}
