package dev.skiff.ip;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.dev.NetDevice;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.Packet;
import dev.skiff.skb.SkBuff;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When datagrams are given up: X72, X73. */
class ReassemblyTimeTest {
  private static final byte[] DATA = Fragment.data(32, 1);
  private static final Fragment FIRST = Fragment.part(DATA, 0, 16).options(new byte[] {1, 1, 1, 0});
  private static final Fragment SECOND = Fragment.part(DATA, 16, 24);
  private static final Fragment LAST = Fragment.part(DATA, 24, 32);

  private final FragRig rig = new FragRig();

  @AfterEach
  void nothingIsLeft() {
    rig.end();
  }

  /** X73: with fragment 0, which is shown as it came. */
  @Test
  void afterThirtySecondsAllIsGivenUpAndFragmentZeroIsTold() {
    rig.held(LAST, FIRST);
    assertEquals(0, rig.after(FragRig.TIME_NS - 1));
    assertEquals(2, rig.rig.stack().pool().held() - 1);
    assertEquals(1, rig.after(1));
    assertEquals(2, rig.rig.verdicts(DropReason.FRAG_REASM_TIMEOUT));
    assertEquals(1, rig.expired.size());
    assertArrayEquals(FIRST.bytes(), rig.expired.getFirst());
    rig.assertEmpty();
    rig.assertStats(0, 1, 1, 0);
  }

  /** X73: without fragment 0, no Time Exceeded. */
  @Test
  void withoutFragmentZeroNobodyIsTold() {
    rig.held(LAST, SECOND);
    rig.after(FragRig.TIME_NS);
    assertTrue(rig.expired.isEmpty());
    assertEquals(2, rig.rig.verdicts(DropReason.FRAG_REASM_TIMEOUT));
    rig.assertEmpty();
    rig.assertStats(0, 1, 1, 0);
  }

  /** X72: nor a duplicate. */
  @Test
  void laterFragmentsDoNotProlongTheTime() {
    rig.held(FIRST);
    rig.after(FragRig.TIME_NS / 2);
    rig.held(SECOND);
    assertEquals(DropReason.DUP_FRAG, rig.add(FIRST));
    rig.after(FragRig.TIME_NS / 2 - 1);
    assertEquals(1, rig.reassembly.inuse());
    rig.after(1);
    rig.assertEmpty();
    assertEquals(1, rig.expired.size());
  }

  /** X72. */
  @Test
  void theLastFragmentMayComeInTheLastNanosecond() {
    rig.held(FIRST, SECOND);
    rig.after(FragRig.TIME_NS - 1);
    assertArrayEquals(DATA, rig.completed(LAST));
    rig.after(FragRig.TIME_NS);
    rig.assertStats(1, 0, 0, 0);
  }

  /** X72: what is left of it is a datagram of its own, with a time of its own. */
  @Test
  void whatComesTooLateWaitsForItsOwnTime() {
    rig.held(FIRST);
    rig.after(FragRig.TIME_NS);
    rig.held(SECOND, LAST);
    rig.after(FragRig.TIME_NS - 1);
    assertEquals(1, rig.reassembly.inuse());
    rig.after(1);
    rig.assertEmpty();
    assertEquals(1, rig.expired.size());
    rig.assertStats(0, 2, 2, 0);
  }

  /** One timer is enough for all; each goes at its own time, also if older ones went otherwise. */
  @Test
  void eachDatagramGoesAtItsOwnTime() {
    for (int id = 0; id < 10; id++) {
      rig.held(FIRST.id(id));
      rig.after(FragRig.SECOND);
    }
    rig.held(SECOND.id(0));
    var _ = rig.completed(LAST.id(0));
    rig.after(FragRig.TIME_NS - 10 * FragRig.SECOND);
    for (int left = 9; left > 0; left--) {
      assertEquals(left, rig.reassembly.inuse());
      assertEquals(1, rig.timers.size());
      rig.after(FragRig.SECOND - 1);
      assertEquals(left, rig.reassembly.inuse());
      rig.after(1);
    }
    rig.assertEmpty();
    assertEquals(9, rig.expired.size());
  }

  /** A loop that was away for long. */
  @Test
  void allThatAreDueGoAtOnce() {
    for (int id = 0; id < 10; id++) {
      rig.held(FIRST.id(id));
      rig.after(FragRig.SECOND);
    }
    assertEquals(1, rig.after(100 * FragRig.SECOND));
    rig.assertEmpty();
    assertEquals(10, rig.expired.size());
  }

