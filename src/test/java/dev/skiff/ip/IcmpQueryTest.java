package dev.skiff.ip;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.header.Ip4Addr;
import dev.skiff.ip.OutRig.Datagram;
import dev.skiff.skb.DropReason;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * X51, X52, X110, X111, X114, X115, X117: queries, and how they are answered. RFC 792, RFC 1122
 * 3.2.2.6, 3.2.2.8. What {@link IcmpTest} does not ask.
 */
class IcmpQueryTest {
  private static final int NOON = 12 * 3_600_000;
  private static final int ECHO_REPLY = 0;
  private static final int ECHO = 8;
  private static final int TIMESTAMP = 13;
  private static final int TIMESTAMP_REPLY = 14;

  private static OutRig rig(String ipv4) {
    OutRig out =
        new OutRig(
            builder ->
                builder
                    .ip("198.51.100.2/24", "198.51.100.7/24", "203.0.113.2/24")
                    .ipv4(ipv4)
                    .timeOfDay(() -> NOON));
    out.rig.introducePeer();
    return out;
  }

  private static List<Datagram> ask(OutRig out, int daddr, int ttl, byte[] icmp) {
    byte[] frame = OutRig.frame(Frames.ipv4(Rig.PEER_IP, daddr, 1, ttl, icmp));
    return Datagram.of(out.rig.exchange(frame));
  }

  private static List<Datagram> ask(OutRig out, byte[] icmp) {
    return ask(out, Rig.OUR_IP, 64, icmp);
  }

  // ---- Echo -------------------------------------------------------------------------------------

  /** X110. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 55, 56, 1472, 1473, 8000, 8971, 8972})
  void anEchoHasAllItsDataOnALinkOfLongFrames(int n) {
    OutRig out = new OutRig(64, 9014, builder -> builder.mtu(9000));
    out.rig.introducePeer();
    byte[] reply =
        ask(out, Frames.icmp(ECHO, 0, 0xBEEF, 0xFFFF, Frames.data(n))).getFirst().payload();
    assertArrayEquals(Frames.icmp(ECHO_REPLY, 0, 0xBEEF, 0xFFFF, Frames.data(n)), reply);
  }

  /** X110: RFC 1624's corner, in payloads of every length. */
  @Test
  void echoesOfZerosAndOfOnesHaveARightChecksum() {
    OutRig out = rig("");
    for (int n = 0; n <= 200; n++) {
      byte[] zeros = new byte[n];
      byte[] ones = new byte[n];
      Arrays.fill(ones, (byte) 0xFF);
      for (byte[] data : List.of(zeros, ones)) {
        for (int id : new int[] {0, 0xFFFF, 0xF7FF}) {
          byte[] reply = ask(out, Frames.icmp(ECHO, 0, id, 0, data)).getFirst().payload();
          assertEquals(0, Frames.checksum(reply, 0, reply.length));
          assertArrayEquals(Frames.icmp(ECHO_REPLY, 0, id, 0, data), reply);
        }
      }
    }
  }

  /** X114. */
  @Test
  void everyCodeIsAnsweredWithCode0() {
    OutRig out = rig("");
    for (int code = 0; code <= 255; code++) {
      byte[] reply =
          ask(out, Frames.icmp(ECHO, code, 1, code, Frames.data(9))).getFirst().payload();
      assertArrayEquals(Frames.icmp(ECHO_REPLY, 0, 1, code, Frames.data(9)), reply);
    }
  }

  /** X51, X52. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 64, 255})
  void theReplyHasTheTtlOfTheStackWhateverTheRequestHad(int ttl) {
    OutRig out = rig("ip_default_ttl=" + ttl);
    for (int received : new int[] {0, 1, 64, 255}) {
      byte[] echo = Frames.icmp(ECHO, 0, 1, 1, Frames.data(9));
      assertEquals(ttl, ask(out, Rig.OUR_IP, received, echo).getFirst().ttl());
    }
  }

  /** X111. */
  @ParameterizedTest
  @ValueSource(strings = {"198.51.100.2", "198.51.100.7", "203.0.113.2"})
  void theReplyComesFromTheAddressThatWasAsked(String asked) {
    OutRig out = rig("icmp_timestamp=on");
    int daddr = Ip4Addr.parse(asked);
    byte[] echo = Frames.icmp(ECHO, 0, 1, 1, Frames.data(9));
    assertEquals(daddr, ask(out, daddr, 64, echo).getFirst().saddr());
    byte[] timestamp = Frames.icmp(TIMESTAMP, 0, 1, 1, new byte[12]);
    assertEquals(daddr, ask(out, daddr, 64, timestamp).getFirst().saddr());
  }

