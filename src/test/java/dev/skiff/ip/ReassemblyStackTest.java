package dev.skiff.ip;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.header.Ip4Addr;
import dev.skiff.skb.DropReason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Fragments through the whole stack: X70, X73, X79, X80, X82, X83. */
class ReassemblyStackTest {
  private static final int ICMP = 1;
  private static final int MOST_DATA = 65_507;
  private static final int IP = Frames.ETH_HLEN;
  private static final int ATTACKER = Ip4Addr.parse("198.51.100.66");

  private static Rig rig() {
    return rig(new Rig(64));
  }

  private static Rig rig(Rig rig) {
    rig.introducePeer();
    return rig;
  }

  private static byte[] frame(Fragment fragment) {
    return Frames.padded(Frames.ethernet(Rig.OUR_MAC, Rig.PEER_MAC, 0x0800, fragment.bytes()));
  }

  private static List<Fragment> request(int sequence, byte[] data, int size) {
    List<Fragment> parts = Fragment.cut(Frames.icmp(8, 0, 77, sequence, data), size);
    parts.replaceAll(part -> part.protocol(ICMP).id(sequence));
    return parts;
  }

  /** What the ICMP messages in these frames say, which may be fragments, in order. */
  private static byte[] payload(List<byte[]> frames) {
    byte[] all = new byte[0];
    for (byte[] frame : frames) {
      assertEquals(0, Frames.checksum(frame, IP, Frames.IP_HLEN));
      int from = IP + Frames.IP_HLEN;
      int to = IP + Frames.u16(frame, IP + 2);
      assertEquals(all.length, (Frames.u16(frame, IP + 6) & 0x1FFF) * 8);
      byte[] part = Arrays.copyOfRange(frame, from, to);
      all = Arrays.copyOf(all, all.length + part.length);
      System.arraycopy(part, 0, all, all.length - part.length, part.length);
    }
    return all;
  }

  private static void assertAnswered(byte[] data, List<byte[]> out) {
    byte[] reply = payload(out);
    assertEquals(0, Frames.u8(reply, 0), "type");
    assertEquals(0, Frames.checksum(reply, 0, reply.length));
    assertArrayEquals(data, Arrays.copyOfRange(reply, Frames.ICMP_HLEN, reply.length));
  }

  /** X79: where received frames may be long their buffers are, and fragments are not charged so. */
  @ParameterizedTest
  @ValueSource(ints = {9000, 65_521})
  void usualFragmentsAreTakenAtTheGreatestMtuToo(int mtu) {
    try (Rig rig = rig(new Rig(64, 65_536, b -> b.mtu(mtu)))) {
      byte[] data = Frames.data(MOST_DATA);
      for (int sequence = 1; sequence <= 3; sequence++) {
        List<byte[]> out = new ArrayList<>();
        for (Fragment fragment : request(sequence, data, 1480)) {
          out.addAll(rig.exchange(frame(fragment)));
        }
        assertAnswered(data, out);
      }
      assertEquals(0, rig.verdicts(DropReason.IP_FRAGMENT_EVICTED));
    }
  }

  /** X70: ping -s, up to the longest, in order and not. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 9, 40, 1473, 3000, 20_000, MOST_DATA - 1, MOST_DATA})
  void anEchoRequestInFragmentsIsAnsweredWithAllItsData(int n) {
    Rig rig = rig();
    byte[] data = Fragment.data(n, n);
    for (int round = 0; round < 3; round++) {
      List<Fragment> parts = request(round, data, n < 1000 ? 8 : 1480);
      if (round > 0) {
        Collections.shuffle(parts, new Random(round));
      }
      parts.forEach(part -> rig.inject(frame(part)));
      assertAnswered(data, rig.turn());
    }
    assertEquals(3, rig.stack().ipv4().stat(IpStat.IP_REASM_OKS));
    assertEquals(3, rig.stack().ipv4().stat(IpStat.ICMP_IN_ECHOS));
  }

  /** X80: the ICMP header in two fragments is whole in the end; a whole of less than it is not. */
  @Test
  void aDatagramShorterThanItsTransportHeaderIsTheTransportsToRefuse() {
    Rig rig = rig(new Rig());
    Fragment first = Fragment.of(0, true, new byte[8]);
    rig.inject(frame(first));
    rig.inject(frame(Fragment.of(8, false, new byte[4])));
    var _ = rig.turn();
    assertEquals(1, rig.stack().ipv4().stat(IpStat.IP_REASM_OKS));
  }

