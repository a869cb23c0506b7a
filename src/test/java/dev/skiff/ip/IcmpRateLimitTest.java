package dev.skiff.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.skiff.Datagram;
import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.header.Ip4Addr;
import dev.skiff.neigh.NeighbourState;
import dev.skiff.neigh.NeighbourTable;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * X102: ICMP errors are limited as in Linux, RFC 1812 4.3.2.8: {@code icmp_ratelimit} 1 s for each
 * target, 6 at once ({@code XRLIM_BURST_FACTOR}), {@code icmp_msgs_per_sec} 1000 and {@code
 * icmp_msgs_burst} 50 for all together. Echo replies are not.
 */
class IcmpRateLimitTest {
  private static final long MS = 1_000_000L;
  private static final long SECOND = 1000 * MS;
  private static final int BURST = 6;
  private static final int GLOBAL_BURST = 50;

  /**
   * {@code icmp_global_consume} takes up to so many at once: else credit could be counted from
   * afar.
   */
  private static final int BLUR = 3;

  private static final int FLOOD = 100;
  private static final int FIRST_OTHER = Ip4Addr.parse("203.0.113.1");

  private final Rig rig = new Rig(256, builder -> builder.gateway(Ip4Addr.format(Rig.PEER_IP)));

  @BeforeEach
  void peerIsKnownForEver() {
    rig.stack()
        .neighbours()
        .add(
            rig.device(),
            Rig.PEER_IP,
            Rig.PEER_MAC,
            NeighbourState.PERMANENT,
            NeighbourTable.IfThere.REFUSE,
            rig.clock.nowNs());
  }

  private static byte[] udpFrom(int address) {
    return new Datagram().from(address).udp(9, Frames.data(20)).frame();
  }

  /** Errors that come of so many datagrams to closed ports, all at one time. */
  @CanIgnoreReturnValue
  private int errors(int datagrams, int from) {
    int errors = 0;
    for (int i = 0; i < datagrams; i++) {
      errors += count(rig.exchange(udpFrom(from)), 3);
    }
    return errors;
  }

  private static int count(List<byte[]> frames, int type) {
    return (int) frames.stream().filter(f -> f[23] == Datagram.ICMP && f[34] == type).count();
  }

  @Test
  void ofAFloodToClosedPortsSixAreAnsweredAndThenOneASecond() {
    assertEquals(BURST, errors(FLOOD, Rig.PEER_IP));
    for (int s = 0; s < 10; s++) {
      rig.after(SECOND / 2);
      assertEquals(0, errors(FLOOD, Rig.PEER_IP), "half a second later");
      rig.after(SECOND / 2);
      assertEquals(1, errors(FLOOD, Rig.PEER_IP), "a second later");
    }
  }

  @Test
  void whoIsSilentForSixSecondsHasSixAgainAndNotMore() {
    assertEquals(BURST, errors(FLOOD, Rig.PEER_IP));
    rig.after(BURST * SECOND);
    assertEquals(BURST, errors(FLOOD, Rig.PEER_IP));
    rig.after(1000 * SECOND);
    assertEquals(BURST, errors(FLOOD, Rig.PEER_IP));
  }

  @Test
  void oneTargetsFloodTakesNothingFromAnother() {
    assertEquals(BURST, errors(FLOOD, FIRST_OTHER));
    assertEquals(BURST, errors(FLOOD, FIRST_OTHER + 1));
  }

  @Test
  void errorsOfAllKindsShareOneLimit() {
    Datagram unknown = new Datagram().protocol(Datagram.UNKNOWN_PROTOCOL).payload(new byte[8]);
    Datagram badOption = new Datagram().options("07000000").echo(8);
    int sent = 0;
    for (int i = 0; i < FLOOD; i++) {
      sent += count(rig.exchange(unknown.frame()), 3);
      sent += count(rig.exchange(badOption.frame()), 12);
      sent += errors(1, Rig.PEER_IP);
    }
    assertEquals(BURST, sent);
  }

  @Test
  void echoRepliesAreNotLimited() {
    errors(FLOOD, Rig.PEER_IP);
    int replies = 0;
    for (int i = 0; i < 20 * FLOOD; i++) {
      replies += count(rig.exchange(Frames.echoRequest(1, i, Frames.data(8))), 0);
    }
    assertEquals(20 * FLOOD, replies);
    assertEquals(BURST, errors(FLOOD, FIRST_OTHER), "and take nothing from the errors");
  }

  @Test
  void toManyTargetsFiftyAtOnceAreSentAndThenAThousandASecond() {
    int sent = 0;
    for (int i = 0; i < 4 * GLOBAL_BURST; i++) {
      sent += errors(1, FIRST_OTHER + i);
    }
    assertTrue(sent <= GLOBAL_BURST && sent > GLOBAL_BURST - 2 * BLUR, "at once: " + sent);
    rig.after(20 * MS);
    sent = 0;
    for (int i = 0; i < 4 * GLOBAL_BURST; i++) {
      sent += errors(1, Ip4Addr.parse("198.18.0.1") + i);
    }
    assertTrue(sent <= 20 + BLUR && sent >= 20 - 2 * BLUR, "in 20 ms: " + sent);
  }

  @Test
  void whatTheLimitForAllRefusesTakesNothingFromItsTarget() {
    for (int i = 0; i < 4 * GLOBAL_BURST; i++) {
      errors(1, FIRST_OTHER + i);
    }
    int late = Ip4Addr.parse("198.18.9.9");
    assertEquals(0, errors(FLOOD, late));
    rig.after(SECOND);
    assertEquals(BURST, errors(FLOOD, late));
  }
}
