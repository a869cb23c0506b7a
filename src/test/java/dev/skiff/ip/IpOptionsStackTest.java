package dev.skiff.ip;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.header.Ip4Addr;
import dev.skiff.skb.DropReason;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Datagrams with options, in and out of a whole stack: X56, X60, X61, X62, X64, X92. */
class IpOptionsStackTest {
  private static final int IP = Frames.ETH_HLEN;
  private static final int HOP = Ip4Addr.parse("198.51.100.9");
  private static final int NOW = 43_200_000;
  private static final int OPTIONS = IP + Frames.IP_HLEN;
  private static final byte[] ICMP = Frames.icmp(8, 0, 7, 1, Frames.data(16));
  private static final String OURS = OptionsRig.hex(Rig.OUR_IP);

  private final Rig rig = new Rig(builder -> builder.timeOfDay(() -> NOW));

  @BeforeEach
  void introduce() {
    rig.introducePeer();
  }

  private static byte[] echo(byte[] options) {
    byte[] plain = Frames.ipv4(Rig.PEER_IP, Rig.OUR_IP, 1, 64, ICMP);
    int headerLen = Frames.IP_HLEN + options.length;
    byte[] ip = Arrays.copyOf(plain, plain.length + options.length);
    ip[0] = (byte) (0x40 + headerLen / 4);
    ip[3] = (byte) ip.length;
    ip[10] = 0;
    ip[11] = 0;
    System.arraycopy(options, 0, ip, Frames.IP_HLEN, options.length);
    System.arraycopy(ICMP, 0, ip, headerLen, ICMP.length);
    int check = Frames.checksum(ip, 0, headerLen);
    ip[10] = (byte) (check >> 8);
    ip[11] = (byte) check;
    return Frames.padded(Frames.ethernet(Rig.OUR_MAC, Rig.PEER_MAC, 0x0800, ip));
  }

  private List<byte[]> ping(String options) {
    return rig.exchange(echo(OptionsRig.bytes(options)));
  }

  /** The options of the one answer, which is right in all else. */
  private static byte[] optionsOf(List<byte[]> out) {
    assertEquals(1, out.size());
    byte[] reply = out.getFirst();
    int headerLen = (reply[IP] & 0xF) * 4;
    int icmp = IP + headerLen;
    assertEquals(0, Frames.checksum(reply, IP, headerLen));
    assertEquals(headerLen + ICMP.length, Frames.u16(reply, IP + 2));
    assertEquals(0, Frames.u8(reply, icmp));
    assertEquals(0, Frames.checksum(reply, icmp, ICMP.length));
    return Arrays.copyOfRange(reply, OPTIONS, icmp);
  }

  /** X64: RFC 1122 3.2.2.6; {@code ping -R} to a Linux host shows it twice too. */
  @Test
  void recordRouteComesBackWithUsInIt() {
    byte[] options = optionsOf(ping("07 0f 04 00000000 00000000 00000000 00"));
    assertEquals("070f0c" + OURS + OURS + "0000000000", OptionsRig.hex(options).replace(" ", ""));
  }

  /** X64. */
  @Test
  void timestampsComeBackWithOurs() {
    byte[] options = optionsOf(ping("44 14 05 01 00000000 00000000 00000000 00000000"));
    assertEquals(0x4414_1501, Frames.u32(options, 0));
    assertEquals(Rig.OUR_IP, Frames.u32(options, 4));
    assertEquals(Rig.OUR_IP, Frames.u32(options, 12));
    assertEquals(NOW, Frames.u32(options, 8));
    assertEquals(NOW, Frames.u32(options, 16));
  }

  /** X60. */
  @ParameterizedTest
  @CsvSource({"9e 04 aa bb", "88 04 00 01", "01 01 01 01", "00 00 00 00", "94 04 00 00"})
  void anyOtherOptionIsIgnoredAndTheEchoAnswered(String options) {
    assertEquals(0, optionsOf(ping(options)).length);
  }

  /**
   * X61, X92, X100: a parameter problem that points at the byte, and quotes what came as it came.
   */
  @ParameterizedTest
  @CsvSource({"9e 00 00 00, 20", "07 07 04 00000000 9e, 27", "44 04 05 f0, 23"})
  void aMalformedOptionIsAParameterProblem(String options, int pointer) {
    byte[] request = echo(OptionsRig.bytes(options));
    List<byte[]> out = rig.exchange(request);
    assertEquals(1, out.size());
    byte[] error = out.getFirst();
    int icmp = IP + (error[IP] & 0xF) * 4;
    assertEquals(12, Frames.u8(error, icmp));
    assertEquals(0, Frames.u8(error, icmp + 1));
    assertEquals(pointer << 24, Frames.u32(error, icmp + 4));
    int quoted = icmp + Frames.ICMP_HLEN;
    assertArrayEquals(
        Arrays.copyOfRange(request, IP, OPTIONS + 4 + 8),
        Arrays.copyOfRange(error, quoted, quoted + Frames.IP_HLEN + 4 + 8));
    assertEquals(1, rig.verdicts(DropReason.IP_OPTIONS));
  }

  /** X62: refused unless it is switched on, though we are its end. */
  @Test
  void aSourceRouteIsRefused() {
    assertEquals(List.of(), ping("83 07 08 c6336401 00"));
    assertEquals(1, rig.verdicts(DropReason.IP_SOURCE_ROUTE));
  }

  /** X62: the way back is the way that it came; the last place is the one that asked. */
  @Test
  void aSourceRouteThatIsTakenIsReversed() {
    try (Rig taking = new Rig(builder -> builder.ipv4("accept_source_route=on"))) {
      taking.introducePeer();
      byte[] request = echo(OptionsRig.bytes("83 07 08 c6336409 00"));
      taking.exchange(request);
      List<byte[]> out =
          taking.exchange(Frames.arpReply(Rig.PEER_MAC, HOP, Rig.OUR_MAC, Rig.OUR_IP));
      assertEquals("83 07 04 c6 33 64 01 00", OptionsRig.hex(optionsOf(out)));
      assertEquals(HOP, Frames.u32(out.getFirst(), IP + 16));
    }
  }
}
