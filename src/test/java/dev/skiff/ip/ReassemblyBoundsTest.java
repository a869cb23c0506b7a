package dev.skiff.ip;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Rig;
import dev.skiff.header.Ip4Addr;
import dev.skiff.skb.DropReason;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What fragments may take, and who goes if they take too much: X76, X79. */
class ReassemblyBoundsTest {
  private static final int ATTACKER = Ip4Addr.parse("198.51.100.66");
  private static final byte[] HONEST = Fragment.data(3000, 1);
  private static final byte[] PAYLOAD = Fragment.data(1480, 2);
  private static final FragParms SMALL = new FragParms(64 << 10, 0, FragRig.TIME_NS);

  private FragRig rig = new FragRig();

  @AfterEach
  void nothingIsLeft() {
    rig.end();
  }

  private static Fragment first(int id) {
    return Fragment.of(0, true, PAYLOAD).id(id);
  }

  // ---- Ping of death ----------------------------------------------------------------------------

  /** X76. */
  @ParameterizedTest
  @CsvSource({"8191,100", "8189,8", "8188,12", "8100,1480"})
  void whatEndsBehind65535IsDropped(int block, int len) {
    rig.held(Fragment.of(0, true, PAYLOAD));
    for (boolean more : new boolean[] {true, false}) {
      Fragment beyond = Fragment.of(block * 8, more, new byte[(len + 7) / 8 * 8]);
      assertEquals(DropReason.IP_FRAGMENT_TOO_LONG, rig.add(beyond));
    }
    assertEquals(1, rig.reassembly.inuse());
    rig.assertStats(0, 2, 0, 0);
  }

  /** X76: the last byte that may be there. */
  @Test
  void whatEndsAt65535IsHeld() {
    rig.held(Fragment.of(8188 * 8, false, new byte[11]));
    assertEquals(
        DropReason.IP_FRAGMENT_TOO_LONG, rig.add(Fragment.of(8188 * 8, false, new byte[12]).id(8)));
  }

  // ---- The bounds -------------------------------------------------------------------------------

  /** X79: of all. */
  @Test
  void theOldestDatagramOfAllMakesRoom() {
    int sent = 0;
    while (rig.rig.verdicts(DropReason.IP_FRAGMENT_EVICTED) == 0) {
      rig.held(first(1).from(ATTACKER + sent++));
    }
    assertEquals(sent - 1, rig.reassembly.inuse());
    assertTrue(rig.reassembly.memory() > rig.cap - 8192, "memory " + rig.reassembly.memory());
    // The second is the oldest now, and gone when the next comes; the third is still there.
    rig.held(first(1).from(ATTACKER - 1));
    Fragment rest = Fragment.of(PAYLOAD.length, false, PAYLOAD).id(1);
    var _ = rig.completed(rest.from(ATTACKER + 2));
    assertEquals(DropReason.NOT_DROPPED, rig.add(rest.from(ATTACKER + 1)));
    assertTrue(rig.stat(IpStat.IP_REASM_FAILS) >= 2);
  }

  /** X79: of one source, whose own oldest makes room. */
  @Test
  void theOldestDatagramOfASourceMakesRoomForItsYoungest() {
    rig.held(first(0).from(Rig.PEER_IP));
    int sent = 0;
    while (rig.rig.verdicts(DropReason.IP_FRAGMENT_EVICTED) == 0) {
      rig.held(first(sent++).from(ATTACKER));
    }
    assertTrue(rig.reassembly.memory() < rig.cap / 4 + 8192, "memory " + rig.reassembly.memory());
    Fragment rest = Fragment.of(PAYLOAD.length, false, PAYLOAD);
    var _ = rig.completed(rest.id(0).from(Rig.PEER_IP));
    var _ = rig.completed(rest.id(1).from(ATTACKER));
    rig.held(rest.id(0).from(ATTACKER));
  }

