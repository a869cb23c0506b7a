package dev.skiff.neigh;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.Skiff;
import dev.skiff.dev.InDevice;
import dev.skiff.dev.InIfaddr;
import dev.skiff.header.Ip4Addr;
import dev.skiff.skb.DropReason;
import dev.skiff.time.TimerQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/** A rig for address conflict detection, which tells of each frame when it came out. */
final class AcdRig {
  static final long SECOND = 1_000_000_000L;
  static final long OTHER_MAC = 0x0200_5E10_0077L;
  static final int OUR_SECOND_IP = Ip4Addr.parse("198.51.100.3");

  /** A frame that came out, and when. */
  record Sent(long atNs, byte[] frame) {}

  final Rig rig;

  AcdRig(String mode) {
    this(builder -> builder.acd(mode));
  }

  AcdRig(Consumer<Skiff.Builder> settings) {
    rig = new Rig(settings);
  }

  long nowNs() {
    return rig.clock.nowNs();
  }

  /** Turns at each moment at which a timer is due, up to the end of a time. */
  @CanIgnoreReturnValue
  List<Sent> run(long ns) {
    long end = nowNs() + ns;
    List<Sent> sent = new ArrayList<>();
    take(sent);
    while (due() <= end) {
      rig.clock.advance(Math.max(0, due() - nowNs()));
      take(sent);
    }
    rig.clock.advance(end - nowNs());
    take(sent);
    return sent;
  }

  private void take(List<Sent> sent) {
    rig.turn().forEach(frame -> sent.add(new Sent(nowNs(), frame)));
  }

  /** When the next timer is due. */
  long due() {
    return rig.stack().timers().nextDeadlineNs();
  }

  /** Goes on to the next frame that comes out, which is the only one of its moment. */
  @CanIgnoreReturnValue
  Sent next() {
    List<Sent> sent = new ArrayList<>();
    take(sent);
    while (sent.isEmpty()) {
      assertTrue(due() != TimerQueue.NONE, "something will come");
      rig.clock.advance(Math.max(0, due() - nowNs()));
      take(sent);
    }
    assertEquals(1, sent.size());
    return sent.getFirst();
  }

  /** Lets the address be probed for and announced, with nobody who objects. */
  void acquire() {
    run(20 * SECOND);
    assertEquals(InIfaddr.State.VALID, state(Rig.OUR_IP));
    assertQuiet();
  }

  /** Nothing is left to be done, ever. */
  void assertQuiet() {
    assertEquals(TimerQueue.NONE, due(), "no timer is left");
  }

  InDevice in() {
    return rig.device().inDev();
  }

  InIfaddr.State state(int ip) {
    return Objects.requireNonNull(in().find(ip)).state();
  }

  long stat(AcdStat stat) {
    return rig.stack().addressConflicts().stat(stat);
  }

  /** RFC 5227 2.1.1: the sender's address is all zero. */
  static byte[] probe(long mac, int ip) {
    return Frames.arpRequest(mac, Ip4Addr.ANY, ip);
  }

  /** RFC 5227 2.3: the sender's and the target's address are the one that is announced. */
  static byte[] announcement(long mac, int ip) {
    return Frames.arpRequest(mac, ip, ip);
  }

  static byte[] echo(int daddr) {
    byte[] icmp = Frames.icmp(8, 0, 7, 1, Frames.data(16));
    byte[] datagram = Frames.ipv4(Rig.PEER_IP, daddr, 1, 64, icmp);
    return Frames.padded(Frames.ethernet(Rig.OUR_MAC, Rig.PEER_MAC, 0x0800, datagram));
  }

  void assertSent(byte[] expected, Sent sent) {
    assertArrayEquals(expected, sent.frame());
  }

  /** A frame that has no answer, and ends for a reason. */
  void assertDropped(DropReason reason, byte[] frame) {
    long before = rig.verdicts(reason);
    assertEquals(0, rig.exchange(frame).size(), "nothing is answered");
    assertEquals(before + 1, rig.verdicts(reason), reason.name());
  }

  /** The address is not ours: nobody is answered. */
  void assertNotUsed(int ip) {
    assertDropped(DropReason.ARP_NOT_FOR_US, Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, ip));
    assertDropped(DropReason.IP_INADDRERRORS, echo(ip));
    assertTrue(!in().has(ip));
  }

  /** The address is ours: requests and pings are answered. */
  void assertUsed(int ip) {
    List<byte[]> out = rig.exchange(Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, ip));
    assertEquals(1, out.size(), "an ARP reply");
    assertArrayEquals(Frames.arpReply(Rig.OUR_MAC, ip, Rig.PEER_MAC, Rig.PEER_IP), out.getFirst());
    out = rig.exchange(echo(ip));
    assertEquals(1, out.size(), "an echo reply");
    assertEquals(ip, Frames.u32(out.getFirst(), 26));
    assertEquals(0, Frames.u8(out.getFirst(), 34));
    var _ = rig.stack().neighbours().delete(rig.device(), Rig.PEER_IP);
  }
}
