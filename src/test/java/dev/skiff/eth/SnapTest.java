package dev.skiff.eth;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.dev.DeviceStat;
import dev.skiff.skb.DropReason;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 1042 encapsulation (X02, X17) and 802.1Q tags (X19). */
class SnapTest {
  private static final String SNAP = "aaaa03000000";

  private final Rig rig = new Rig();

  /** An Ethernet II frame in RFC 1042's form: a length, LLC and SNAP, then the type. */
  private static byte[] snap(byte[] frame, String llc) {
    byte[] prefix = java.util.HexFormat.of().parseHex(llc);
    int payload = frame.length - 12;
    return ByteBuffer.allocate(14 + prefix.length + payload)
        .put(frame, 0, 12)
        .putShort((short) (prefix.length + payload))
        .put(prefix)
        .put(frame, 12, payload)
        .array();
  }

  private static byte[] tagged(byte[] frame, int tci) {
    return ByteBuffer.allocate(frame.length + 4)
        .put(frame, 0, 12)
        .putShort((short) 0x8100)
        .putShort((short) tci)
        .put(frame, 12, frame.length - 12)
        .array();
  }

  private static byte[] echo(int sequence) {
    byte[] icmp = Frames.icmp(8, 0, 7, sequence, Frames.data(56));
    byte[] ip = Frames.ipv4(Rig.PEER_IP, Rig.OUR_IP, 1, 64, icmp);
    return Frames.ethernet(Rig.OUR_MAC, Rig.PEER_MAC, 0x0800, ip);
  }

  private static byte[] arpRequest() {
    byte[] arp = Frames.arp(1, Rig.PEER_MAC, Rig.PEER_IP, 0, Rig.OUR_IP);
    return Frames.ethernet(Frames.BROADCAST, Rig.PEER_MAC, 0x0806, arp);
  }

  @Test
  void ipAndArpInSnapAreAnsweredIntermixedWithEthernet() {
    byte[] reply = rig.exchange(Frames.padded(snap(arpRequest(), SNAP))).getFirst();
    assertEquals(0x0806, Frames.u16(reply, 12), "answered as RFC 894 wants it");
    assertEquals(60, reply.length);
    byte[] plain = rig.exchange(echo(1)).getFirst();
    byte[] encapsulated = rig.exchange(snap(echo(1), SNAP)).getFirst();
    assertArrayEquals(plain, encapsulated);
  }

  @Test
  void whatPadsASnapFrameIsNoPartOfIt() {
    rig.introducePeer();
    byte[] icmp = Frames.icmp(8, 0, 7, 1, new byte[0]);
    byte[] ip = Frames.ipv4(Rig.PEER_IP, Rig.OUR_IP, 1, 64, icmp);
    byte[] frame = snap(Frames.ethernet(Rig.OUR_MAC, Rig.PEER_MAC, 0x0800, ip), SNAP);
    byte[] padded = Arrays.copyOf(frame, 90);
    Arrays.fill(padded, frame.length, 90, (byte) 0xFF);
    byte[] reply = rig.exchange(padded).getFirst();
    assertEquals(60, reply.length);
    for (int i = 14 + 28; i < 60; i++) {
      assertEquals(0, reply[i], "byte " + i);
    }
  }

  @Test
  void aLengthThatIsLongerThanTheFrameIsALengthError() {
    byte[] frame = snap(echo(1), SNAP);
    assertEquals(List.of(), rig.exchange(Arrays.copyOf(frame, frame.length - 1)));
    assertEquals(1, rig.verdicts(DropReason.PKT_802_3_LENGTH));
    assertEquals(1, rig.device().stat(DeviceStat.RX_LENGTH_ERRORS));
    assertEquals(1, rig.device().stat(DeviceStat.RX_ERRORS));
  }

  /** X04. */
  @ParameterizedTest
  @ValueSource(strings = {"aaaa0300000c", "aaab03000000", "060603000000", "aaaa13000000"})
  void otherLlcIsCountedAsUnhandled(String llc) {
    assertEquals(List.of(), rig.exchange(snap(echo(1), llc)));
    assertEquals(1, rig.verdicts(DropReason.UNHANDLED_PROTO));
  }

