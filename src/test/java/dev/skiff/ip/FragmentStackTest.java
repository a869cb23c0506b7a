package dev.skiff.ip;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.skiff.Datagram;
import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.header.Ip4Addr;
import dev.skiff.skb.DropReason;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** X66, X71, X73, X80, X81, X82, X83, X92: fragments in a whole stack, in and out. */
class FragmentStackTest {
  private static final int IP = Frames.ETH_HLEN;
  private static final int SECOND_IP = Ip4Addr.parse("198.51.100.7");
  private static final long REASSEMBLY_NS = 30_000_000_000L;

  private final Rig rig = new Rig(builder -> builder.ip("198.51.100.2/24", "198.51.100.7/24"));

  FragmentStackTest() {
    rig.introducePeer();
  }

  private List<byte[]> exchange(Datagram datagram) {
    return rig.exchange(datagram.frame());
  }

  private static byte[] payload(byte[] frame) {
    int end = IP + Frames.u16(frame, IP + 2);
    return Arrays.copyOfRange(frame, IP + headerLen(frame), end);
  }

  private static int headerLen(byte[] frame) {
    return (frame[IP] & 0xF) * 4;
  }

  private static String options(byte[] frame) {
    return HexFormat.of().formatHex(frame, IP + Frames.IP_HLEN, IP + headerLen(frame));
  }

  /** X71: the destination is part of the key. */
  @Test
  void fragmentsForTwoAddressesOfOursAreApart() {
    Datagram one = new Datagram().icmp(8, 0, 1, 1, Frames.data(100));
    Datagram other = new Datagram().to(SECOND_IP).icmp(8, 0, 2, 2, new byte[100]);
    assertEquals(List.of(), exchange(one.fragment(0, 48)));
    assertEquals(List.of(), exchange(other.fragment(48, 108)));
    byte[] ofOther = exchange(other.fragment(0, 48)).getFirst();
    byte[] ofOne = exchange(one.fragment(48, 108)).getFirst();
    assertArrayEquals(Frames.icmp(0, 0, 2, 2, new byte[100]), payload(ofOther));
    assertEquals(SECOND_IP, Frames.u32(ofOther, IP + 12));
    assertArrayEquals(Frames.icmp(0, 0, 1, 1, Frames.data(100)), payload(ofOne));
  }

  /** X82, X83: RFC 6864 4.1; what has DF and is no fragment is known by no id. */
  @Test
  void whatIsNoFragmentHasNothingToDoWithOthersOfItsId() {
    Datagram cut = new Datagram().id(0).icmp(8, 0, 1, 1, Frames.data(100));
    Datagram atomic = new Datagram().id(0).dontFragment().icmp(8, 0, 2, 2, Frames.data(30));
    assertEquals(List.of(), exchange(cut.fragment(0, 48)));
    for (int i = 0; i < 3; i++) {
      byte[] reply = exchange(atomic).getFirst();
      assertArrayEquals(Frames.icmp(0, 0, 2, 2, Frames.data(30)), payload(reply));
    }
    byte[] reply = exchange(cut.fragment(48, 108)).getFirst();
    assertArrayEquals(Frames.icmp(0, 0, 1, 1, Frames.data(100)), payload(reply));
    assertEquals(0, rig.verdicts(DropReason.DUP_FRAG));
  }

  /** X73, X92: whichever came first; every byte as it was received. */
  @Test
  void whoseFirstFragmentWaitedInVainIsToldOfIt() {
    Datagram whole = new Datagram().ttl(7).tos(0x20).id(0xBEEF).udp(9, Frames.data(100));
    Datagram first = whole.fragment(0, 48);
    assertEquals(List.of(), exchange(whole.fragment(96, 108)));
    assertEquals(List.of(), exchange(first));
    assertEquals(List.of(), rig.after(REASSEMBLY_NS - 1));
    List<byte[]> out = rig.after(1);
    assertEquals(1, out.size());
    byte[] message = payload(out.getFirst());
    assertEquals(11, message[0], "time exceeded");
    assertEquals(1, message[1], "of reassembly");
    assertEquals(0, Frames.u32(message, 4));
    assertEquals(0, Frames.checksum(message, 0, message.length));
    assertArrayEquals(first.bytes(), Arrays.copyOfRange(message, 8, message.length));
    assertEquals(Rig.PEER_IP, Frames.u32(out.getFirst(), IP + 16));
    assertEquals(Rig.OUR_IP, Frames.u32(out.getFirst(), IP + 12));
  }

  /**
   * X80: it holds less of a header than any protocol has; the length is the protocol's to check.
   */
  @Test
  void aFirstFragmentOfLessThanEightBytesIsNothing() {
    Datagram echo = new Datagram().echo(32);
    assertEquals(List.of(), exchange(echo.copy().payload(new byte[7]).fragOff(0x2000)));
    assertEquals(1, rig.verdicts(DropReason.IP_FRAGMENT_EMPTY));
    for (int at = 32; at >= 8; at -= 8) {
      assertEquals(List.of(), exchange(echo.fragment(at, at + 8)));
    }
    byte[] reply = exchange(echo.fragment(0, 8)).getFirst();
    assertArrayEquals(Frames.icmp(0, 0, 0x5C1F, 1, Frames.data(32)), payload(reply));
  }

  /** X66, X81: RFC 791 3.1, the copied flag; nothing in place of what is not copied. */
  @Test
  void aRecordedRouteStandsInTheFirstFragmentOnly() {
    String recordRoute = "070b04 00000000 00000000 01";
    Datagram echo = new Datagram().options(recordRoute).echo(2000);
    assertEquals(List.of(), exchange(echo.fragment(0, 1464)));
    List<byte[]> out = exchange(echo.fragment(1464, 2008));
    assertEquals(2, out.size());
    assertEquals("070b0c" + "c6336402" + "c6336402" + "00", options(out.getFirst()));
    assertEquals("01".repeat(11) + "00", options(out.getLast()));
    byte[] both = Arrays.copyOf(payload(out.getFirst()), 2008);
    byte[] rest = payload(out.getLast());
    System.arraycopy(rest, 0, both, 2008 - rest.length, rest.length);
    assertArrayEquals(Frames.icmp(0, 0, 0x5C1F, 1, Frames.data(2000)), both);
    assertEquals((2008 - rest.length) / 8, Frames.u16(out.getLast(), IP + 6));
    for (byte[] fragment : out) {
      assertEquals(0, Frames.checksum(fragment, IP, headerLen(fragment)));
    }
  }
}
