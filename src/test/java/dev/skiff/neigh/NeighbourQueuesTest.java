package dev.skiff.neigh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.dev.NetDevice;
import dev.skiff.header.IcmpHdr;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.IpHdr;
import dev.skiff.ip.Flow;
import dev.skiff.ip.IcmpError;
import dev.skiff.ip.IpHandler;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.Packet;
import dev.skiff.skb.SkBuff;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The packets that wait for an answer, and how often it is asked for: X29, X30, X31, X32. */
class NeighbourQueuesTest {
  private static final long MS = NeighRig.MS;
  private static final long SECOND = NeighRig.SECOND;
  private static final int SECOND_IP = Ip4Addr.parse("198.51.100.10");

  private static List<Integer> sequences(List<byte[]> frames) {
    return frames.stream()
        .filter(frame -> Frames.u16(frame, 12) == 0x0800)
        .map(frame -> Frames.u16(frame, 40))
        .toList();
  }

  private static List<Integer> fromTo(int first, int last) {
    return IntStream.rangeClosed(first, last).boxed().toList();
  }

  /** The memory that one packet of {@link NeighRig#sendTo} takes while it waits. */
  private static int bytesOfOne() {
    NeighRig net = new NeighRig("");
    net.sendTo(Rig.PEER_IP);
    return net.table().queuedBytes();
  }

  // ---- X29 --------------------------------------------------------------------------------------