  @Test
  void aTypeInSnapThatIsNoTypeIsUnhandledAndDoesNotGoRound() {
    byte[] inner = Frames.ethernet(Rig.OUR_MAC, Rig.PEER_MAC, 4, new byte[46]);
    assertEquals(List.of(), rig.exchange(snap(inner, SNAP)));
    assertEquals(1, rig.verdicts(DropReason.UNHANDLED_PROTO));
  }

  @Test
  void everyTruncationOfASnapFrameIsHarmless() {
    byte[] frame = snap(echo(1), SNAP);
    for (int n = 14; n < frame.length; n++) {
      byte[] cut = Arrays.copyOf(frame, n);
      cut[12] = (byte) (n - 14 >> 8);
      cut[13] = (byte) (n - 14);
      assertEquals(List.of(), rig.exchange(cut), "length " + n);
    }
  }

  // ---- 802.1Q -----------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(ints = {0, 0xE000, 0x1000})
  void aTagOfVlanZeroIsAPriorityAndNothingElse(int tci) {
    rig.introducePeer();
    byte[] plain = rig.exchange(echo(1)).getFirst();
    byte[] reply = rig.exchange(tagged(echo(1), tci)).getFirst();
    assertArrayEquals(plain, reply, "answered without a tag");
  }

  @Test
  void aTaggedFrameOfTheFullMtuIsNotTooLong() {
    rig.introducePeer();
    byte[] icmp = Frames.icmp(8, 0, 7, 1, Frames.data(1472));
    byte[] ip = Frames.ipv4(Rig.PEER_IP, Rig.OUR_IP, 1, 64, icmp);
    byte[] frame = Frames.ethernet(Rig.OUR_MAC, Rig.PEER_MAC, 0x0800, ip);
    assertEquals(1514, rig.exchange(tagged(frame, 0)).getFirst().length);
    assertEquals(0, rig.verdicts(DropReason.PKT_TOO_BIG));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 0x0FFF, 0xE001})
  void aFrameOfAVlanIsDroppedForThat(int tci) {
    assertEquals(List.of(), rig.exchange(tagged(echo(1), tci)));
    assertEquals(1, rig.verdicts(DropReason.VLAN_UNKNOWN));
  }

  @Test
  void aFullFrameOfAVlanIsNotTooLongForIt() {
    byte[] frame = Frames.ethernet(Rig.OUR_MAC, Rig.PEER_MAC, 0x0800, new byte[1500]);
    rig.exchange(tagged(frame, 5));
    assertEquals(1, rig.verdicts(DropReason.VLAN_UNKNOWN));
    assertEquals(0, rig.device().stat(DeviceStat.RX_ERRORS));
    byte[] longer = Frames.ethernet(Rig.OUR_MAC, Rig.PEER_MAC, 0x0800, new byte[1501]);
    rig.exchange(tagged(longer, 5));
    assertEquals(1, rig.verdicts(DropReason.PKT_TOO_BIG));
  }

  @Test
  void aHandlerOfSnapSeesNoPadding() {
    int type = 0x88B5;
    List<Integer> lengths = new ArrayList<>();
    rig.stack()
        .packetTypes()
        .add(
            type,
            (skb, dev, nowNs) -> {
              lengths.add(skb.len());
              return DropReason.CONSUMED;
            });
    byte[] frame = snap(Frames.ethernet(Rig.OUR_MAC, Rig.PEER_MAC, type, new byte[5]), SNAP);
    rig.exchange(Arrays.copyOf(frame, 90));
    assertEquals(List.of(5), lengths);
  }

  @Test
  void aTagThatIsCutOffIsHarmless() {
    for (int n = 14; n < 18; n++) {
      rig.exchange(Arrays.copyOf(tagged(echo(1), 0), n));
    }
    assertEquals(4, rig.verdicts(DropReason.VLAN_UNKNOWN) + rig.verdicts(DropReason.PKT_TOO_SMALL));
  }

  @Test
  void snapInAPriorityTagIsRead() {
    rig.introducePeer();
    byte[] frame = snap(echo(1), SNAP);
    assertEquals(1, rig.exchange(tagged(frame, 0)).size());
  }
}
