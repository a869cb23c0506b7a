package dev.skiff.ip;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Rig;
import dev.skiff.skb.DropReason;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random fragments against a model made of plain arrays: X74 to X78. Replay with -Dskiff.seed=N.
 */
class ReassemblyModelTest {
  private static final long SEED = Long.getLong("skiff.seed", 791);
  private static final int STEPS = 30_000;
  private static final FragParms PLENTY = new FragParms(12 << 20, 12 << 20, FragRig.TIME_NS);

  private final Random random = new Random(SEED);
  private final Deque<Fragment> coming = new ArrayDeque<>();

  private Fragment keyed(Fragment fragment) {
    return fragment
        .from(Rig.PEER_IP + random.nextInt(2))
        .id(random.nextInt(3))
        .protocol(random.nextBoolean() ? 1 : 17);
  }

  /** A datagram in a few pieces, in any order, some of them twice; or a piece of nothing. */
  private void send() {
    int key = random.nextInt(8);
    if (key == 0) {
      byte[] data = new byte[random.nextInt(60)];
      random.nextBytes(data);
      int offset = 8 * (random.nextInt(5) == 0 ? 8180 + random.nextInt(12) : random.nextInt(12));
      coming.add(keyed(Fragment.of(offset, offset == 0 || random.nextBoolean(), data)));
      return;
    }
    byte[] data = Fragment.data(9 + random.nextInt(80), random.nextLong());
    List<Fragment> parts = Fragment.cut(data, 8 * (1 + random.nextInt(3)));
    if (parts.size() == 1) {
      return;
    }
    if (random.nextInt(4) == 0) {
      parts.add(parts.get(random.nextInt(parts.size())));
    }
    if (random.nextInt(4) > 0) {
      Collections.shuffle(parts, random);
    }
    Fragment like = keyed(parts.getFirst());
    byte[] options = new byte[4 * random.nextInt(11)];
    for (Fragment part : parts) {
      if (random.nextInt(20) > 0) {
        coming.add(
            part.from(like.saddr()).id(like.id()).protocol(like.protocol()).options(options));
      }
    }
  }

  @Test
  void whatIsHeldAndWhatIsMadeWholeIsWhatTheModelSays() {
    FragRig rig = new FragRig(PLENTY, b -> b.paranoid(false));
    FragModel model = new FragModel();
    Map<DropReason, Integer> seen = new EnumMap<>(DropReason.class);
    for (int step = 0; step < STEPS; step++) {
      String at = "seed " + SEED + " step " + step;
      while (coming.isEmpty()) {
        send();
      }
      if (random.nextInt(50) == 0) {
        rig.expired.clear();
        rig.after(random.nextInt(12) * FragRig.SECOND);
        assertEquals(model.expire(rig.nowNs), rig.expired.size(), at);
      }
      Fragment fragment = coming.remove();
      DropReason wanted = model.add(fragment, rig.nowNs + FragRig.TIME_NS);
      DropReason got = rig.add(fragment);
      assertEquals(wanted, got, at + " " + fragment);
      seen.merge(got, 1, Integer::sum);
      if (got == DropReason.CONSUMED) {
        assertArrayEquals(model.whole, FragRig.dataOf(rig.wholes.removeFirst()), at);
      }
      assertEquals(model.waiting(), rig.reassembly.inuse(), at);
      assertEquals(model.waiting() == 0, rig.reassembly.memory() == 0, at);
      assertEquals(model.waiting() == 0 ? 0 : 1, rig.timers.size(), at);
    }
    rig.end();
    for (DropReason reason :
        List.of(
            DropReason.CONSUMED,
            DropReason.NOT_DROPPED,
            DropReason.DUP_FRAG,
            DropReason.IP_FRAGMENT_OVERLAP,
            DropReason.IP_FRAGMENT_END,
            DropReason.IP_FRAGMENT_EMPTY,
            DropReason.IP_FRAGMENT_TOO_LONG)) {
      assertTrue(seen.getOrDefault(reason, 0) > 20, reason + " came too seldom: " + seen);
    }
    assertEquals(
        rig.stat(IpStat.IP_REASM_OKS),
        seen.getOrDefault(DropReason.CONSUMED, 0).longValue(),
        "seed " + SEED);
  }

  /** With bounds so small that something goes all the time, the books are right all the same. */
  @ParameterizedTest
  @ValueSource(ints = {0, 5000, 12_000, 30_000, 200_000})
  void withSmallBoundsTheBooksAreRight(int bytes) {
    FragRig rig = new FragRig(new FragParms(bytes, bytes / 2, FragRig.TIME_NS), b -> {});
    int before = rig.pool().held();
    for (int step = 0; step < STEPS / 10; step++) {
      while (coming.isEmpty()) {
        send();
      }
      if (random.nextInt(100) == 0) {
        rig.after(random.nextInt(12) * FragRig.SECOND);
      }
      var _ = rig.add(coming.remove());
      String at = "seed " + SEED + " step " + step;
      assertTrue(rig.pool().held() - before >= rig.reassembly.inuse(), at);
      assertEquals(rig.reassembly.inuse() == 0, rig.pool().held() == before, at);
      assertEquals(rig.reassembly.inuse() == 0, rig.reassembly.memory() == 0, at);
    }
    rig.end();
    assertEquals(before, rig.pool().held());
  }
}
