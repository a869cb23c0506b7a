package dev.skiff.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Datagram;
import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.Rounds;
import dev.skiff.Skiff;
import dev.skiff.header.Ip4Addr;
import dev.skiff.ip.IpStat;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * X61, X129: a frame of any bytes and any length is counted, and never fatal; NoLeaks holds the
 * books. Replay with -Dskiff.seed=N; scripts/test sends a million by another seed each time, which
 * it prints.
 */
class AnyFrameTest {
  private static final int FRAMES = Integer.getInteger("skiff.fuzz.frames", Rounds.of(50_000));
  private static final int LONGEST = 1600;
  private static final long SEED = Long.getLong("skiff.seed", 20_261_122L);

  /** So often it is looked at whether all is well. */
  private static final int BATCH = 1000;

  private static final int BURST = 16;
  private static final long MS = 1_000_000L;
  private static final long SECOND = 1000 * MS;

  /** Longer than anything is kept: fragments 120 s at most, paths 10 min. */
  private static final int LONG_S = 1200;

  private static final int ROUNDS = 20;
  private static final int RING = 1024;

  /** How deep it gets: what nothing reaches is not tested. */
  private static final List<IpStat> REACHED =
      List.of(
          IpStat.IP_IN_HDR_ERRORS,
          IpStat.IP_IN_ADDR_ERRORS,
          IpStat.IP_IN_UNKNOWN_PROTOS,
          IpStat.IP_REASM_OKS,
          IpStat.IP_REASM_FAILS,
          IpStat.IP_REASM_TIMEOUT,
          IpStat.ICMP_IN_CSUM_ERRORS,
          IpStat.ICMP_IN_DEST_UNREACHS,
          IpStat.ICMP_OUT_ECHO_REPS,
          IpStat.ICMP_OUT_DEST_UNREACHS,
          IpStat.ICMP_OUT_TIME_EXCDS,
          IpStat.ICMP_OUT_PARM_PROBS,
          IpStat.UDP_IN_CSUM_ERRORS,
          IpStat.UDP_NO_PORTS);

  /** X15. */
  @Test
  void everyLengthOfNoise() {
    Rig rig = new Rig();
    Random random = new Random(SEED);
    for (int length = 0; length <= LONGEST; length++) {
      byte[] frame = new byte[length];
      random.nextBytes(frame);
      rig.exchange(frame);
    }
    assertAnswers(rig, "noise");
  }

  /** As it is usually; and with all on that is usually off, which is more to get wrong. */
  @ParameterizedTest
  @ValueSource(strings = {"usual", "all on"})
  void mutatedFrames(String settings) {
    Rig rig = new Rig(RING, settings.equals("usual") ? builder -> {} : AnyFrameTest::allOn);
    Random random = new Random(SEED);
    AnyFrame frames = new AnyFrame(random);
    Deque<byte[]> last = new ArrayDeque<>();
    rig.introducePeer();
    long held = rig.stack().pool().held();
    for (int i = 1; i <= FRAMES / 2; i++) {
      byte[] frame = frames.next();
      last.add(frame);
      rig.inject(frame);
      if (i % BURST == 0) {
        rig.after(random.nextInt(20) == 0 ? random.nextLong(2 * SECOND) : random.nextLong(20 * MS));
        assertEquals(0, rig.stack().faults().count(), () -> "seed " + SEED + ":\n" + hex(last));
        last.clear();
      }
      if (i % BATCH == 0) {
        assertAnswers(rig, "frame " + i);
        if (random.nextInt(BATCH / 100) == 0) {
          rig.after(random.nextLong(LONG_S * SECOND));
        }
      }
    }
    for (int i = 0; i < ROUNDS; i++) {
      rig.after(LONG_S * SECOND / ROUNDS);
    }
    assertEquals(held, rig.stack().pool().held(), "in time all is given up; seed " + SEED);
    assertAnswers(rig, "the end");
    for (IpStat stat : REACHED) {
      assertTrue(rig.stack().ipv4().stat(stat) > 0, () -> stat + " never, seed " + SEED);
    }
  }

  private static void allOn(Skiff.Builder builder) {
    builder
        .gateway(Ip4Addr.format(Rig.PEER_IP))
        .rxCopybreak(256)
        .ipv4("accept_source_route=on,drop_unicast_in_l2_multicast=off,old_broadcasts=off")
        .ipv4("icmp_timestamp=on,icmp_echo_ignore_broadcasts=off,icmp_ratemask=0,ipfrag_time=1s");
  }

  private static String hex(Deque<byte[]> frames) {
    return frames.stream().map(AnyFrame::hex).collect(Collectors.joining("\n"));
  }

  /** An echo request of a host that is then introduced is answered, with all its data. */
  private static void assertAnswers(Rig rig, String when) {
    int host = Ip4Addr.parse("198.51.100.254");
    rig.turn();
    rig.exchange(Frames.arpRequest(Rig.PEER_MAC, host, Rig.OUR_IP));
    Datagram echo = new Datagram().from(host).icmp(8, 0, 9, 9, Frames.data(56));
    byte[] expected = Frames.icmp(0, 0, 9, 9, Frames.data(56));
    List<byte[]> answers = rig.exchange(echo.frame());
    int icmp = Frames.ETH_HLEN + Frames.IP_HLEN;
    assertTrue(
        answers.stream()
            .anyMatch(a -> Arrays.equals(expected, 0, 64, a, icmp, Math.min(a.length, icmp + 64))),
        () -> "no answer, seed " + SEED + ", " + when);
  }
}
