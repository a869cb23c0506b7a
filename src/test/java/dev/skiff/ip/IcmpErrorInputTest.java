package dev.skiff.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.dev.NetDevice;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.IpHdr;
import dev.skiff.ip.OutRig.Datagram;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.Packet;
import dev.skiff.skb.SkBuff;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * X90, X91, X96, X97, X98, X99, X100, X101, X116, X118: ICMP errors that come in, and who is told.
 * RFC 792, RFC 1122 3.2.2.
 */
class IcmpErrorInputTest {
  private static final int ROUTER = Ip4Addr.parse("203.0.113.254");
  private static final int FAR = Ip4Addr.parse("203.0.113.9");
  private static final int ICMP = OutRig.IP + Frames.IP_HLEN;

  /** "type code info reporter destination first-byte-of-the-transport-header". */
  private final List<String> told = new ArrayList<>();

  private final OutRig out = new OutRig(builder -> builder.gateway("198.51.100.1"));

  private final byte[] quote;

  IcmpErrorInputTest() {
    out.ipv4()
        .addProtocol(
            OutRig.PROTOCOL,
            new IpHandler() {
              @Override
              public DropReason receive(SkBuff skb, NetDevice dev, long nowNs) {
                return DropReason.CONSUMED;
              }

              @Override
              public boolean hasSent(Packet packet, int ip) {
                return true;
              }

              @Override
              public void error(Packet packet, int ip, IcmpError why, NetDevice dev, long nowNs) {
                String reporter = Ip4Addr.format(why.reporter());
                String daddr = Ip4Addr.format(IpHdr.daddr(packet, ip));
                int first = packet.u8(ip + IpHdr.ihl(packet, ip) * 4);
                told.add(
                    "%d %d %d %s %s %d"
                        .formatted(why.type(), why.code(), why.info(), reporter, daddr, first));
              }
            });
    out.rig.introducePeer();
    quote = out.sent(OutRig.to(FAR), 100).getFirst().quote();
  }

  private static String line(int type, int code, int info) {
    return type + " " + code + " " + info + " 203.0.113.254 203.0.113.9 1";
  }

  /** A frame that nobody must answer; true if its protocol was told of it. */
  @CanIgnoreReturnValue
  private boolean tells(byte[] frame) {
    told.clear();
    assertEquals(List.of(), out.rig.exchange(frame), "an error is never answered");
    return !told.isEmpty();
  }

  @CanIgnoreReturnValue
  private boolean tells(int type, int code, byte[] quoted) {
    return tells(OutRig.icmpError(ROUTER, type, code, 0, quoted));
  }

  private static byte[] with(byte[] quote, Consumer<ByteBuffer> change) {
    byte[] other = quote.clone();
    change.accept(ByteBuffer.wrap(other));
    return OutRig.summed(other);
  }

  // ---- Who is told ------------------------------------------------------------------------------

  /** X96, X97, X99, X100. */
  @ParameterizedTest
  @CsvSource({
    "3, 0, 15, IP_IN_DELIVERS, ICMP_IN_DEST_UNREACHS",
    "11, 0, 1, IP_IN_DELIVERS, ICMP_IN_TIME_EXCDS",
    "12, 0, 2, IP_IN_DELIVERS, ICMP_IN_PARM_PROBS",
  })
  void theSenderIsToldTypeAndCode(int type, int from, int to, IpStat delivered, IpStat stat) {
    for (int code = from; code <= to; code++) {
      tells(type, code, quote);
      assertEquals(List.of(line(type, code, 0)), told);
    }
    assertEquals(to - from + 1, out.stat(stat));
    assertEquals(to - from + 1, out.stat(IpStat.ICMP_IN_MSGS));
    assertEquals(to - from + 1, out.stat(delivered));
    assertEquals(0, out.stat(IpStat.ICMP_IN_ERRORS));
    assertEquals(0, out.stat(IpStat.ICMP_OUT_MSGS));
  }

  /** What the four bytes mean depends on the type; unused ones mean nothing. */
  @ParameterizedTest
  @CsvSource({
    "3, 4, 0x00000064, 100",
    "3, 4, 0xFFFF0060, 96",
    "3, 1, 0x12345678, 0",
    "11, 0, 0x12345678, 0",
    "12, 0, 0x14000000, 20",
    "12, 0, 0xFF123456, 255",
  })
  void theSenderIsToldMtuOrPointer(int type, int code, String info, int said) {
    byte[] frame = OutRig.icmpError(ROUTER, type, code, Long.decode(info).intValue(), quote);
    tells(frame);
    assertEquals(List.of(line(type, code, said)), told);
  }

