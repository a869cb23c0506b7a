package dev.skiff.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Datagram;
import dev.skiff.Frames;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * X70, X74, X84, X110, X119: an echo of any length, in fragments that come in any order, on a link
 * of 1500 bytes. RFC 1122 3.2.2.6, 3.3.2.
 */
class LongEchoTest {
  private static final int EACH = 1480;
  private static final int LONGEST = 65_507;
  private static final long SEED = Long.getLong("skiff.seed", 792);

  private final OutRig out = new OutRig();

  LongEchoTest() {
    out.rig.introducePeer();
  }

  private static List<Datagram> request(int n) {
    Datagram whole = new Datagram().echo(n);
    int length = Frames.ICMP_HLEN + n;
    List<Datagram> fragments = new ArrayList<>();
    for (int at = 0; at < length; at += EACH) {
      fragments.add(whole.fragment(at, at + EACH));
    }
    return fragments;
  }

  private static List<List<Datagram>> orders(List<Datagram> fragments) {
    List<Datagram> shuffled = new ArrayList<>(fragments);
    Collections.shuffle(shuffled, new Random(SEED));
    List<Datagram> lastFirst = new ArrayList<>(fragments);
    Collections.rotate(lastFirst, 1);
    return List.of(fragments, fragments.reversed(), shuffled, lastFirst);
  }

  private static byte[] payload(List<OutRig.Datagram> fragments) {
    ByteArrayOutputStream payload = new ByteArrayOutputStream();
    for (OutRig.Datagram fragment : fragments) {
      assertEquals(payload.size(), fragment.offset());
      assertEquals(fragment != fragments.getLast(), fragment.mf());
      assertEquals(fragments.getFirst().id(), fragment.id());
      assertEquals(fragments.size() == 1, fragment.df());
      payload.writeBytes(fragment.payload());
    }
    return payload.toByteArray();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 55, 56, 1472, 1473, 2952, 2953, 8000, 65_506, LONGEST})
  void everyByteComesBackInWhateverOrderTheFragmentsCome(int n) {
    byte[] wanted = Frames.icmp(0, 0, 0x5C1F, 1, Frames.data(n));
    for (List<Datagram> order : orders(request(n))) {
      order.forEach(fragment -> out.rig.inject(fragment.frame()));
      List<OutRig.Datagram> reply = out.turn();
      assertEquals((n + Frames.ICMP_HLEN + EACH - 1) / EACH, reply.size());
      assertTrue(Arrays.equals(wanted, payload(reply)), n + " bytes, seed " + SEED);
    }
    assertEquals(4, out.stat(IpStat.ICMP_OUT_ECHO_REPS));
  }

  /** X70, X76, X84: EMTU_R, RFC 1122 3.3.2; there is no longer datagram. */
  @Test
  void theLongestEchoIsAsLongAsDatagramsCanBe() {
    int longest = Frames.IP_HLEN + Frames.ICMP_HLEN + LONGEST;
    assertEquals(longest, Ipv4.maxReassembled());
    List<Datagram> fragments = new ArrayList<>(request(LONGEST));
    // One byte more in the last one, which then ends behind 65,535.
    byte[] more = new byte[(LONGEST + Frames.ICMP_HLEN) % EACH + 1];
    Datagram last = fragments.removeLast();
    int offset = fragments.size() * EACH / 8;
    fragments.add(last.copy().payload(more).fragOff(offset));
    fragments.forEach(fragment -> out.rig.inject(fragment.frame()));
    assertEquals(List.of(), out.turn());
    assertEquals(0, out.stat(IpStat.IP_REASM_OKS));
    assertFalse(out.rig.exchange(last.frame()).isEmpty(), "the right last one is still waited for");
  }
}
