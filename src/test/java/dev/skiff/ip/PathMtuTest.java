package dev.skiff.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.Skiff;
import dev.skiff.dev.NetDevice;
import dev.skiff.header.Ip4Addr;
import dev.skiff.ip.OutRig.Datagram;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.Packet;
import dev.skiff.skb.SkBuff;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** X85, X97: what routers say of the path's MTU, and what is believed. RFC 1191. */
class PathMtuTest {
  private static final int ROUTER = Ip4Addr.parse("203.0.113.254");
  private static final int FAR = Ip4Addr.parse("203.0.113.9");
  private static final long SECOND = 1_000_000_000L;
  private static final long EXPIRES = 600 * SECOND;

  private boolean hasSent = true;

  private final IpHandler handler =
      new IpHandler() {
        @Override
        public DropReason receive(SkBuff skb, NetDevice dev, long nowNs) {
          return DropReason.CONSUMED;
        }

        @Override
        public boolean hasSent(Packet packet, int ip) {
          return hasSent;
        }
      };

  private OutRig out = rig(builder -> {});

  private OutRig rig(Consumer<Skiff.Builder> settings) {
    OutRig made =
        new OutRig(
            builder -> {
              builder.gateway(Ip4Addr.format(Rig.PEER_IP));
              settings.accept(builder);
            });
    made.ipv4().addProtocol(OutRig.PROTOCOL, handler);
    made.rig.introducePeer();
    return made;
  }

  /** Sends a datagram of so many bytes in all: what went out. */
  private List<Datagram> send(int daddr, int totLen) {
    return out.sent(OutRig.to(daddr), totLen - Frames.IP_HLEN);
  }

  private byte[] whole(int daddr, int totLen) {
    List<Datagram> sent = send(daddr, totLen);
    assertEquals(1, sent.size());
    assertTrue(sent.getFirst().df());
    return sent.getFirst().quote();
  }

  private void fragNeeded(int mtu, byte[] quote) {
    List<byte[]> answers = out.rig.exchange(OutRig.icmpError(ROUTER, 3, 4, mtu, quote));
    assertEquals(List.of(), answers, "an ICMP error is never answered");
  }

  private int mtu(int daddr) {
    return out.ipv4().mtu(daddr, out.rig.clock.nowNs());
  }

  private static byte[] with(byte[] quote, Consumer<ByteBuffer> change) {
    byte[] other = quote.clone();
    change.accept(ByteBuffer.wrap(other));
    return OutRig.summed(other);
  }

  // ---- What is believed -------------------------------------------------------------------------

  /** X84. */
  @Test
  void aRouterLowersTheMtuOfThePath() {
    byte[] quote = whole(FAR, 1500);
    assertEquals(1500, mtu(FAR));
    fragNeeded(1400, quote);
    assertEquals(1400, mtu(FAR));
    assertTrue(send(FAR, 1400).getFirst().df(), "what fits goes on to look for the MTU");
    List<Datagram> pieces = send(FAR, 1401);
    assertEquals(2, pieces.size());
    assertTrue(pieces.getFirst().totLen() <= 1400);
    assertEquals(
        DropReason.PKT_TOO_BIG, out.send(OutRig.to(FAR).pmtuDisc(PmtuDisc.DO), Frames.data(1381)));
    assertEquals(1, out.stat(IpStat.ICMP_IN_DEST_UNREACHS));
    assertEquals(0, out.stat(IpStat.ICMP_IN_ERRORS));
  }

  @Test
  void aSecondRouterLowersItAgain() {
    fragNeeded(1400, whole(FAR, 1500));
    fragNeeded(1006, whole(FAR, 1400));
    assertEquals(1006, mtu(FAR));
  }

  /** RFC 1191 4: the upper 16 bits are unused. */
  @Test
  void onlyTheLower16BitsAreTheMtu() {
    fragNeeded(0x7777_0000 | 1400, whole(FAR, 1500));
    assertEquals(1400, mtu(FAR));
  }

  /** RFC 1191 5, 7.1. */
  @ParameterizedTest
  @CsvSource({"1500, 1492", "1493, 1492", "1492, 1006", "1007, 1006", "1006, 552", "600, 552"})
  void anOldRouterThatSaysNoMtuHasTheNextThatLinksMostlyHave(int totLen, int mtu) {
    fragNeeded(0, whole(FAR, totLen));
    assertEquals(mtu, mtu(FAR));
  }

