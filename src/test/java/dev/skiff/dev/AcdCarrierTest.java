package dev.skiff.dev;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.time.TimerQueue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 5227 2.1: addresses are looked for whenever the link comes back, not only at the start. */
class AcdCarrierTest {
  private static final long SECOND = 1_000_000_000L;
  private static final byte[] PROBE = Frames.arpRequest(Rig.OUR_MAC, 0, Rig.OUR_IP);
  private static final byte[] ANNOUNCEMENT = Frames.arpRequest(Rig.OUR_MAC, Rig.OUR_IP, Rig.OUR_IP);

  private static void carrier(BenchRig rig, boolean there) {
    rig.wire.newCarrier = there;
    rig.device().lookAtLink();
  }

  private static InIfaddr.State state(BenchRig rig) {
    return Objects.requireNonNull(rig.device().inDev().find(Rig.OUR_IP)).state();
  }

  private static long due(BenchRig rig) {
    return Rig.stackOf(rig.skiff).timers().nextDeadlineNs();
  }

  private static void run(BenchRig rig, int seconds) {
    for (int i = 0; i < 10 * seconds; i++) {
      rig.after(SECOND / 10);
    }
  }

  private static void assertSentSince(BenchRig rig, int before, byte[]... expected) {
    assertEquals(before + expected.length, rig.wire.sent.size());
    for (int i = 0; i < expected.length; i++) {
      assertArrayEquals(expected[i], rig.wire.sent.get(before + i));
    }
  }

  /** X39. */
  @Test
  void aLinkThatComesBackIsProbedAnew() {
    try (BenchRig rig = new BenchRig(b -> b.acd("probe"))) {
      run(rig, 20);
      assertSentSince(rig, 0, PROBE, PROBE, PROBE, ANNOUNCEMENT, ANNOUNCEMENT);
      carrier(rig, false);
      assertEquals(TimerQueue.NONE, due(rig));
      run(rig, 100);
      assertSentSince(rig, 5);
      carrier(rig, true);
      assertEquals(InIfaddr.State.TENTATIVE, state(rig));
      assertFalse(rig.device().inDev().has(Rig.OUR_IP));
      run(rig, 20);
      assertSentSince(rig, 5, PROBE, PROBE, PROBE, ANNOUNCEMENT, ANNOUNCEMENT);
      assertEquals(InIfaddr.State.VALID, state(rig));
      assertEquals(TimerQueue.NONE, due(rig));
    }
  }

  /** Whatever it was at: before the first probe, between them, while it waits or announces. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
  void aLinkLostMeanwhileLeavesNoTimerAndProbesFromTheBeginning(int seconds) {
    try (BenchRig rig = new BenchRig(b -> b.acd("probe"))) {
      run(rig, seconds);
      carrier(rig, false);
      assertEquals(TimerQueue.NONE, due(rig));
      int before = rig.wire.sent.size();
      run(rig, 100);
      carrier(rig, true);
      run(rig, 20);
      assertSentSince(rig, before, PROBE, PROBE, PROBE, ANNOUNCEMENT, ANNOUNCEMENT);
    }
  }

  @Test
  void aDeviceThatIsOpenedWithoutALinkBeginsWhenItHasOne() {
    try (BenchRig rig = new BenchRig(b -> b.acd("probe"))) {
      rig.device().stop();
      rig.wire.carrier = false;
      rig.wire.newCarrier = false;
      assertTrue(open(rig));
      run(rig, 20);
      assertSentSince(rig, 0);
      assertEquals(InIfaddr.State.TENTATIVE, state(rig));
      carrier(rig, true);
      run(rig, 20);
      assertSentSince(rig, 0, PROBE, PROBE, PROBE, ANNOUNCEMENT, ANNOUNCEMENT);
    }
  }

  private static boolean open(BenchRig rig) {
    try {
      rig.device().open();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return rig.device().isUp();
  }

  @Test
  void aLinkThatComesBackIsToldWhoWeAre() {
    try (BenchRig rig = new BenchRig(b -> b.acd("defend"))) {
      run(rig, 20);
      assertSentSince(rig, 0, ANNOUNCEMENT, ANNOUNCEMENT);
      carrier(rig, false);
      assertTrue(rig.device().inDev().has(Rig.OUR_IP), "nobody else can have taken it");
      carrier(rig, true);
      run(rig, 20);
      assertSentSince(rig, 2, ANNOUNCEMENT, ANNOUNCEMENT);
      assertEquals(TimerQueue.NONE, due(rig));
    }
  }

  @Test
  void aDeviceWhoseWireDiesLeavesNoTimer() {
    for (String mode : new String[] {"probe", "defend"}) {
      try (BenchRig rig = new BenchRig(b -> b.acd(mode))) {
        run(rig, 1);
        rig.device().fail("bench: unplugged");
        assertEquals(TimerQueue.NONE, due(rig));
        run(rig, 10);
      }
    }
  }

  @Test
  void otherChangesOfFlagsDoNotBeginAnew() {
    try (BenchRig rig = new BenchRig(b -> b.acd("probe"))) {
      run(rig, 20);
      rig.device().setPromiscuity(1);
      rig.device().setAllmulti(1);
      rig.device().changeMtu(1400);
      run(rig, 20);
      assertSentSince(rig, 0, PROBE, PROBE, PROBE, ANNOUNCEMENT, ANNOUNCEMENT);
      assertEquals(InIfaddr.State.VALID, state(rig));
    }
  }
}