  /** X79: a datagram of which there is more than a source may have costs no other its place. */
  @Test
  void aDatagramThatAloneTakesTooMuchIsGivenUp() {
    rig.held(first(1), first(2));
    int held = 0; // By somebody else: of one source, its older ones would go first.
    DropReason reason = DropReason.NOT_DROPPED;
    while (reason == DropReason.NOT_DROPPED) {
      reason = rig.add(Fragment.of(8 * held++, true, new byte[8]).from(ATTACKER));
    }
    assertEquals(DropReason.IP_FRAGMENT_EVICTED, reason);
    assertTrue(held > 500, "fragments of 8 bytes: " + held);
    assertEquals(held, rig.rig.verdicts(DropReason.IP_FRAGMENT_EVICTED));
    Fragment rest = Fragment.of(PAYLOAD.length, false, PAYLOAD);
    var _ = rig.completed(rest.id(1));
    var _ = rig.completed(rest.id(2));
    rig.assertStats(2, 1, 0, 0);
  }

  /**
   * It may be the oldest of all itself, and it is then its own fragment that there is no room for.
   */
  @Test
  void aDatagramThatIsTheOldestGoesThoughItsNextFragmentHasCome() {
    rig.held(first(1).from(ATTACKER));
    int sent = 0;
    while (rig.cap - rig.reassembly.memory() >= FragQueue.BYTES + 8192) {
      rig.held(first(1).from(Rig.PEER_IP + 1000 + sent++));
    }
    DropReason reason = DropReason.NOT_DROPPED;
    for (int at = 1; reason == DropReason.NOT_DROPPED; at++) {
      reason = rig.add(Fragment.of(PAYLOAD.length * at, true, PAYLOAD).id(1).from(ATTACKER));
    }
    assertEquals(DropReason.IP_FRAGMENT_EVICTED, reason);
    assertEquals(sent, rig.reassembly.inuse());
    assertEquals(1, rig.stat(IpStat.IP_REASM_FAILS));
  }

  /** The fragment that makes a datagram whole is not held, so that it needs no room. */
  @Test
  void theFragmentThatMakesADatagramWholeNeedsNoRoom() {
    rig = new FragRig(SMALL);
    List<Fragment> parts = Fragment.cut(Fragment.data(4 * 1480, 3), 1480);
    rig.held(parts.get(0), parts.get(1), parts.get(2));
    int before = rig.reassembly.memory();
    assertTrue(before + 2304 > (64 << 10) / 4 / 2, "memory " + before);
    var _ = rig.completed(parts.get(3));
    assertEquals(0, rig.rig.verdicts(DropReason.IP_FRAGMENT_EVICTED));
  }

  @Test
  void withoutMemoryNoFragmentIsHeld() {
    rig = new FragRig(new FragParms(0, 0, FragRig.TIME_NS));
    assertEquals(DropReason.IP_FRAGMENT_EVICTED, rig.add(first(1)));
    rig.assertStats(0, 1, 0, 0);
  }

  /** Fewer bytes than one fragment takes for a source, plenty for all. */
  @Test
  void aSourceWithoutAShareGetsNothing() {
    rig = new FragRig(new FragParms(1 << 20, 100, FragRig.TIME_NS));
    assertEquals(DropReason.IP_FRAGMENT_EVICTED, rig.add(first(1)));
    rig.assertEmpty();
  }

  // ---- Floods -----------------------------------------------------------------------------------