  /** X85, RFC 1191 8: what was sent was 120 bytes long, and its path takes 1500. */
  @ParameterizedTest
  @ValueSource(ints = {120, 121, 1500, 65_535})
  void whatIsNotBelievedIsNotTold(int mtu) {
    tells(OutRig.icmpError(ROUTER, 3, 4, mtu, quote));
    assertEquals(List.of(), told);
    assertEquals(1, out.rig.verdicts(DropReason.ICMP_PMTU));
    assertEquals(1, out.stat(IpStat.ICMP_IN_ERRORS));
  }

  /** RFC 1812 4.3.2.3: as much as fits; with an odd number of bytes, too. X91. */
  @ParameterizedTest
  @ValueSource(ints = {28, 29, 30, 31, 64, 119, 120})
  void aQuoteMayBeAnyLength(int n) {
    byte[] whole = out.sent(OutRig.to(FAR), 100).getFirst().bytes();
    tells(3, 1, Arrays.copyOf(whole, n));
    assertEquals(List.of(line(3, 1, 0)), told);
  }

  /** RFC 4884 5: what more there is behind the quote does not matter. */
  @Test
  void whatStandsBehindTheQuoteIsNotLookedAt() {
    tells(11, 0, Arrays.copyOf(quote, 200));
    assertEquals(List.of(line(11, 0, 0)), told);
  }

  @Test
  void aQuoteMayHaveOptions() {
    for (int words = 1; words <= 10; words++) {
      byte[] longer = withOptions(words);
      tells(3, 1, longer);
      assertEquals(List.of(line(3, 1, 0)), told, words + " words of options");
      for (int n = 20; n < longer.length; n++) {
        assertEquals(false, tells(3, 1, Arrays.copyOf(longer, n)), words + " words, " + n);
      }
    }
  }

  private byte[] withOptions(int words) {
    byte[] longer = new byte[quote.length + 4 * words];
    Arrays.fill(longer, (byte) 1);
    System.arraycopy(quote, 0, longer, 0, 20);
    System.arraycopy(quote, 20, longer, 20 + 4 * words, 8);
    longer[0] = (byte) (0x45 + words);
    return OutRig.summed(longer);
  }

  /** RFC 1122 3.2.2.1: they are hints, and nothing is cut off by them. X96. */
  @Test
  void afterAllUnreachablesWeStillSend() {
    for (int code = 0; code <= 15; code++) {
      assertEquals(true, tells(3, code, quote));
      assertEquals(1, out.sent(OutRig.to(FAR), 100).size(), "code " + code);
    }
  }

  /** A router changes TTL and checksum on the way, some more. */
  @Test
  void aQuoteIsOursWhateverTheWayHasDoneToIt() {
    byte[] changed = quote.clone();
    changed[1] = 0x20;
    changed[8] = 1;
    changed[10] = 0;
    assertEquals(true, tells(11, 0, changed));
  }

  @Test
  void theFirstFragmentSaysWhoseItIsAndOthersDoNot() {
    assertEquals(true, tells(11, 1, with(quote, header -> header.putShort(6, (short) 0x2000))));
    for (int offset : new int[] {1, 185, 0x1FFF}) {
      int fragOff = 0x2000 | offset;
      assertEquals(false, tells(11, 1, with(quote, h -> h.putShort(6, (short) fragOff))));
    }
    assertEquals(3, out.rig.verdicts(DropReason.ICMP_QUOTE));
  }

  // ---- Who is not -------------------------------------------------------------------------------

  /** X91. */
  @Test
  void withAWrongChecksumNobodyIsTold() {
    byte[] good = OutRig.icmpError(ROUTER, 3, 1, 0, quote);
    for (int bit = 0; bit < 8 * (Frames.ICMP_HLEN + quote.length); bit++) {
      byte[] bad = good.clone();
      bad[ICMP + bit / 8] ^= (byte) (1 << bit % 8);
      assertEquals(false, tells(bad));
    }
    assertEquals(8 * 36, out.stat(IpStat.ICMP_IN_CSUM_ERRORS));
    assertEquals(8 * 36, out.rig.verdicts(DropReason.ICMP_CSUM));
  }

  /** X118: every truncation of message and quote. */
  @Test
  void ofATruncatedMessageNobodyIsTold() {
    byte[] icmp = Frames.icmp(3, 1, 0, 0, quote);
    for (int n = 0; n < icmp.length; n++) {
      byte[] cut = Arrays.copyOf(icmp, n);
      if (n >= 4) {
        ByteBuffer.wrap(cut).putShort(2, (short) 0).putShort(2, (short) Frames.checksum(cut, 0, n));
      }
      byte[] frame = OutRig.frame(Frames.ipv4(ROUTER, Rig.OUR_IP, 1, 64, cut));
      assertEquals(false, tells(frame), n + " bytes");
    }
    assertEquals(icmp.length, out.rig.verdicts(DropReason.PKT_TOO_SMALL));
    assertEquals(icmp.length, out.stat(IpStat.ICMP_IN_ERRORS));
  }