  /** X82, X83: an atomic datagram's id says nothing: the same twice, and that of a fragment. */
  @Test
  void theIdOfWhatIsNoFragmentIsIgnored() {
    Rig rig = rig();
    byte[] data = Fragment.data(56, 1);
    Fragment atomic =
        Fragment.of(0, false, Frames.icmp(8, 0, 77, 1, data)).protocol(ICMP).id(0).df(true);
    List<Fragment> parts = request(0, Fragment.data(3000, 2), 1480);
    rig.inject(frame(parts.get(0)));
    rig.inject(frame(parts.get(2)));
    assertEquals(List.of(), rig.turn());
    for (int i = 0; i < 3; i++) {
      assertAnswered(data, rig.exchange(frame(i == 2 ? atomic.df(false) : atomic)));
    }
    assertAnswered(Fragment.data(3000, 2), rig.exchange(frame(parts.get(1))));
    assertEquals(3, rig.stack().ipv4().stat(IpStat.IP_REASM_REQDS));
  }

  /** X73: code 1, about fragment 0; nothing without it. */
  @Test
  void whoeverSentTheFirstFragmentIsToldThatTheRestDidNotCome() {
    Rig rig = rig();
    List<Fragment> parts = request(1, Fragment.data(3000, 3), 1480);
    List<Fragment> others = request(2, Fragment.data(3000, 4), 1480);
    for (Fragment part : List.of(parts.get(0), parts.get(2), others.get(1), others.get(2))) {
      assertEquals(List.of(), rig.exchange(frame(part)));
    }
    assertEquals(List.of(), rig.after(FragRig.TIME_NS - 1));
    List<byte[]> out = rig.after(1);
    assertEquals(1, out.size());
    byte[] error = payload(out);
    assertEquals(0x0B01, Frames.u16(error, 0));
    assertEquals(0, Frames.checksum(error, 0, error.length));
    byte[] quoted = Arrays.copyOfRange(error, Frames.ICMP_HLEN, error.length);
    assertArrayEquals(Arrays.copyOf(parts.getFirst().bytes(), quoted.length), quoted);
    assertEquals(576 - Frames.IP_HLEN - Frames.ICMP_HLEN, quoted.length);
    assertEquals(4, rig.verdicts(DropReason.FRAG_REASM_TIMEOUT));
    assertEquals(2, rig.stack().ipv4().stat(IpStat.IP_REASM_TIMEOUT));
  }

  /**
   * X79: an attacker's fragments, of one address or of ever new ones; each ping of the honest peer
   * is answered. Also where the pool is small, and where there are so few buffers that ever new
   * addresses push the peer's fragments out: pings that are none are answered all the same.
   */
  @ParameterizedTest
  @ValueSource(strings = {"usual", "small", "buffers"})
  void aFloodOfFragmentsCostsTheHonestPeerNothing(String memory) {
    Rig rig =
        rig(
            new Rig(
                b -> {
                  switch (memory) {
                    case "small" -> b.memory(1 << 20).paranoid(false);
                    case "buffers" -> b.buffers(64).paranoid(false);
                    default -> b.paranoid(false);
                  }
                }));
    byte[] junk = Fragment.data(1480, 5);
    byte[] data = Fragment.data(1200, 6);
    int sent = 0;
    int wholes = 0;
    for (int sequence = 0; sequence < 40; sequence++) {
      List<byte[]> out = new ArrayList<>();
      boolean whole = memory.equals("buffers") && sequence % 2 == 1;
      wholes += whole ? 1 : 0;
      for (Fragment part : request(sequence, data, whole ? 1480 : 640)) {
        for (int i = 0; i < 50; i++) {
          int from = sequence % 2 == 0 ? ATTACKER : ATTACKER + 1 + sent % 100;
          Fragment flood = Fragment.of(sent % 3 * 1480, sent % 3 < 2, junk);
          assertEquals(List.of(), rig.exchange(frame(flood.id(sent++ & 0xFFFF).from(from))));
        }
        out.addAll(rig.exchange(frame(part)));
      }
      assertAnswered(data, out);
    }
    assertEquals(40 - wholes, rig.stack().ipv4().stat(IpStat.IP_REASM_OKS));
    assertEquals(0, rig.stack().pool().failed());
  }

  /** Fragments of a device that goes are not held for what does not come any more. */
  @Test
  void aStoppedDeviceHoldsNoFragments() {
    Rig rig = rig();
    rig.inject(frame(request(1, Fragment.data(3000, 7), 1480).getFirst()));
    assertEquals(List.of(), rig.turn());
    assertEquals(1, rig.stack().pool().heldOf(rig.device().index()));
    rig.skiff.unregister(rig.device());
    assertEquals(1, rig.verdicts(DropReason.QUEUE_PURGE));
  }
}
