package dev.skiff.trace;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.skb.DropReason;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CaptureTest {
  private static final int SMALL_RING = 1 << 12;
  private static final long EPOCH_OFFSET_NS = 1_700_000_000_000_000_000L;
  private static final long ALMOST_NS = Capture.HELD_AFTER_NS - 1;

  private final Rig rig = new Rig();
  private final ByteArrayOutputStream file = new ByteArrayOutputStream();
  private final List<Capture> captures = new ArrayList<>();

  @BeforeEach
  void introduce() {
    rig.introducePeer();
  }

  @AfterEach
  void close() {
    rig.close();
    captures.forEach(Capture::close);
  }

  private Capture capture(String filter, int ringBytes) {
    Capture capture = new Capture(Filter.parse(filter), rig.clock, ringBytes);
    captures.add(capture);
    rig.stack().addTap(capture);
    return capture;
  }

  private Capture.Writer writer(Capture capture) throws IOException {
    var device = new PcapngWriter.Interface(rig.device().name(), rig.device().macAddress());
    return capture.new Writer(new PcapngWriter(file, "test", List.of(device), EPOCH_OFFSET_NS));
  }

  private List<Captured> written() throws IOException {
    PcapngReader reader = new PcapngReader(new ByteArrayInputStream(file.toByteArray()));
    List<Captured> packets = new ArrayList<>();
    for (var block = reader.next(); block != null; block = reader.next()) {
      if (block.packet() != null) {
        packets.add(block.packet());
      }
    }
    return packets;
  }

  private static List<String> verdicts(List<Captured> packets) {
    return packets.stream().map(p -> (p.in() ? "in " : "out ") + p.verdict()).toList();
  }

  private static byte[] echo(int sequence) {
    return Frames.echoRequest(7, sequence, Frames.data(56));
  }

  /** A frame with a broken IP checksum. */
  private static byte[] broken() {
    byte[] frame = echo(9);
    frame[24] ^= 1;
    return frame;
  }

  /** An echo from somebody whose MAC address nobody knows, so that the reply is held. */
  private static byte[] echoFromStranger() {
    int stranger = Rig.PEER_IP + 100;
    byte[] icmp = Frames.icmp(8, 0, 7, 1, Frames.data(56));
    byte[] ip = Frames.ipv4(stranger, Rig.OUR_IP, 1, 64, icmp);
    return Frames.ethernet(Rig.OUR_MAC, Rig.PEER_MAC, 0x0800, ip);
  }

  @Test
  void aRequestThatIsAnsweredInPlaceIsWrittenAsItCame() throws IOException {
    try (Capture.Writer writer = writer(capture("", Capture.RING_BYTES))) {
      byte[] request = echo(1);
      byte[] reply = rig.exchange(request).getFirst();
      assertTrue(writer.writeDue(false));
      List<Captured> packets = written();
      assertEquals(2, packets.size());
      assertArrayEquals(request, packets.get(0).frame());
      assertArrayEquals(reply, packets.get(1).frame());
      assertEquals(
          List.of("in CONSUMED: sent or used up", "out CONSUMED: sent or used up"),
          verdicts(packets));
      assertEquals(EPOCH_OFFSET_NS + rig.clock.nowNs(), packets.getFirst().epochNs());
      assertEquals("skiff0", packets.getFirst().dev());
    }
  }

  /** X55. */
  @Test
  void aDropIsWrittenWithItsReason() throws IOException {
    try (Capture.Writer writer = writer(capture("", Capture.RING_BYTES))) {
      rig.exchange(broken());
      assertTrue(writer.writeDue(false));
      assertEquals(List.of("in IP_CSUM: wrong IP header checksum"), verdicts(written()));
    }
  }

  @Test
  void aVerdictIsWaitedForAHundredMillisecondsAndNoLonger() throws IOException {
    try (Capture.Writer writer = writer(capture("", Capture.RING_BYTES))) {
      rig.exchange(echoFromStranger());
      rig.clock.advance(ALMOST_NS);
      assertFalse(writer.writeDue(false));
      assertEquals(List.of(), written(), "the ARP request behind it waits too: arrival order");
      rig.clock.advance(1);
      assertTrue(writer.writeDue(false));
      assertEquals(
          List.of("in held", "out CONSUMED: sent or used up"), verdicts(written()), "held, ARP");
    }
  }

  @Test
  void aVerdictThatComesInTimeIsWrittenAndTheOrderIsThatOfArrival() throws IOException {
    try (Capture.Writer writer = writer(capture("", Capture.RING_BYTES))) {
      rig.exchange(echoFromStranger());
      rig.clock.advance(ALMOST_NS);
      rig.exchange(Frames.arpReply(Rig.PEER_MAC, Rig.PEER_IP + 100, Rig.OUR_MAC, Rig.OUR_IP));
      assertTrue(writer.writeDue(false));
      List<Captured> packets = written();
      assertEquals(4, packets.size(), "echo in, ARP out, ARP in, echo out");
      assertTrue(verdicts(packets).stream().allMatch(v -> v.endsWith("CONSUMED: sent or used up")));
      long[] ids = packets.stream().mapToLong(Captured::id).toArray();
      assertArrayEquals(LongStream.of(ids).sorted().toArray(), ids);
    }
  }

  @Test
  void whatIsLeftAtTheEndIsWritten() throws IOException {
    try (Capture.Writer writer = writer(capture("", Capture.RING_BYTES))) {
      rig.exchange(echoFromStranger());
      assertTrue(writer.writeDue(true));
      assertEquals(2, written().size());
    }
  }

  @Test
  void aSlowReaderLosesFramesOfTheCaptureAndNeverOfTheStack() throws IOException {
    int echoes = 100;
    Capture capture = capture("", SMALL_RING);
    try (Capture.Writer writer = writer(capture)) {
      for (int i = 0; i < echoes; i++) {
        assertEquals(1, rig.exchange(echo(i)).size(), "echo " + i);
      }
      assertTrue(writer.writeDue(false));
      int fitted = written().size();
      assertTrue(fitted > 0 && fitted < 2 * echoes, fitted + " fitted");
      assertEquals(2L * echoes, fitted + capture.lost());
      rig.exchange(echo(echoes));
      assertTrue(writer.writeDue(false));
      List<Captured> packets = written();
      assertEquals(fitted + 2, packets.size());
      assertEquals(capture.lost(), packets.get(fitted).lostBefore(), "said where they are missing");
      assertEquals(0, packets.get(fitted + 1).lostBefore(), "and once");
      assertEquals(packets.size(), capture.written());
    }
  }

  @Test
  void manySmallFramesFillItWhenThereIsRoomForTheirBytesYet() throws IOException {
    Capture capture = capture("", Capture.RING_BYTES);
    try (Capture.Writer writer = writer(capture)) {
      for (int i = 0; i < 20_000; i++) {
        rig.introducePeer();
      }
      assertTrue(capture.lost() > 0);
      assertTrue(writer.writeDue(false));
      assertEquals(40_000, capture.written() + capture.lost());
      rig.introducePeer();
      assertTrue(writer.writeDue(false));
      assertEquals(40_002, capture.written() + capture.lost());
      long[] ids = written().stream().mapToLong(Captured::id).toArray();
      assertArrayEquals(LongStream.of(ids).sorted().distinct().toArray(), ids, "none overwritten");
    }
  }

  @Test
  void framesOfAllSizesGoRoundTheRingUnharmed() throws IOException {
    try (Capture.Writer writer = writer(capture("in", SMALL_RING))) {
      List<byte[]> sent = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        byte[] frame = Frames.echoRequest(7, i, Frames.data(i * 37 % 1400));
        sent.add(frame);
        rig.exchange(frame);
        var _ = writer.writeDue(false);
      }
      List<Captured> packets = written();
      assertEquals(sent.size(), packets.size());
      for (int i = 0; i < sent.size(); i++) {
        assertArrayEquals(sent.get(i), packets.get(i).frame(), "frame " + i);
        assertEquals(0, packets.get(i).lostBefore());
      }
    }
  }

  @Test
  void aFilterForTheEndIsAppliedWhenTheEndIsKnown() throws IOException {
    Capture capture = capture("reason IP_CSUM", Capture.RING_BYTES);
    try (Capture.Writer writer = writer(capture)) {
      rig.exchange(echo(1));
      rig.exchange(broken());
      var _ = writer.writeDue(false);
      assertEquals(List.of("in IP_CSUM: wrong IP header checksum"), verdicts(written()));
      assertEquals(1, capture.written());
    }
  }

  @Test
  void theEndOfAFrameThatWasNotTakenIsNotAnothers() throws IOException {
    try (Capture.Writer writer = writer(capture("in and src 198.51.100.101", SMALL_RING))) {
      rig.exchange(echoFromStranger());
      rig.exchange(broken());
      rig.clock.advance(Capture.HELD_AFTER_NS);
      var _ = writer.writeDue(false);
      assertEquals(List.of("in held"), verdicts(written()));
    }
  }

  @Test
  void theClosingStatisticsHaveATimeAndNumbers() throws IOException {
    Capture capture = capture("", SMALL_RING);
    rig.exchange(echo(1));
    rig.clock.advance(5_000_000_000L);
    rig.stack().removeTap(capture);
    capture.stop();
    var device = new PcapngWriter.Interface(rig.device().name(), rig.device().macAddress());
    capture.writeTo(new PcapngWriter(file, "test", List.of(device), EPOCH_OFFSET_NS));
    PcapngReader reader = new PcapngReader(new ByteArrayInputStream(file.toByteArray()));
    var block = Objects.requireNonNull(reader.next());
    while (!block.isLast()) {
      block = Objects.requireNonNull(reader.next());
    }
    ByteBuffer bytes = ByteBuffer.wrap(block.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    long epochNs = (long) bytes.getInt(12) << 32 | Integer.toUnsignedLong(bytes.getInt(16));
    assertEquals(EPOCH_OFFSET_NS + rig.clock.nowNs(), epochNs);
    assertEquals(0, bytes.getInt(8), "of the only interface");
    assertEquals(2, bytes.getLong(24), "isb_ifrecv");
    assertEquals(0, bytes.getLong(36), "isb_ifdrop");
  }

  @Test
  void aFilterForTheFrameKeepsOthersOutOfTheRing() throws IOException {
    Capture capture = capture("arp", SMALL_RING);
    try (Capture.Writer writer = writer(capture)) {
      for (int i = 0; i < 100; i++) {
        rig.exchange(echo(i));
      }
      rig.introducePeer();
      assertEquals(0, capture.lost());
      var _ = writer.writeDue(false);
      assertEquals(2, written().size());
    }
  }

  @Test
  void aTapThatIsTakenAwaySeesNoMore() throws IOException {
    Capture capture = capture("", Capture.RING_BYTES);
    try (Capture.Writer writer = writer(capture)) {
      rig.stack().removeTap(capture);
      rig.exchange(echo(1));
      assertFalse(writer.writeDue(true));
    }
  }

  @Test
  void aBatchOfHeldFramesOfAPoolThatIsFullIsStillInOrder() throws IOException {
    try (Capture.Writer writer = writer(capture("not arp", Capture.RING_BYTES))) {
      for (int i = 0; i < 5; i++) {
        rig.exchange(echoFromStranger());
      }
      rig.exchange(broken());
      rig.clock.advance(Capture.HELD_AFTER_NS);
      var _ = writer.writeDue(false);
      List<String> verdicts = verdicts(written());
      assertEquals(6, verdicts.size());
      assertEquals("in IP_CSUM: wrong IP header checksum", verdicts.getLast());
      assertEquals(
          rig.verdicts(DropReason.NEIGH_QUEUEFULL),
          verdicts.stream().filter(v -> v.startsWith("in NEIGH_QUEUEFULL")).count());
    }
  }

  @Test
  void textSaysWhatTcpdumpWouldAndHowItEnded() throws IOException {
    try (Capture.Writer writer = writer(capture("", Capture.RING_BYTES));
        PacketText text = new PacketText(ZoneOffset.UTC)) {
      rig.exchange(echo(1));
      rig.exchange(broken());
      var _ = writer.writeDue(false);
      assertEquals(
          List.of(
              "22:13:21.000000000 skiff0 In  IP 198.51.100.1 > 198.51.100.2: ICMP echo request,"
                  + " id 7, seq 1, length 64",
              "22:13:21.000000000 skiff0 Out IP 198.51.100.2 > 198.51.100.1: ICMP echo reply,"
                  + " id 7, seq 1, length 64",
              "22:13:21.000000000 skiff0 In  IP 198.51.100.1 > 198.51.100.2: ICMP echo request,"
                  + " id 7, seq 9, length 64 [IP_CSUM: wrong IP header checksum]"),
          written().stream().map(text::line).toList());
    }
  }

  @Test
  void textOfFramesOfAnyBytesIsOneLine() throws IOException {
    RandomGenerator random = new SplittableRandom(1996);
    try (PacketText text = new PacketText(ZoneOffset.UTC)) {
      Stream.generate(
              () -> {
                byte[] frame = new byte[random.nextInt(120)];
                random.nextBytes(frame);
                if (frame.length > 20) {
                  frame[12] = 8;
                  frame[13] = (byte) (random.nextBoolean() ? 0 : 6);
                  frame[14] = (byte) (0x40 + random.nextInt(16));
                }
                return frame;
              })
          .limit(20_000)
          .forEach(
              frame -> {
                String line = text.line(new Captured(0, "skiff0", true, 1, 0, "held", frame));
                assertEquals(1, line.lines().count(), line);
              });
    }
  }
}