  @Test
  void thePlateausAreThoseOfRfc1191() {
    int[] plateaus = {68, 296, 508, 1006, 1492, 2002, 4352, 8166, 17_914, 32_000};
    for (int i = 0; i < plateaus.length; i++) {
      assertEquals(plateaus[i], PmtuCache.plateauBelow(plateaus[i] + 1));
      if (i > 0) {
        assertEquals(plateaus[i - 1], PmtuCache.plateauBelow(plateaus[i]));
      }
    }
    assertEquals(32_000, PmtuCache.plateauBelow(65_535));
  }

  /** {@code min_pmtu}: a link of less is rare, and who claims one wants us to send small pieces. */
  @ParameterizedTest
  @ValueSource(ints = {1, 67, 68, 300, 551})
  void belowTheFloorDfIsNotSetAnyMore(int mtu) {
    fragNeeded(mtu, whole(FAR, 1500));
    assertEquals(552, mtu(FAR));
    Datagram one = send(FAR, 400).getFirst();
    Datagram two = send(FAR, 400).getFirst();
    assertFalse(one.df(), "so that the router may fragment it");
    assertNotEquals(one.id(), two.id(), "RFC 6864 4.2");
    assertEquals(3, send(FAR, 1500).size());
  }

  @Test
  void atTheFloorDfIsStillSet() {
    fragNeeded(552, whole(FAR, 1500));
    assertEquals(552, mtu(FAR));
    assertTrue(send(FAR, 552).getFirst().df());
  }

  @Test
  void theFloorCanBeSetToTheLeastMtuThereIs() {
    out = rig(builder -> builder.ipv4("min_pmtu=68"));
    fragNeeded(300, whole(FAR, 1500));
    assertEquals(300, mtu(FAR));
    assertTrue(send(FAR, 300).getFirst().df());
    fragNeeded(67, whole(FAR, 300));
    assertEquals(68, mtu(FAR));
    assertFalse(send(FAR, 68).getFirst().df());
  }

  /** RFC 1191 6.3. */
  @Test
  void afterTenMinutesTheWholeMtuIsTriedAgain() {
    fragNeeded(300, whole(FAR, 1500));
    out.rig.after(EXPIRES - 1);
    assertEquals(552, mtu(FAR));
    out.rig.after(1);
    assertEquals(1500, mtu(FAR));
    assertTrue(send(FAR, 1500).getFirst().df());
  }

  @Test
  void howLongItIsRememberedCanBeSet() {
    out = rig(builder -> builder.ipv4("mtu_expires=30s"));
    fragNeeded(1400, whole(FAR, 1500));
    out.rig.after(30 * SECOND - 1);
    assertEquals(1400, mtu(FAR));
    out.rig.after(1);
    assertEquals(1500, mtu(FAR));
  }

  @Test
  void itIsThatOfOneDestination() {
    fragNeeded(1400, whole(FAR, 1500));
    assertEquals(1500, mtu(FAR + 1));
    assertEquals(1500, mtu(Rig.PEER_IP), "the gateway's own");
    assertEquals(1500, mtu(ROUTER));
  }

  private static byte[] echo() {
    byte[] echo = Frames.icmp(8, 0, 1, 1, Frames.data(1472));
    return OutRig.frame(Frames.ipv4(FAR, Rig.OUR_IP, 1, 64, echo));
  }

  private List<Boolean> dfOfReplies() {
    return Datagram.of(out.rig.exchange(echo())).stream().map(Datagram::df).toList();
  }

  /**
   * X119: whoever can send an echo request in another's name, and then say that the reply was too
   * long, must have no power over that one's path. Replies go there without DF for a while, so that
   * routers fragment them, and that is all.
   */
  @Test
  void ofEchoRepliesNoMoreIsBelievedThanThatTheyNeedFragmentation() {
    List<Datagram> whole = Datagram.of(out.rig.exchange(echo()));
    assertEquals(1, whole.size());
    assertEquals(true, whole.getFirst().df());
    fragNeeded(68, whole.getFirst().quote());
    assertEquals(1500, mtu(FAR));
    assertEquals(List.of(false), dfOfReplies());
    assertEquals(true, out.sent(OutRig.to(FAR), 1000).getFirst().df(), "what is no reply");
    out.rig.after(600 * SECOND);
    assertEquals(List.of(true), dfOfReplies());
  }