  @Test
  void aThousandPacketsToADeadHostInTenSecondsCostARequestASecondAndDelayNobodyElse() {
    NeighRig net = new NeighRig("");
    List<Long> requests = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      note(net, net.sendTo(NeighRig.DEAD_IP), requests);
      if (i == 500) {
        List<byte[]> asked = net.sendTo(Rig.PEER_IP);
        assertEquals(1, NeighRig.requestsFor(Rig.PEER_IP, asked), "another is asked at once");
        List<byte[]> sent = net.rig.exchange(NeighRig.replyToUs(Rig.PEER_MAC));
        assertEquals(1, NeighRig.datagrams(sent), "and sent to at once");
      }
      note(net, net.rig.after(10 * MS), requests);
    }
    assertTrue(requests.size() >= 7 && requests.size() <= 11, requests.toString());
    for (int i = 1; i < requests.size(); i++) {
      assertTrue(requests.get(i) - requests.get(i - 1) >= SECOND, requests.toString());
    }
  }

  /** Writes down when the dead host was asked. */
  private static void note(NeighRig net, List<byte[]> frames, List<Long> requests) {
    for (long n = NeighRig.requestsFor(NeighRig.DEAD_IP, frames); n > 0; n--) {
      requests.add(net.rig.clock.nowNs());
    }
  }

  // ---- X30 --------------------------------------------------------------------------------------

  @Test
  void whatWaitedIsSentInItsOrderAndTheFirstIsNotLost() {
    NeighRig net = new NeighRig("");
    for (int i = 0; i < 101; i++) {
      net.sendTo(Rig.PEER_IP);
    }
    List<byte[]> out = net.rig.exchange(NeighRig.replyToUs(Rig.PEER_MAC));
    assertEquals(fromTo(1, 101), sequences(out));
    assertEquals(101, net.stat(NeighbourStat.UNRES_QUEUED));
    assertEquals(0, net.stat(NeighbourStat.UNRES_DISCARDS));
    assertEquals(0, net.table().queuedBytes());
  }

  // ---- X31 --------------------------------------------------------------------------------------

  @Test
  void forOneHostPacketsAreBoundedAndTheOldestGoes() {
    NeighRig net = new NeighRig("unres_qlen=3");
    for (int i = 0; i < 5; i++) {
      net.sendTo(Rig.PEER_IP);
    }
    assertEquals(3, net.entry(Rig.PEER_IP).queued());
    assertEquals(2, net.stat(NeighbourStat.UNRES_DISCARDS));
    assertEquals(2, net.verdicts(DropReason.NEIGH_QUEUEFULL));
    List<byte[]> out = net.rig.exchange(NeighRig.replyToUs(Rig.PEER_MAC));
    assertEquals(fromTo(3, 5), sequences(out));
  }

  @Test
  void forOneHostBytesAreBoundedAndTheOldestGoes() {
    int one = bytesOfOne();
    NeighRig net = new NeighRig("unres_qlen_bytes=" + (4 * one - 1));
    for (int i = 0; i < 5; i++) {
      net.sendTo(Rig.PEER_IP);
    }
    assertEquals(3 * one, net.table().queuedBytes());
    assertEquals(2, net.stat(NeighbourStat.UNRES_DISCARDS));
    List<byte[]> out = net.rig.exchange(NeighRig.replyToUs(Rig.PEER_MAC));
    assertEquals(fromTo(3, 5), sequences(out));
  }

  @Test
  void aLongPacketPushesOutAsManyShortOnesAsItTakesAndOneAloneAlwaysFits() {
    NeighRig net = new NeighRig("unres_qlen_bytes=1");
    net.sendTo(Rig.PEER_IP);
    assertEquals(1, net.table().queued(), "RFC 1122 2.3.2.2: at least one");
    net.rig.exchange(net.echoFrom(Rig.PEER_IP, 1472));
    List<byte[]> out = net.rig.exchange(NeighRig.replyToUs(Rig.PEER_MAC));
    assertEquals(List.of(2), sequences(out), "the latest");
    assertEquals(1514, out.getLast().length);
  }

  /** 262,144 bytes here is what 212,992 are in Linux. */
  @Test
  void aHundredAndOneFramesOfFullLengthFitByDefault() {
    NeighRig net = new NeighRig("");
    for (int i = 0; i < 101; i++) {
      net.rig.exchange(net.echoFrom(Rig.PEER_IP, 1472));
    }
    assertEquals(101, net.table().queued());
    assertEquals(0, net.stat(NeighbourStat.UNRES_DISCARDS));
    net.rig.exchange(net.echoFrom(Rig.PEER_IP, 1472));
    assertEquals(101, net.table().queued());
    assertEquals(1, net.stat(NeighbourStat.UNRES_DISCARDS));
  }

  @Test
  void forAllHostsPacketsAreBoundedAndTheLongestQueuePays() {
    NeighRig net = new NeighRig("unres_total=4");
    for (int i = 0; i < 3; i++) {
      net.sendTo(NeighRig.DEAD_IP);
    }
    for (int i = 0; i < 2; i++) {
      net.sendTo(Rig.PEER_IP);
    }
    assertEquals(4, net.table().queued());
    assertEquals(2, net.entry(NeighRig.DEAD_IP).queued());
    assertEquals(1, net.verdicts(DropReason.NEIGH_QUEUEFULL));
    List<byte[]> out = net.rig.exchange(NeighRig.replyToUs(Rig.PEER_MAC));
    assertEquals(fromTo(4, 5), sequences(out), "the newcomer loses nothing");
  }

  @Test
  void forAllHostsBytesAreBoundedAndTheLongestQueuePays() {
    int one = bytesOfOne();
    NeighRig net = new NeighRig("unres_total_bytes=" + 4 * one);
    for (int i = 0; i < 3; i++) {
      net.sendTo(NeighRig.DEAD_IP);
    }
    net.sendTo(Rig.PEER_IP);
    net.sendTo(SECOND_IP);
    assertEquals(4 * one, net.table().queuedBytes());
    assertEquals(2, net.entry(NeighRig.DEAD_IP).queued());
    assertEquals(1, net.entry(Rig.PEER_IP).queued());
    assertEquals(1, net.entry(SECOND_IP).queued());
    assertEquals(1, net.stat(NeighbourStat.UNRES_DISCARDS));
  }

  // ---- X32 --------------------------------------------------------------------------------------

  /** A protocol that hears what became of its datagrams. */
  private static final class Sender implements IpHandler {
    final List<String> errors = new ArrayList<>();

    @Override
    public DropReason receive(SkBuff skb, NetDevice dev, long nowNs) {
      return DropReason.CONSUMED;
    }

    @Override
    public void error(Packet packet, int ip, IcmpError why, NetDevice dev, long nowNs) {
      errors.add(
          why.type()
              + "/"
              + why.code()
              + " "
              + Ip4Addr.format(IpHdr.daddr(packet, ip))
              + " "
              + dev.name());
    }
  }

  private static void send(NeighRig net, int daddr) {
    SkBuff skb = Objects.requireNonNull(net.rig.stack().pool().devAlloc(100, "test"));
    skb.copyFrom(Frames.data(10), skb.put(10), 10);
    assertEquals(
        DropReason.NOT_DROPPED,
        net.rig
            .stack()
            .ipv4()
            .send(skb, new Flow().to(daddr, 253).from(Rig.OUR_IP), net.rig.clock.nowNs()));
  }

  /** X08. */
  @Test
  void afterThreeRequestsWithoutAnswerWhatWaitsIsDroppedAndItsSenderTold() {
    NeighRig net = new NeighRig("");
    Sender sender = new Sender();
    net.rig.stack().ipv4().addProtocol(253, sender);
    send(net, NeighRig.DEAD_IP);
    send(net, NeighRig.DEAD_IP);
    net.rig.turn();
    assertEquals(List.of(), sender.errors, "X08: that it waits is no error");
    net.rig.after(SECOND);
    net.rig.after(SECOND);
    assertEquals(2, net.table().queued());
    assertEquals(List.of(), sender.errors);
    net.rig.after(SECOND);
    String unreachable =
        IcmpHdr.DEST_UNREACH + "/" + IcmpHdr.HOST_UNREACH + " 198.51.100.99 skiff0";
    assertEquals(List.of(unreachable, unreachable), sender.errors);
    assertEquals(2, net.stat(NeighbourStat.UNREACHABLES));
    assertEquals(2, net.verdicts(DropReason.NEIGH_FAILED));
    assertEquals(0, net.table().queued());
    assertEquals(NeighbourState.FAILED, net.entry(NeighRig.DEAD_IP).state());
  }
}
