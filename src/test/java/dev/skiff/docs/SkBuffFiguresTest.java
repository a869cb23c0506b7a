package dev.skiff.docs;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.dev.NetDevice;
import dev.skiff.docs.Part.Layer;
import dev.skiff.header.IpProto;
import dev.skiff.ip.Flow;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import dev.skiff.skb.SkBuffPool;
import dev.skiff.skb.SkBuffQueue;
import dev.skiff.skb.Tracer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The figures in docs/figures: buffers on their way through the real stack, drawn where they stand.
 */
class SkBuffFiguresTest {
  private static final byte[] PAYLOAD = "Hello from the far end".getBytes(US_ASCII);
  private static final int PORT = 7;
  private static final int PEER_PORT = 40_000;
  private static final int UDP_HLEN = Frames.UDP_HLEN;

  private static final List<String> RECEIVED =
      List.of(
          "rx-1-empty",
          "rx-2-reserved",
          "rx-3-received",
          "rx-4-eth-pulled",
          "rx-5-ip-pulled",
          "rx-6-udp-pulled");
  private static final List<String> SENT =
      List.of("tx-1-data", "tx-2-udp", "tx-3-ip", "tx-4-ethernet");
  private static final List<String> SHARED = List.of("shared-1-clone", "shared-2-unshared");

  private final Map<String, String> drawn = new LinkedHashMap<>();

  private void draw(String name, String svg) {
    assertNull(drawn.put(name, svg), name + " is drawn twice");
  }

  /** Afterwards, since the stack catches what a handler throws. */
  private void check(List<String> names) {
    assertEquals(names, List.copyOf(drawn.keySet()));
    drawn.forEach(Golden::figure);
  }

  /** Calls somebody when a buffer passes a function. */
  private static final class At implements Tracer {
    private final Map<String, Consumer<SkBuff>> points = new HashMap<>();

    @Override
    public void hop(SkBuff skb, String point) {
      points.getOrDefault(point, other -> {}).accept(skb);
    }

    @Override
    public void held(SkBuff skb, String holder) {}

    @Override
    public void ended(SkBuff skb, DropReason reason) {}
  }

  private static byte[] frame() {
    return Frames.udpToUs(PEER_PORT, PORT, PAYLOAD);
  }

  // ---- Received ---------------------------------------------------------------------------------

  @Test
  void receivedAndPulledAtEachLayer() {
    try (Rig rig = new Rig()) {
      int end = emptyAndReserved(rig);
      At at = new At();
      rig.stack().pool().setTracer(at);
      at.points.put(
          "netif_rx",
          skb -> {
            assertEquals(end, skb.end(), "the device's buffers are the ones drawn before");
            draw(
                RECEIVED.get(2),
                BufferFigure.of(
                    "wire.receive(skb) calls skb.put(" + skb.len() + ")",
                    "skb_put: tail has moved behind the frame that the wire wrote. Nobody has looked inside yet.",
                    skb,
                    Layer.LINK));
          });
      at.points.put(
          "ip_rcv",
          skb ->
              draw(
                  RECEIVED.get(3),
                  BufferFigure.of(
                      "Eth.typeTrans(skb, dev) calls skb.pull("
                          + (skb.data() - skb.macHeader())
                          + ")",
                      "eth_type_trans noted where the link header is and pulled it. It is still there. This is how IP gets it.",
                      skb,
                      Layer.NETWORK)));
      rig.handleUdp(
          (skb, dev, nowNs) -> {
            draw(
                RECEIVED.get(4),
                BufferFigure.of(
                    "Ipv4.receive calls skb.pull(" + (skb.data() - skb.networkHeader()) + ")",
                    "ip_local_deliver: the IP header is pulled. This is how a handler of UDP"
                        + " gets it: data is at the UDP header.",
                    skb,
                    Layer.TRANSPORT));
            assertNotEquals(-1, skb.pull(UDP_HLEN));
            draw(
                RECEIVED.get(5),
                BufferFigure.of(
                    "skb.pull(" + UDP_HLEN + ")",
                    "skb_pull, by the handler of UDP: what is between data and tail is what"
                        + " the sender sent.",
                    skb,
                    Layer.PAYLOAD));
            return DropReason.CONSUMED;
          });
      long before = rig.verdicts(DropReason.CONSUMED);
      rig.exchange(frame());
      assertEquals(before + 1, rig.verdicts(DropReason.CONSUMED));
      check(RECEIVED);
    }
  }

  /** What the driver does when it posts a buffer, step by step; says where such a buffer ends. */
  private int emptyAndReserved(Rig rig) {
    int frameLen = Frames.ETH_HLEN + rig.device().mtu() + NetDevice.RX_SPARE;
    int size = SkBuffPool.slotSizeFor(frameLen);
    SkBuff skb = Objects.requireNonNull(rig.stack().pool().alloc(size, "driver"));
    draw(
        RECEIVED.get(0),
        BufferFigure.of(
            "pool.alloc(" + size + ", \"driver\")",
            "alloc_skb: head, data and tail are at the same byte. All of the block is tailroom.",
            skb,
            Layer.NOTHING));
    int headroom = SkBuff.NET_SKB_PAD + SkBuff.NET_IP_ALIGN;
    skb.reserve(headroom);
    draw(
        RECEIVED.get(1),
        BufferFigure.of(
            "skb.reserve(" + headroom + ")",
            "skb_reserve: data and tail have moved together: still empty, with headroom in front.",
            skb,
            Layer.NOTHING));
    int end = skb.end();
    skb.free(DropReason.CONSUMED);
    SkBuff both = Objects.requireNonNull(rig.stack().pool().devAlloc(frameLen, "driver"));
    assertEquals(headroom, both.data());
    assertEquals(end, both.end());
    both.free(DropReason.CONSUMED);
    return end;
  }