  /** A reply is no proof of what went there: nobody may say more of what is no reply for it. */
  @Test
  void aLongReplyLetsNobodySpeakOfWhatWasNotSent() {
    byte[] quote = with(Datagram.of(out.rig.exchange(echo())).getFirst().quote(), b -> {});
    quote[9] = (byte) 253; // As if of another protocol, which has sent nothing so long.
    fragNeeded(1000, OutRig.summed(quote));
    assertEquals(1500, mtu(FAR));
  }

  @Test
  void whatIsSentByACertainDeviceKeepsToItToo() {
    Flow flow = OutRig.to(FAR).dev(out.rig.device());
    Datagram first = out.sent(flow, 1480).getFirst();
    assertTrue(first.df());
    fragNeeded(1400, first.quote());
    assertEquals(2, out.sent(flow, 1480).size());
  }

  // ---- What is not ------------------------------------------------------------------------------

  /** RFC 1191 3, 8: a message never raises it. */
  @Test
  void nobodyRaisesIt() {
    byte[] quote = whole(FAR, 1500);
    fragNeeded(1000, quote);
    for (int mtu : new int[] {1000, 1001, 1400, 1499, 1500, 9000, 65_535}) {
      fragNeeded(mtu, quote);
      assertEquals(1000, mtu(FAR), "MTU " + mtu);
    }
    fragNeeded(0, quote); // 1492 is the plateau.
    assertEquals(1000, mtu(FAR));
  }

  @Test
  void whatDoesNotRaiseItDoesNotProlongIt() {
    byte[] quote = whole(FAR, 1500);
    fragNeeded(1000, quote);
    out.rig.after(EXPIRES / 2);
    fragNeeded(1000, quote);
    fragNeeded(1400, quote);
    out.rig.after(EXPIRES / 2);
    assertEquals(1500, mtu(FAR));
  }

  @ParameterizedTest
  @ValueSource(ints = {1000, 1001, 1500, 65_535})
  void anMtuThatTheDatagramWouldHavePassedIsNotBelieved(int mtu) {
    fragNeeded(mtu, whole(FAR, 1000));
    assertEquals(1500, mtu(FAR));
  }

  @Test
  void ofADestinationThatNothingWasSentToNothingIsBelieved() {
    byte[] quote = whole(FAR, 1500);
    int other = Ip4Addr.parse("203.0.113.10");
    fragNeeded(600, with(quote, header -> header.putInt(16, other)));
    assertEquals(1500, mtu(other));
    assertEquals(1500, mtu(FAR));
  }

  @Test
  void aQuoteOfALongerDatagramThanAnyThatWasSentIsNotBelieved() {
    byte[] quote = whole(FAR, 800);
    fragNeeded(600, with(quote, header -> header.putShort(2, (short) 801)));
    fragNeeded(0, with(quote, header -> header.putShort(2, (short) 1500)));
    assertEquals(1500, mtu(FAR));
    fragNeeded(600, quote);
    assertEquals(600, mtu(FAR));
  }

  @Test
  void aQuoteWithoutDfIsNotBelieved() {
    byte[] quote = whole(FAR, 1500);
    fragNeeded(600, with(quote, header -> header.putShort(6, (short) 0)));
    assertEquals(1500, mtu(FAR));
    var _ = out.sent(OutRig.to(FAR + 1).pmtuDisc(PmtuDisc.DONT), 1480);
    fragNeeded(600, with(quote, header -> header.putInt(16, FAR + 1)));
    assertEquals(1500, mtu(FAR + 1), "nothing went there with DF");
  }

  @Test
  void aQuoteOfSomebodyElsesDatagramIsNotBelieved() {
    byte[] quote = whole(FAR, 1500);
    fragNeeded(600, with(quote, header -> header.putInt(12, Rig.OUR_IP + 1)));
    assertEquals(1500, mtu(FAR));
    assertEquals(1, out.rig.verdicts(DropReason.ICMP_QUOTE));
    assertEquals(1, out.stat(IpStat.ICMP_IN_ERRORS));
  }