  /** X117. */
  @Test
  void noEchoIsAnsweredIfSoTold() {
    OutRig out = rig("icmp_echo_ignore_all=on,icmp_timestamp=on");
    assertEquals(List.of(), ask(out, Frames.icmp(ECHO, 0, 1, 1, Frames.data(9))));
    assertEquals(1, out.rig.verdicts(DropReason.ICMP_ECHO_IGNORED));
    assertEquals(1, out.stat(IpStat.ICMP_IN_ECHOS));
    assertEquals(0, out.stat(IpStat.ICMP_OUT_MSGS));
    assertEquals(1, ask(out, Frames.icmp(TIMESTAMP, 0, 1, 1, new byte[12])).size());
  }

  /** X102: echo replies are not limited. */
  @Test
  void aThousandEchoesAtOnceAreAllAnswered() {
    OutRig out = rig("");
    byte[] echo = Frames.icmp(ECHO, 0, 1, 1, Frames.data(9));
    for (int i = 0; i < 1000; i++) {
      assertEquals(1, ask(out, echo).size());
    }
  }

  // ---- Timestamp --------------------------------------------------------------------------------

  private static byte[] times(int originate, int receive, int transmit) {
    return ByteBuffer.allocate(12).putInt(originate).putInt(receive).putInt(transmit).array();
  }

  /** X115. */
  @Test
  void timestampsAreNotAnsweredUnlessSoTold() {
    OutRig out = rig("");
    assertEquals(List.of(), ask(out, Frames.icmp(TIMESTAMP, 0, 1, 1, new byte[12])));
    assertEquals(1, out.rig.verdicts(DropReason.ICMP_TYPE));
    assertEquals(1, out.stat(IpStat.ICMP_IN_TIMESTAMPS));
  }

  /** X115: RFC 792. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, NOON, 86_399_999, -1, 0x8000_0001})
  void aTimestampReplyHasTheTimeTwiceAndKeepsWhenItWasAsked(int originate) {
    OutRig out = rig("icmp_timestamp=on");
    byte[] request = Frames.icmp(TIMESTAMP, 0, 0xABCD, 0x1234, times(originate, 7, 9));
    Datagram reply = ask(out, request).getFirst();
    assertArrayEquals(
        Frames.icmp(TIMESTAMP_REPLY, 0, 0xABCD, 0x1234, times(originate, NOON, NOON)),
        reply.payload());
    assertEquals(40, reply.totLen());
    assertEquals(1, out.stat(IpStat.ICMP_OUT_TIMESTAMP_REPS));
    assertEquals(1, out.stat(IpStat.ICMP_OUT_MSGS));
  }

  /** X115: RFC 792, the message is 20 bytes long. */
  @Test
  void whatStandsBehindATimestampDoesNotComeBack() {
    OutRig out = rig("icmp_timestamp=on");
    byte[] request = Frames.icmp(TIMESTAMP, 0, 1, 2, Arrays.copyOf(times(5, 0, 0), 40));
    assertArrayEquals(
        Frames.icmp(TIMESTAMP_REPLY, 0, 1, 2, times(5, NOON, NOON)),
        ask(out, request).getFirst().payload());
  }

  /** X115, X118. */
  @Test
  void aTruncatedTimestampIsNotAnswered() {
    OutRig out = rig("icmp_timestamp=on");
    for (int n = 0; n < 12; n++) {
      assertEquals(List.of(), ask(out, Frames.icmp(TIMESTAMP, 0, 1, 1, new byte[n])), n + " bytes");
    }
    assertEquals(12, out.rig.verdicts(DropReason.PKT_TOO_SMALL));
    assertEquals(12, out.stat(IpStat.ICMP_IN_ERRORS));
    assertEquals(1, ask(out, Frames.icmp(TIMESTAMP, 0, 1, 1, new byte[12])).size());
  }

  /** RFC 1122 3.2.2.8: as for echo, the type of service comes back. */
  @Test
  void theTypeOfServiceOfATimestampComesBack() {
    OutRig out = rig("icmp_timestamp=on");
    byte[] icmp = Frames.icmp(TIMESTAMP, 0, 1, 1, new byte[12]);
    byte[] datagram = Frames.ipv4(Rig.PEER_IP, Rig.OUR_IP, 1, 64, icmp);
    datagram[1] = 0x10;
    byte[] frame = OutRig.frame(OutRig.summed(datagram));
    assertEquals(0x10, new Datagram(out.rig.exchange(frame).getFirst()).tos());
  }
}