  @Test
  void ofSomebodyElsesDatagramNobodyIsTold() {
    List<byte[]> quotes =
        List.of(
            with(quote, header -> header.putInt(12, Rig.PEER_IP)),
            with(quote, header -> header.putInt(12, Rig.OUR_IP + 1)),
            with(quote, header -> header.putInt(12, 0)),
            with(quote, header -> header.put(9, (byte) 254)),
            with(quote, header -> header.put(9, (byte) 17)),
            with(quote, header -> header.put(0, (byte) 0x65)));
    quotes.forEach(other -> assertEquals(false, tells(3, 1, other)));
    byte[] shortHeader = quote.clone();
    shortHeader[0] = 0x44;
    assertEquals(false, tells(3, 1, shortHeader));
    assertEquals(quotes.size() + 1, out.rig.verdicts(DropReason.ICMP_QUOTE));
    assertEquals(quotes.size() + 1, out.stat(IpStat.ICMP_IN_ERRORS));
  }

  @ParameterizedTest
  @ValueSource(strings = {"255.255.255.255", "198.51.100.255", "224.0.0.1"})
  void ofWhatIsSentToAllNobodyIsTold(String daddr) {
    byte[] icmp = Frames.icmp(3, 1, 0, 0, quote);
    byte[] datagram = Frames.ipv4(ROUTER, Ip4Addr.parse(daddr), 1, 64, icmp);
    assertEquals(false, tells(Frames.ethernet(Frames.BROADCAST, Rig.PEER_MAC, 0x0800, datagram)));
  }

  /** X90, X98, X101, X116: RFC 6633, RFC 6918; redirects are not followed. */
  @ParameterizedTest
  @ValueSource(
      ints = {1, 2, 4, 5, 6, 7, 9, 10, 15, 16, 17, 18, 19, 29, 30, 31, 35, 39, 40, 41, 44, 255})
  void otherTypesAreSilentlyDiscarded(int type) {
    for (int code = 0; code < 5; code++) {
      assertEquals(false, tells(OutRig.icmpError(ROUTER, type, code, Rig.PEER_IP, quote)));
    }
    assertEquals(5, out.rig.verdicts(DropReason.ICMP_TYPE));
    assertEquals(type == 4 ? 5 : 0, out.stat(IpStat.ICMP_IN_SRC_QUENCHS));
    assertEquals(type == 5 ? 5 : 0, out.stat(IpStat.ICMP_IN_REDIRECTS));
    assertEquals(0, out.stat(IpStat.ICMP_OUT_MSGS));
  }

  /** X98. */
  @Test
  void aRedirectDoesNotMoveUs() {
    int other = Ip4Addr.parse("198.51.100.77");
    long mac = Rig.PEER_MAC + 1;
    out.rig.exchange(Frames.arpRequest(mac, other, Rig.OUR_IP));
    for (int code = 0; code < 4; code++) {
      assertEquals(false, tells(OutRig.icmpError(Rig.PEER_IP, 5, code, other, quote)));
    }
    assertEquals(Rig.PEER_MAC, out.sent(OutRig.to(FAR), 100).getFirst().dest());
  }

  // ---- About ICMP of ours -----------------------------------------------------------------------

  private byte[] echoReply() {
    byte[] icmp = Frames.icmp(8, 0, 1, 1, Frames.data(100));
    byte[] frame = OutRig.frame(Frames.ipv4(FAR, Rig.OUR_IP, 1, 64, icmp));
    return Datagram.of(out.rig.exchange(frame)).getFirst().quote();
  }

  @ParameterizedTest
  @CsvSource({"3, 0", "3, 1", "3, 3", "3, 4", "11, 0", "11, 1", "12, 0"})
  void anErrorAboutAnEchoReplyEndsHere(int type, int code) {
    byte[] reply = echoReply();
    long consumed = out.rig.verdicts(DropReason.CONSUMED);
    assertEquals(false, tells(type, code, reply));
    assertEquals(consumed + 1, out.rig.verdicts(DropReason.CONSUMED));
    assertEquals(0, out.stat(IpStat.ICMP_IN_ERRORS));
  }

  @Test
  void anErrorAboutAnErrorIsNoneOfOurs() {
    for (int type : new int[] {3, 4, 5, 8, 11, 12, 13}) {
      byte[] reply = echoReply();
      reply[20] = (byte) type; // Of these we have sent none that could be answered so.
      assertEquals(false, tells(3, 1, reply), "type " + type);
    }
    assertEquals(7, out.rig.verdicts(DropReason.ICMP_QUOTE));
  }
}
