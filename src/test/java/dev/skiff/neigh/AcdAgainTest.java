package dev.skiff.neigh;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.skiff.Rig;
import dev.skiff.dev.InIfaddr;
import org.junit.jupiter.api.Test;

/** RFC 5227: what was before an address was acquired does not count after it. */
class AcdAgainTest {
  private static final long SECOND = AcdRig.SECOND;

  private final AcdRig acd = new AcdRig("probe");

  private void conflict() {
    acd.rig.exchange(AcdRig.announcement(AcdRig.OTHER_MAC, Rig.OUR_IP));
  }

  @Test
  void conflictsBeforeAnAddressWasAcquiredAreNoneAfterIt() {
    for (int i = 0; i < 9; i++) {
      acd.next(); // A probe.
      conflict();
    }
    acd.acquire();
    conflict();
    conflict();
    assertEquals(InIfaddr.State.DUPLICATE, acd.state(Rig.OUR_IP));
    acd.run(20 * SECOND);
    assertEquals(InIfaddr.State.VALID, acd.state(Rig.OUR_IP), "tried again at once, not in 60 s");
  }

  @Test
  void anAddressThatIsAcquiredAnewIsDefendedAnew() {
    acd.acquire();
    long begun = acd.nowNs();
    conflict();
    conflict();
    assertEquals(InIfaddr.State.DUPLICATE, acd.state(Rig.OUR_IP));
    while (acd.state(Rig.OUR_IP) != InIfaddr.State.VALID) {
      acd.run(SECOND / 10);
    }
    assertEquals(true, acd.nowNs() - begun < 10 * SECOND, "within DEFEND_INTERVAL");
    conflict();
    assertEquals(InIfaddr.State.VALID, acd.state(Rig.OUR_IP), "the first one is defended");
  }
}
