package dev.skiff.eth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.dev.NetDevice;
import dev.skiff.dev.PacketTap;
import dev.skiff.header.EtherType;
import dev.skiff.header.IpHdr;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.Packet;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How datagrams are put into frames: RFC 894, RFC 1122 2.3. Conformance X01, X04, X07, X09. */
class EncapsulationTest {
  private static final int IP = 14;

  private final Rig rig = new Rig();

  private static byte[] snapEcho() {
    byte[] icmp = Frames.icmp(8, 0, 7, 1, Frames.data(56));
    byte[] ip = Frames.ipv4(Rig.PEER_IP, Rig.OUR_IP, 1, 64, icmp);
    byte[] payload =
        ByteBuffer.allocate(8 + ip.length)
            .putShort((short) 0xAAAA)
            .putInt(0x0300_0000)
            .putShort((short) 0x0800)
            .put(ip)
            .array();
    return Frames.ethernet(Rig.OUR_MAC, Rig.PEER_MAC, payload.length, payload);
  }

  /** X01, and X04: nothing goes out with a length in place of its type, so never with LLC. */
  @Test
  void allThatGoesOutHasTheTypeOfIpOrArp() {
    List<byte[]> out = new ArrayList<>();
    out.addAll(rig.exchange(Frames.echoRequest(1, 1, Frames.data(56)))); // a request of ours
    out.addAll(rig.exchange(Frames.arpReply(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_MAC, Rig.OUR_IP)));
    out.addAll(rig.exchange(Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_IP)));
    out.addAll(rig.exchange(Frames.echoRequest(1, 2, Frames.data(1472))));
    out.addAll(rig.exchange(snapEcho()));
    assertEquals(
        List.of(EtherType.ARP, EtherType.IP, EtherType.ARP, EtherType.IP, EtherType.IP),
        out.stream().map(frame -> Frames.u16(frame, 12)).toList());
    assertTrue(out.stream().allMatch(frame -> Frames.u48(frame, 6) == Rig.OUR_MAC));
  }

  /** X07: whoever sends a datagram on, queue or wire, finds its type of service in it. */
  @Test
  void theTypeOfServiceReachesTheLinkLayer() {
    rig.introducePeer();
    List<Integer> tos = new ArrayList<>();
    rig.stack()
        .addTap(
            new PacketTap() {
              @Override
              public void seen(Packet p, long id, Direction way, NetDevice dev, long nowNs) {
                if (way == Direction.OUT && p.protocol() == EtherType.IP) {
                  tos.add(IpHdr.tos(p, p.networkHeader()));
                }
              }

              @Override
              public void verdict(long id, DropReason reason) {}
            });
    byte[] echo = Frames.echoRequest(1, 1, Frames.data(56));
    echo[IP + 1] = 0x10;
    ByteBuffer.wrap(echo).putShort(IP + 10, (short) 0);
    ByteBuffer.wrap(echo).putShort(IP + 10, (short) Frames.checksum(echo, IP, 20));
    rig.exchange(echo);
    assertEquals(List.of(0x10), tos);
  }

  /** X09: RFC 893. */
  @Test
  void trailersAreNotUnderstoodAndNotSent() {
    for (int type = 0x1001; type <= 0x100F; type++) {
      assertEquals(
          List.of(), rig.exchange(Frames.ethernet(Rig.OUR_MAC, Rig.PEER_MAC, type, new byte[512])));
    }
    assertEquals(15, rig.verdicts(DropReason.UNHANDLED_PROTO));
  }
}