  /**
   * X79: somebody sends nothing but first fragments (0), last ones (1), ones of the middle (2), the
   * shortest (3), the same again and again (4) or ever more of one datagram (5), a hundred for each
   * of an honest peer's; its datagrams are all put together.
   */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5})
  void aFloodFromOneSourceCostsTheHonestPeerNothing(int kind) {
    rig = new FragRig(FragParms.USUAL, b -> b.paranoid(false));
    int sent = 0;
    for (int id = 0; id < 60; id++) {
      for (Fragment part : Fragment.cut(HONEST, 1480)) {
        for (int i = 0; i < 100; i++) {
          var _ = rig.add(flood(kind, sent++).from(ATTACKER));
        }
        if (part.more()) {
          rig.held(part.id(id));
        } else {
          assertArrayEquals(HONEST, rig.completed(part.id(id)));
        }
      }
    }
    assertEquals(60, rig.stat(IpStat.IP_REASM_OKS));
    assertTrue(rig.reassembly.memory() <= rig.cap / 4, "memory " + rig.reassembly.memory());
  }

  private static Fragment flood(int kind, int i) {
    return switch (kind) {
      case 0 -> first(i & 0xFFFF);
      case 1 -> Fragment.of(PAYLOAD.length, false, PAYLOAD).id(i & 0xFFFF);
      case 2 -> Fragment.of(PAYLOAD.length, true, PAYLOAD).id(i & 0xFFFF);
      case 3 -> Fragment.of(8, true, new byte[8]).id(i & 0xFFFF).protocol(i >>> 16);
      case 4 -> first(7);
      default -> Fragment.of(8 * (i % 8000 + 1), true, new byte[8]);
    };
  }

  /** X79: from ever new sources; what is honest is put together before it is the oldest. */
  @Test
  void aFloodFromManySourcesCostsAQuickPeerNothing() {
    rig = new FragRig(FragParms.USUAL, b -> b.paranoid(false));
    int sent = 0;
    for (int id = 0; id < 60; id++) {
      for (Fragment part : Fragment.cut(HONEST, 1480)) {
        for (int i = 0; i < 100; i++) {
          var _ = rig.add(first(1).from(Ip4Addr.parse("203.0.0.0") + sent++));
        }
        if (part.more()) {
          rig.held(part.id(id));
        } else {
          assertArrayEquals(HONEST, rig.completed(part.id(id)));
        }
      }
    }
    assertTrue(rig.rig.verdicts(DropReason.IP_FRAGMENT_EVICTED) > 10_000);
    assertTrue(rig.reassembly.memory() > rig.cap / 2, "memory " + rig.reassembly.memory());
  }

  /** X79: when the flood is over, and its time too, nothing of it is left. */
  @Test
  void aFloodIsForgottenAfterItsTime() {
    for (int i = 0; i < 3000; i++) {
      rig.held(first(1).from(ATTACKER + i));
    }
    rig.after(FragRig.TIME_NS);
    rig.assertEmpty();
    assertEquals(3000, rig.stat(IpStat.IP_REASM_FAILS));
    assertEquals(rig.stat(IpStat.IP_REASM_TIMEOUT), rig.expired.size());
  }

  // ---- FragParms --------------------------------------------------------------------------------

  /** X72. */
  @Test
  void theUsualParmsAreFourMegabytesAQuarterOfItForASourceAndThirtySeconds() {
    assertEquals(4 << 20, FragParms.USUAL.highThresh());
    assertEquals(1 << 20, FragParms.USUAL.sourceLimit());
    assertEquals(30 * FragRig.SECOND, FragParms.USUAL.timeNs());
  }

  @Test
  void noMoreIsTakenThanThePoolHasToSpare() {
    FragParms less = FragParms.USUAL.withAtMost(1 << 20);
    assertEquals(1 << 20, less.highThresh());
    assertEquals(1 << 18, less.sourceLimit());
    assertEquals(FragParms.USUAL, FragParms.USUAL.withAtMost(1L << 40));
    assertEquals(1000, new FragParms(1000, 2000, FragRig.SECOND).sourceLimit());
  }

  @ParameterizedTest
  @CsvSource({"-1,0,30000000000", "0,-1,30000000000", "0,0,999999999", "0,0,120000000001"})
  void parmsThatMakeNoSenseAreRefused(int high, int source, long timeNs) {
    assertThrows(IllegalArgumentException.class, () -> new FragParms(high, source, timeNs));
  }
}
