package dev.skiff.neigh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.dev.LinkOps;
import dev.skiff.dev.NetDevice;
import dev.skiff.header.EtherType;
import dev.skiff.header.IpHdr;
import dev.skiff.ip.Flow;
import dev.skiff.ip.IcmpError;
import dev.skiff.ip.IpHandler;
import dev.skiff.ip.IpStat;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.Packet;
import dev.skiff.skb.SkBuff;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * X32: three requests without an answer fail the neighbour, and whoever sent what waited is told
 * so; X08: not before.
 */
class UnreachableTest {
  private static final long SECOND = 1_000_000_000L;
  private static final int PROTOCOL = 253; // RFC 3692: for experiments.

  /** A protocol that echoes what it gets, and notes what it is told. */
  private final class Echo implements IpHandler {
    private final List<String> told = new ArrayList<>();
    private Consumer<Packet> whenTold = packet -> {};

    @Override
    public DropReason receive(SkBuff skb, NetDevice dev, long nowNs) {
      int ip = skb.networkHeader();
      int from = IpHdr.saddr(skb, ip);
      int to = IpHdr.daddr(skb, ip);
      return rig.stack().ipv4().send(skb, new Flow().to(from, PROTOCOL).from(to), nowNs);
    }

    @Override
    public void error(Packet packet, int ip, IcmpError why, NetDevice dev, long nowNs) {
      told.add(
          "type %d code %d to %08x: %d"
              .formatted(
                  why.type(), why.code(), IpHdr.daddr(packet, ip), packet.u8(ip + Frames.IP_HLEN)));
      whenTold.accept(packet);
    }
  }

  private final Rig rig = new Rig();
  private final Echo echo = new Echo();

  UnreachableTest() {
    rig.stack().ipv4().addProtocol(PROTOCOL, echo);
  }

  private void send(int number) {
    rig.exchange(
        Frames.padded(
            Frames.ethernet(
                Rig.OUR_MAC,
                Rig.PEER_MAC,
                0x0800,
                Frames.ipv4(Rig.PEER_IP, Rig.OUR_IP, PROTOCOL, 64, new byte[] {(byte) number}))));
  }

  private void waitInVain() {
    for (int i = 0; i < 3; i++) {
      rig.after(SECOND);
    }
  }

  /** X32. */
  @Test
  void theSenderOfEachPacketThatWaitedIsToldInOrder() {
    send(1);
    send(2);
    rig.after(SECOND);
    rig.after(SECOND);
    assertEquals(List.of(), echo.told, "X08: that nothing is known is no error");
    rig.after(SECOND - 1);
    assertEquals(List.of(), echo.told);
    rig.after(1);
    assertEquals(
        List.of("type 3 code 1 to c6336401: 1", "type 3 code 1 to c6336401: 2"), echo.told);
    assertEquals(2, rig.verdicts(DropReason.NEIGH_FAILED));
    assertEquals(2, rig.stack().neighbours().stat(NeighbourStat.UNREACHABLES));
    assertEquals(2, rig.stack().ipv4().stat(IpStat.IP_OUT_DISCARDS));
  }

  @Test
  void aSenderThatTriesAgainWhenToldIsAskedForAgainAndDoesNotLoop() {
    echo.whenTold = packet -> rig.inject(echoFrame());
    send(1);
    waitInVain();
    assertEquals(1, echo.told.size());
    assertEquals(1, rig.stack().neighbours().queued(), "the new one waits");
    echo.whenTold = packet -> {};
    waitInVain();
    assertEquals(2, echo.told.size());
    assertEquals(0, rig.stack().neighbours().queued());
  }

  private static byte[] echoFrame() {
    return Frames.padded(
        Frames.ethernet(
            Rig.OUR_MAC,
            Rig.PEER_MAC,
            0x0800,
            Frames.ipv4(Rig.PEER_IP, Rig.OUR_IP, PROTOCOL, 64, new byte[] {7})));
  }

  @Test
  void aSenderThatSendsFromWithinIsQueuedAnewAndAskedOnce() {
    echo.whenTold =
        packet -> {
          SkBuff again = java.util.Objects.requireNonNull(rig.stack().pool().devAlloc(100, "test"));
          again.reserve(50);
          again.set8(again.put(1), 9);
          DropReason end =
              rig.stack()
                  .ipv4()
                  .send(
                      again,
                      new Flow().to(Rig.PEER_IP, PROTOCOL).from(Rig.OUR_IP),
                      rig.clock.nowNs());
          assertEquals(DropReason.NOT_DROPPED, end);
        };
    send(1);
    send(2);
    rig.after(SECOND);
    rig.after(SECOND);
    List<byte[]> out = rig.after(SECOND);
    assertEquals(2, echo.told.size());
    assertEquals(1, out.size(), "one request for both");
    assertEquals(2, rig.stack().neighbours().queued());
    List<byte[]> sent =
        rig.exchange(Frames.arpReply(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_MAC, Rig.OUR_IP));
    assertEquals(2, sent.size());
    assertEquals(9, Frames.u8(sent.getLast(), Frames.ETH_HLEN + Frames.IP_HLEN));
  }

  @Test
  void aHandlerThatThrowsLeavesNothingBehind() {
    rig.expectFaults(1);
    echo.whenTold =
        packet -> {
          throw new IllegalStateException("a bug in the handler");
        };
    send(1);
    send(2);
    waitInVain();
    assertEquals(0, rig.stack().neighbours().queued());
    assertEquals(2, rig.verdicts(DropReason.NEIGH_FAILED));
    echo.whenTold = packet -> {};
    send(3);
    assertEquals(1, rig.stack().neighbours().queued(), "it goes on");
  }

  @Test
  void aProgramsOwnFrameWithoutAnIpHeaderFailsLikeAnyOther() {
    SkBuff skb = java.util.Objects.requireNonNull(rig.stack().pool().devAlloc(100, "test"));
    skb.reserve(Frames.ETH_HLEN);
    skb.set32(skb.put(4), 7);
    assertEquals(-14, rig.device().hardHeader(skb, EtherType.IP, LinkOps.UNKNOWN, 4));
    skb.setHeaderIncomplete(Rig.PEER_IP);
    assertEquals(DropReason.NOT_DROPPED, rig.device().transmit(skb, rig.clock.nowNs()));
    assertEquals(1, rig.turn().size(), "a request");
    waitInVain();
    assertEquals(List.of(), echo.told);
    assertEquals(1, rig.verdicts(DropReason.NEIGH_FAILED));
  }

  @Test
  void aProbedNeighbourThatFailsHasNothingToTell() {
    rig.introducePeer();
    send(1);
    rig.after(5 * SECOND);
    waitInVain();
    assertTrue(echo.told.isEmpty(), "what was sent was sent");
    assertEquals(1, rig.stack().neighbours().stat(NeighbourStat.RES_FAILED));
  }
}