  /** RFC 5927 7.2 for those who know what they have sent. */
  @Test
  void itsProtocolMaySayThatItHasNotSentIt() {
    hasSent = false;
    fragNeeded(600, whole(FAR, 1500));
    assertEquals(1500, mtu(FAR));
    assertEquals(1, out.rig.verdicts(DropReason.ICMP_QUOTE));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 6, 17, 2})
  void ofAProtocolThatHasSentNothingNothingIsBelieved(int protocol) {
    byte[] quote = whole(FAR, 1500);
    byte[] forged = with(quote, header -> header.put(9, (byte) protocol));
    forged[Frames.IP_HLEN] = 8; // For ICMP an echo request, and nobody here pings.
    fragNeeded(600, forged);
    assertEquals(1500, mtu(FAR));
    assertEquals(1, out.rig.verdicts(DropReason.ICMP_QUOTE));
  }

  @Test
  void aQuoteWithLessThanAHeaderAndEightBytesIsNotBelieved() {
    byte[] quote = whole(FAR, 1500);
    for (int n = 0; n < quote.length; n++) {
      fragNeeded(600, Arrays.copyOf(quote, n));
    }
    assertEquals(1500, mtu(FAR));
    assertEquals(quote.length, out.rig.verdicts(DropReason.PKT_TOO_SMALL));
    assertEquals(quote.length, out.stat(IpStat.ICMP_IN_ERRORS));
    fragNeeded(600, quote);
    assertEquals(600, mtu(FAR));
  }

  @Test
  void aWrongChecksumIsNotBelieved() {
    byte[] frame = OutRig.icmpError(ROUTER, 3, 4, 600, whole(FAR, 1500));
    frame[OutRig.IP + Frames.IP_HLEN + 2] ^= 1;
    out.rig.exchange(frame);
    assertEquals(1500, mtu(FAR));
  }

  // ---- Bounds -----------------------------------------------------------------------------------

  @Test
  void ofManyPathsTheLastOnesAreKnownAndNoneIsTakenForAnother() {
    PmtuCache cache = new PmtuCache(68, EXPIRES, new SplittableRandom(1191));
    int n = 20_000;
    for (int i = 0; i < n; i++) {
      assertTrue(cache.lower(FAR + 7 * i, 100 + i % 1000, 1500, i));
    }
    int known = 0;
    for (int i = 0; i < n; i++) {
      int at = cache.find(FAR + 7 * i, n);
      known += at >= 0 ? 1 : 0;
      assertTrue(at < 0 || cache.mtu(at) == 100 + i % 1000);
    }
    assertTrue(known > 900 && known <= 1024, "known: " + known);
    assertTrue(cache.find(FAR + 7 * (n - 1), n) >= 0);
  }

  @Test
  void thousandsOfPathsTakeNoMemory() {
    for (int i = 0; i < 100; i++) {
      fragNeeded(1000, whole(FAR + 256 * i, 1500));
    }
    long bytes = out.rig.stack().pool().bytes();
    for (int i = 100; i < 3000; i++) {
      fragNeeded(1000, whole(FAR + 256 * i, 1500));
      assertEquals(1000, mtu(FAR + 256 * i));
    }
    assertEquals(bytes, out.rig.stack().pool().bytes());
  }

  // ---- The device's own MTU ---------------------------------------------------------------------

  @Test
  void theMtuOfAPathIsNeverMoreThanThatOfItsFirstLink() {
    fragNeeded(1400, whole(FAR, 1500));
    out.rig.device().changeMtu(1000);
    assertEquals(1000, mtu(FAR));
    assertEquals(2, send(FAR, 1400).size());
    out.rig.device().changeMtu(1500);
    assertEquals(1400, mtu(FAR));
  }

  @Test
  void onALinkOfLessThanTheFloorItIsTheLinks() {
    out = rig(builder -> builder.mtu(500));
    fragNeeded(400, whole(FAR, 500));
    assertEquals(500, mtu(FAR), "and without DF, since it is less than min_pmtu");
    assertFalse(send(FAR, 500).getFirst().df());
  }
}
