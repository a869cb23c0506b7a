package dev.skiff.docs;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.header.IpHdr;
import dev.skiff.header.IpProto;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.Packet;
import dev.skiff.skb.SkBuff;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How to reach the data of a UDP packet, in each place where one may stand: docs/sk_buff.md. */
class UdpPayloadTest {
  private static final String PAGE = "sk_buff.md";
  private static final String HELLO = "Hello from the far end";
  private static final int UDP_HLEN = 8;
  private static final int UDP_LEN = 4;
  private static final int PORT = 7;

  private List<String> lines = new ArrayList<>();
  private final List<String> seen = new ArrayList<>();

  /** What a UDP packet carries, wherever data stands; null if its lengths are wrong. */
  private static byte @Nullable [] payload(Packet skb, int udp) {
    int behind = skb.tail() - udp; // Bytes that are really there, from the UDP header on.
    if (behind < UDP_HLEN) {
      return null;
    }
    int length = skb.u16(udp + UDP_LEN); // Of header and payload.
    if (length < UDP_HLEN || length > behind) {
      return null;
    }
    byte[] payload = new byte[length - UDP_HLEN];
    skb.copyTo(udp + UDP_HLEN, payload, payload.length);
    return payload;
  }

  private static String text(Packet skb, int udp) {
    byte[] payload = payload(skb, udp);
    return payload == null ? "nothing" : new String(payload, US_ASCII);
  }

  /** Sees packets where a pre-routing hook does: as a handler of the EtherType. */
  private DropReason whereIpGetsIt(SkBuff skb) {
    List<String> later = lines;
    lines = new ArrayList<>();
    int ip = skb.networkHeader();
    int udp = ip + IpHdr.ihl(skb, ip) * 4;
    int length = skb.u16(udp + UDP_LEN);
    seen.add(text(skb, udp));
    say("A handler of IP, where a pre-routing hook stands:");
    say("  data %d, tail %d: data is at the IP header", skb.data(), skb.tail());
    say(
        "  network_header %d + ihl %d * 4 = %d: the UDP header, which says length %d",
        ip, IpHdr.ihl(skb, ip), udp, length);
    say(
        "  payload at %d + 8 = %d, %d - 8 = %d bytes: '%s'",
        udp, udp + UDP_HLEN, length, length - UDP_HLEN, text(skb, udp));
    say(
        "  data + length = %d is %d bytes into the payload",
        skb.data() + length, skb.data() + length - udp - UDP_HLEN);
    say("  the frame has %d bytes behind the payload", skb.tail() - udp - length);
    lines.addAll(later); // UDP's handler is called before this one, with a clone.
    return DropReason.CONSUMED;
  }

  private DropReason whereUdpGetsIt(SkBuff skb) {
    int udp = skb.transportHeader();
    assertEquals(udp, skb.data());
    int length = skb.u16(udp + UDP_LEN);
    seen.add(text(skb, udp));
    say("A handler of UDP, before it pulls:");
    say("  data %d, tail %d: data is at the UDP header", skb.data(), skb.tail());
    say("  payload at transport_header %d + 8 = %d", udp, udp + UDP_HLEN);
    say("  data + length = %d is the tail: where the packet ends", skb.data() + length);
    assertEquals(skb.tail(), skb.data() + length);

    assertNotEquals(-1, skb.pull(UDP_HLEN));
    assertEquals(udp, skb.transportHeader());
    seen.add(text(skb, skb.transportHeader()));
    say("The same after skb.pull(8):");
    say("  data %d, tail %d: the payload is at data, len %d", skb.data(), skb.tail(), skb.len());
    say("  transport_header %d + 8 is it still", skb.transportHeader());
    assertEquals(length - UDP_HLEN, skb.len());
    return DropReason.CONSUMED;
  }

  private void say(String format, Object... args) {
    lines.add(Svg.at(format, args));
  }

  private void receive(String payload) {
    try (Rig rig = new Rig()) {
      rig.handleUdp((skb, dev, nowNs) -> whereUdpGetsIt(skb));
      // The last handler of an EtherType gets the packet itself, those before it get clones.
      rig.stack().packetTypes().add(0x0800, (skb, dev, nowNs) -> whereIpGetsIt(skb));
      rig.exchange(Frames.udpToUs(40_000, PORT, payload.getBytes(US_ASCII)));
    }
    assertEquals(List.of(payload, payload, payload), seen);
  }

  @Test
  void thePayloadIsBehindTheTransportHeader() {
    receive(HELLO);
    Golden.shownOn(PAGE, "UdpPayloadTest", String.join("\n", lines));
    Golden.codeIsFrom(PAGE, UdpPayloadTest.class);
  }

  @Test
  void whatPadsAShortFrameIsNotPayload() {
    receive("hi");
    List<String> padded = lines.stream().filter(line -> line.contains("behind")).toList();
    assertEquals(List.of("  the frame has 16 bytes behind the payload"), padded);
  }

  @Test
  void lengthsThatLieAreFound() {
    try (Rig rig = new Rig()) {
      List<byte @Nullable []> payloads = new ArrayList<>();
      rig.handleUdp(
          (skb, dev, nowNs) -> {
            payloads.add(payload(skb, skb.transportHeader()));
            return DropReason.CONSUMED;
          });
      for (int length : new int[] {0, UDP_HLEN - 1, 31, 0xFFFF}) {
        byte[] frame = Frames.udpToUs(40_000, PORT, HELLO.getBytes(US_ASCII));
        int at = Frames.ETH_HLEN + Frames.IP_HLEN + UDP_LEN;
        frame[at] = (byte) (length >> 8);
        frame[at + 1] = (byte) length;
        rig.exchange(frame);
      }
      byte[] seven = new byte[UDP_HLEN - 1];
      rig.exchange(
          Frames.ethernet(
              Rig.OUR_MAC,
              Rig.PEER_MAC,
              0x0800,
              Frames.ipv4(Rig.PEER_IP, Rig.OUR_IP, IpProto.UDP, 64, seven)));
      assertEquals(5, payloads.size());
      payloads.forEach(payload -> assertNull(payload));
    }
  }
}