  /** X72: 1 to 120 s. */
  @ParameterizedTest
  @ValueSource(longs = {1, 60, 120})
  void theTimeCanBeSet(long seconds) {
    FragParms usual = FragParms.USUAL;
    FragRig other =
        new FragRig(
            new FragParms(usual.highThresh(), usual.sourceBytes(), seconds * FragRig.SECOND));
    other.held(FIRST);
    other.after(seconds * FragRig.SECOND - 1);
    assertEquals(1, other.reassembly.inuse());
    other.after(1);
    other.assertEmpty();
  }

  @Test
  void whoThrowsWhenToldCostsNothingButThat() {
    rig.held(FIRST, FIRST.id(8), LAST.id(8), FIRST.id(9));
    rig.onExpired =
        () -> {
          throw new IllegalStateException("a bug");
        };
    assertThrows(IllegalStateException.class, () -> rig.after(FragRig.TIME_NS));
    assertEquals(2, rig.reassembly.inuse());
    rig.onExpired = () -> {};
    rig.after(0);
    rig.assertEmpty();
    assertEquals(3, rig.expired.size());
    assertEquals(4, rig.rig.verdicts(DropReason.FRAG_REASM_TIMEOUT));
  }

  @Test
  void whoIsToldMayGiveUpTheRest() {
    rig.held(FIRST, FIRST.id(8), FIRST.id(9));
    rig.onExpired = rig.reassembly::purge;
    rig.after(FragRig.TIME_NS);
    rig.assertEmpty();
    assertEquals(1, rig.expired.size());
    assertEquals(2, rig.rig.verdicts(DropReason.QUEUE_PURGE));
  }

  // ---- Devices ----------------------------------------------------------------------------------

  @Test
  void whatCameByADeviceGoesWithIt() throws Exception {
    try (SecondInterface second = new SecondInterface(rig.rig.skiff)) {
      NetDevice other = second.dev;
      rig.held(FIRST, FIRST.id(8), LAST.id(9));
      assertEquals(DropReason.NOT_DROPPED, rig.add(rig.skb(LAST.id(8)), other));
      assertEquals(DropReason.NOT_DROPPED, rig.add(rig.skb(FIRST.id(10)), other));
      assertEquals(4, rig.reassembly.inuse());
      rig.reassembly.purge(other);
      assertEquals(2, rig.reassembly.inuse());
      assertEquals(3, rig.rig.verdicts(DropReason.QUEUE_PURGE));
      rig.assertStats(0, 2, 0, 0);
      rig.held(SECOND);
      assertArrayEquals(DATA, rig.completed(LAST));
    }
  }

  /** The device of fragment 0 for the error, that of the one that came last for the whole. */
  @Test
  void theSinkIsToldByWhichDevice() throws Exception {
    FragRig base = rig;
    try (SecondInterface second = new SecondInterface(base.rig.skiff)) {
      NetDevice[] told = new NetDevice[2];
      Reassembly reassembly =
          new Reassembly(
              base.pool(),
              base.timers,
              FragParms.USUAL,
              new SplittableRandom(1),
              stat -> {},
              new Reassembly.Sink() {
                @Override
                public DropReason whole(SkBuff skb, NetDevice dev, long nowNs) {
                  told[0] = dev;
                  return DropReason.CONSUMED;
                }

                @Override
                public void expired(Packet first, NetDevice dev, long nowNs) {
                  told[1] = dev;
                }
              });
      assertEquals(
          DropReason.NOT_DROPPED, reassembly.add(base.skb(FIRST), base.rig.device(), base.nowNs));
      assertEquals(DropReason.NOT_DROPPED, reassembly.add(base.skb(SECOND), second.dev, 0));
      SkBuff last = base.skb(LAST);
      assertEquals(DropReason.CONSUMED, reassembly.add(last, second.dev, base.nowNs));
      last.free(DropReason.CONSUMED);
      assertEquals(second.dev, told[0]);
      assertEquals(
          DropReason.NOT_DROPPED, reassembly.add(base.skb(FIRST), base.rig.device(), base.nowNs));
      assertEquals(DropReason.NOT_DROPPED, reassembly.add(base.skb(SECOND), second.dev, 0));
      base.after(FragRig.TIME_NS);
      assertEquals(base.rig.device(), told[1]);
    }
  }
}