  // ---- Sent -------------------------------------------------------------------------------------

  @Test
  void pushedForTransmit() {
    try (Rig rig = new Rig()) {
      rig.introducePeer();
      At at = new At();
      rig.stack().pool().setTracer(at);
      at.points.put(
          "eth_header",
          skb ->
              draw(
                  SENT.get(2),
                  BufferFigure.of(
                      "Ipv4.send calls skb.push(" + (skb.transportHeader() - skb.data()) + ")",
                      "ip_send: the IP header stands in front of what UDP made. No byte of it has"
                          + " moved.",
                      skb,
                      Layer.NETWORK)));
      at.points.put(
          "hard_start_xmit",
          skb ->
              draw(
                  SENT.get(3),
                  BufferFigure.of(
                      "Eth.header calls skb.push(" + (skb.networkHeader() - skb.data()) + ")",
                      "eth_header pushed it, eth_rebuild_header filled the destination in. This is"
                          + " how the driver gets it.",
                      skb,
                      Layer.LINK)));
      send(rig);
      byte[] sent = rig.turn().getFirst();
      assertArrayEquals(
          PAYLOAD, Arrays.copyOfRange(sent, sent.length - PAYLOAD.length, sent.length));
      check(SENT);
    }
  }

  private void send(Rig rig) {
    int headspace = SkBuff.NET_SKB_PAD;
    int size = headspace + PAYLOAD.length;
    SkBuff skb = Objects.requireNonNull(rig.stack().pool().alloc(size, "udp"));
    skb.reserve(headspace);
    skb.copyFrom(PAYLOAD, skb.put(PAYLOAD.length), PAYLOAD.length);
    draw(
        SENT.get(0),
        BufferFigure.of(
            "skb.reserve(" + headspace + "); skb.put(" + PAYLOAD.length + ")",
            "alloc_skb, skb_reserve, skb_put: the data stands behind room for all headers that"
                + " will come.",
            skb,
            Layer.PAYLOAD));
    byte[] udp = Frames.udp(Rig.OUR_IP, Rig.PEER_IP, PORT, PEER_PORT, PAYLOAD);
    skb.copyFrom(udp, skb.push(UDP_HLEN), UDP_HLEN);
    skb.resetTransportHeader();
    draw(
        SENT.get(1),
        BufferFigure.of(
            "skb.push(" + UDP_HLEN + ")",
            "skb_push, by UDP: data has moved towards head, and the header is written there.",
            skb,
            Layer.TRANSPORT));
    DropReason reason =
        rig.stack()
            .ipv4()
            .send(skb, new Flow().to(Rig.PEER_IP, IpProto.UDP).from(Rig.OUR_IP), rig.clock.nowNs());
    assertEquals(DropReason.NOT_DROPPED, reason);
  }

  // ---- Shared -----------------------------------------------------------------------------------

  @Test
  void clonedAndUnshared() {
    try (Rig rig = new Rig()) {
      SkBuffQueue sniffer = new SkBuffQueue("a sniffer");
      SkBuffQueue socket = new SkBuffQueue("a socket");
      rig.handleUdp(
          (skb, dev, nowNs) -> {
            assertNotEquals(-1, skb.pull(UDP_HLEN));
            socket.queueTail(skb);
            return DropReason.NOT_DROPPED;
          });
      // The last handler of a type gets the buffer itself: IP, which came first, gets a clone.
      rig.stack()
          .packetTypes()
          .add(
              0x0800,
              (skb, dev, nowNs) -> {
                sniffer.queueTail(skb);
                return DropReason.NOT_DROPPED;
              });
      rig.exchange(frame());

      SkBuff original = Objects.requireNonNull(sniffer.peek());
      SkBuff clone = Objects.requireNonNull(socket.peek());
      assertTrue(clone.isClone());
      long block = original.segment().address();
      assertEquals(block, clone.segment().address(), "one block");
      draw(
          SHARED.get(0),
          BufferFigure.of(
              "skb.skbClone()",
              "skb_clone: two control structures, each with offsets of its own, over one block,"
                  + " which neither may write.",
              original,
              Layer.NETWORK,
              clone,
              Layer.PAYLOAD));

      assertTrue(clone.unshare());
      assertEquals(block, original.segment().address());
      assertNotEquals(block, clone.segment().address(), "two blocks");
      draw(
          SHARED.get(1),
          BufferFigure.of(
              "clone.unshare()",
              "skb_unshare: the clone has a copy of its own. The original, asking too, will get the"
                  + " old block uncopied.",
              original,
              Layer.NETWORK,
              clone,
              Layer.PAYLOAD));
      clone.set8(clone.data(), 'h');
      assertEquals('H', original.u8(clone.data()));
      assertTrue(original.unshare());
      assertEquals(block, original.segment().address());
      assertEquals(2, sniffer.purge(DropReason.CONSUMED) + socket.purge(DropReason.CONSUMED));
      check(SHARED);
    }
  }

  @Test
  void everyFigureThatIsThereIsOneOfThese() throws IOException {
    assumeFalse(Golden.UPDATE, "others are writing them");
    List<String> wanted =
        Stream.of(RECEIVED, SENT, SHARED)
            .flatMap(List::stream)
            .map(name -> name + ".svg")
            .sorted()
            .toList();
    try (Stream<Path> files = Files.list(Golden.FIGURES)) {
      assertEquals(wanted, files.map(file -> file.getFileName().toString()).sorted().toList());
    }
  }
}
