package dev.skiff.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.NoLeaks;
import dev.skiff.Rig;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Which packets are timed, and what of them. */
@ExtendWith(NoLeaks.class)
class PacketTimesTest {
  private static final int ALL = 64 * BottomHalf.TIMED_ONE_IN;

  private final Rig rig = new Rig();

  /** A clock that goes on by one whenever it is asked, and what it is told. */
  private static final class Recorder implements PacketTimes {
    private final List<Long> took = new ArrayList<>();
    private long now;

    @Override
    public long nowNs() {
      return now++;
    }

    @Override
    public void took(long ns) {
      took.add(ns);
    }
  }

  private final Recorder times = new Recorder();

  /** Nobody's: a frame that ends soon. */
  private static final byte[] FRAME =
      Frames.ethernet(Rig.OUR_MAC, Rig.PEER_MAC, 0x1234, new byte[46]);

  private BitSet timed(int frames) {
    BitSet timed = new BitSet();
    for (int i = 0; i < frames; i++) {
      int before = times.took.size();
      rig.exchange(FRAME);
      timed.set(i, times.took.size() > before);
    }
    return timed;
  }

  @Test
  void oneInTwoHundredAndFiftySixIsTimedOnAverage() {
    rig.stack().netDevices().setPacketTimes(times);
    int timed = timed(ALL).cardinality();
    assertTrue(timed >= 62 && timed <= 66, timed + " of " + ALL);
    assertTrue(times.took.stream().allMatch(ns -> ns == 1), "the clock is read twice for each");
    assertEquals(2 * timed, times.now, "and for no other");
  }

  @Test
  void theyStandAtEveryPlaceInABurst() {
    rig.stack().netDevices().setPacketTimes(times);
    BitSet places = new BitSet();
    timed(ALL).stream().forEach(i -> places.set(i % 32));
    assertTrue(places.cardinality() >= 16, "of 32 places: " + places);
  }

  @Test
  void oneWhoseHandlerThrowsIsTimedToo() {
    rig.stack().netDevices().setPacketTimes(times);
    rig.stack()
        .packetTypes()
        .add(
            0x1234,
            (skb, dev, nowNs) -> {
              throw new IllegalStateException("on purpose");
            });
    rig.expectFaults(BottomHalf.TIMED_ONE_IN);
    var _ = timed(BottomHalf.TIMED_ONE_IN);
    assertEquals(1, times.took.size());
  }

  @Test
  void itEndsWhenItIsTakenAway() {
    rig.stack().netDevices().setPacketTimes(times);
    rig.stack().netDevices().setPacketTimes(null);
    assertEquals(0, timed(2 * BottomHalf.TIMED_ONE_IN).cardinality());
    assertEquals(0, times.now);
  }
}
