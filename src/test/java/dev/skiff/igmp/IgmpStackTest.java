package dev.skiff.igmp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.MacAddr;
import dev.skiff.skb.DropReason;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Groups and IGMP in a whole stack: X14, X125. */
class IgmpStackTest {
  private static final long SECOND = 1_000_000_000L;
  private static final String GROUP = "239.1.2.3";
  private static final long GROUP_MAC = MacAddr.parse("01:00:5e:01:02:03");
  private static final long ALL_HOSTS_MAC = MacAddr.parse("01:00:5e:00:00:01");
  private static final int ALL_HOSTS = Ip4Addr.parse("224.0.0.1");

  /** Made by hand from RFC 894, RFC 791, RFC 2113, RFC 2236. */
  private static final String REPORT =
      ("01005e010203 02005e100001 0800"
              + "46c0 0020 0000 4000 01 02 c8dd c6336402 ef010203 94040000"
              + "1600 f8fa ef010203")
          .replace(" ", "");

  private static String hex(byte[] frame, int n) {
    return HexFormat.of().formatHex(frame, 0, n);
  }

  /** A datagram of the peer's to a group. */
  private static byte[] toGroup(long mac, int group, int protocol, byte[] payload) {
    return Frames.padded(
        Frames.ethernet(
            mac, Rig.PEER_MAC, 0x0800, Frames.ipv4(Rig.PEER_IP, group, protocol, 1, payload)));
  }

  private static byte[] query(int code, int group) {
    ByteBuffer query = ByteBuffer.allocate(8);
    query.put((byte) 0x11).put((byte) code).putShort((short) 0).putInt(group);
    query.putShort(2, (short) Frames.checksum(query.array(), 0, 8));
    return query.array();
  }

  @Test
  void theReportThatGoesOut() {
    Rig rig = new Rig();
    rig.skiff.joinGroup(GROUP);
    List<byte[]> out = rig.turn();
    assertEquals(1, out.size());
    assertEquals(REPORT, hex(out.getFirst(), 46));
    rig.after(10 * SECOND);
  }

  @Test
  void aQueryIsAnswered() {
    Rig rig = new Rig();
    rig.skiff.joinGroup(GROUP);
    rig.turn();
    rig.after(10 * SECOND);
    long consumed = rig.verdicts(DropReason.CONSUMED);
    rig.exchange(toGroup(ALL_HOSTS_MAC, ALL_HOSTS, 2, query(10, 0)));
    assertEquals(consumed + 1, rig.verdicts(DropReason.CONSUMED));
    List<byte[]> out = rig.after(SECOND);
    assertEquals(1, out.size());
    assertEquals(REPORT, hex(out.getFirst(), 46));
    assertEquals(
        1, rig.verdicts(DropReason.CONSUMED) - 3, "the query; two reports before, one now");
  }

  /** X14, X45: for IP too, since other groups have the same MAC address, and a TAP shows all. */
  @Test
  void whatIsSentToAGroupIsReceivedWhileWeAreInIt() {
    Rig rig = new Rig();
    byte[] datagram = toGroup(GROUP_MAC, Ip4Addr.parse(GROUP), 250, Frames.data(20));
    rig.exchange(datagram);
    assertEquals(1, rig.verdicts(DropReason.IP_MULTICAST_UNJOINED));
    rig.skiff.joinGroup(GROUP);
    rig.exchange(datagram);
    assertEquals(1, rig.verdicts(DropReason.IP_NOPROTO));
    rig.exchange(toGroup(GROUP_MAC, Ip4Addr.parse("239.129.2.3"), 250, Frames.data(20)));
    assertEquals(2, rig.verdicts(DropReason.IP_MULTICAST_UNJOINED));
    rig.skiff.leaveGroup(GROUP);
    rig.exchange(datagram);
    assertEquals(3, rig.verdicts(DropReason.IP_MULTICAST_UNJOINED));
  }

  /** X48. RFC 4541 2.1.1: a switch that snoops and has no address; as in Linux. */
  @Test
  void aQueryFrom0000IsAnsweredAndNothingElseFromThereIsTaken() {
    Rig rig = new Rig();
    rig.skiff.joinGroup(GROUP);
    rig.turn();
    rig.after(10 * SECOND);
    byte[] query = Frames.ipv4(0, ALL_HOSTS, 2, 1, query(10, 0));
    rig.exchange(Frames.padded(Frames.ethernet(ALL_HOSTS_MAC, Rig.PEER_MAC, 0x0800, query)));
    assertEquals(1, rig.after(SECOND).size());
    byte[] udp = Frames.ipv4(0, ALL_HOSTS, 17, 1, Frames.data(20));
    rig.exchange(Frames.padded(Frames.ethernet(ALL_HOSTS_MAC, Rig.PEER_MAC, 0x0800, udp)));
    byte[] toUs = Frames.ipv4(0, Rig.OUR_IP, 2, 1, query(10, 0));
    rig.exchange(Frames.padded(Frames.ethernet(Rig.OUR_MAC, Rig.PEER_MAC, 0x0800, toUs)));
    assertEquals(2, rig.verdicts(DropReason.IP_INVALID_SOURCE));
  }

  @Test
  void leavingIsSaidToAllRouters() {
    Rig rig = new Rig();
    rig.skiff.joinGroup(GROUP);
    rig.turn();
    rig.skiff.leaveGroup(GROUP);
    List<byte[]> out = rig.turn();
    assertEquals(1, out.size());
    assertEquals("01005e000002", hex(out.getFirst(), 6));
    assertEquals(Ip4Addr.parse("224.0.0.2"), Frames.u32(out.getFirst(), 30));
    assertFalse(rig.device().inDev().isMember(Ip4Addr.parse(GROUP)));
    assertThrows(IllegalArgumentException.class, () -> rig.skiff.leaveGroup(GROUP));
  }

  /** RFC 1112 7.2; and nobody ever reports it. */
  @Test
  void everyDeviceIsInAllHostsForAsLongAsItIsThere() {
    Rig rig = new Rig();
    assertTrue(rig.device().inDev().isMember(ALL_HOSTS));
    assertEquals(1, rig.device().mcUsers(ALL_HOSTS_MAC));
    rig.inject(toGroup(ALL_HOSTS_MAC, ALL_HOSTS, 2, query(10, 0)));
    rig.turn();
    assertEquals(List.of(), rig.after(10 * SECOND));
  }

  /** A host that has no address yet speaks from 0.0.0.0, as Linux does. */
  @Test
  void aDeviceWithoutAnAddressReportsToo() {
    Rig rig = new Rig(builder -> builder.ip());
    rig.skiff.joinGroup(GROUP);
    List<byte[]> out = rig.turn();
    assertEquals(1, out.size());
    assertEquals(0, Frames.u32(out.getFirst(), 26));
    rig.after(10 * SECOND);
  }

  @Test
  void aDeviceThatComesUpAgainReportsItsGroups() throws Exception {
    Rig rig = new Rig();
    rig.skiff.joinGroup(GROUP);
    rig.turn();
    rig.after(10 * SECOND);
    rig.device().stop();
    rig.device().open();
    List<byte[]> out = rig.turn();
    assertEquals(REPORT, hex(out.getLast(), 46));
    rig.after(10 * SECOND);
  }
}
