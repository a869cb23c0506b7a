package dev.skiff.golden;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.header.Ip4Addr;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What goes in and what comes out, held as captures: {@code NAME.in.pcap} is replayed on the clock
 * of its own time stamps, and each frame that comes out, and when, must be that of {@code
 * NAME.out.pcap}.
 *
 * <p>The captures can be read with tcpdump and Wireshark. {@code -Dskiff.golden.update=true} writes
 * them anew; look at what has changed, byte by byte, before you keep it.
 */
class GoldenPcapTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");
  private static final long MS = 1_000_000L;
  private static final long SECOND = 1000 * MS;
  private static final long BEGIN = SECOND; // where the rig's clock begins

  /** The frames that go in, made without the code under test. */
  private static final Map<String, List<Pcap.Frame>> IN =
      Map.of(
          "arp",
          List.of(
              at(0, Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_IP)),
              at(1, Frames.arpRequest(Rig.PEER_MAC, Ip4Addr.ANY, Rig.OUR_IP)),
              at(2, Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, Rig.PEER_IP)),
              at(3, Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_IP + 1)),
              at(4, Frames.arpReply(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_MAC, Rig.OUR_IP))),
          "echo",
          List.of(
              at(0, Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_IP)),
              at(1, Frames.echoRequest(0x0102, 1, Frames.data(0))),
              at(2, Frames.echoRequest(0x0102, 2, Frames.data(1))),
              at(3, Frames.echoRequest(0x0102, 3, Frames.data(56))),
              at(4, Frames.echoRequest(0x0102, 4, Frames.data(1472))),
              at(5, Frames.echoRequest(0, 0, new byte[64])),
              at(6000, Frames.echoRequest(0x0102, 5, Frames.data(56)))),
          "first-packet",
          List.of(
              at(0, Frames.echoRequest(0x0102, 1, Frames.data(56))),
              at(10, Frames.echoRequest(0x0102, 2, Frames.data(56))),
              at(1500, Frames.arpReply(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_MAC, Rig.OUR_IP)),
              at(1501, Frames.echoRequest(0x0102, 3, Frames.data(56)))),
          "nobody-answers",
          List.of(
              at(0, Frames.echoRequest(0x0102, 1, Frames.data(56))),
              at(10_000, Frames.echoRequest(0x0102, 2, Frames.data(56)))));

  private static Pcap.Frame at(long ms, byte[] frame) {
    return new Pcap.Frame(BEGIN + ms * MS, frame);
  }

  @ParameterizedTest
  @ValueSource(strings = {"arp", "echo", "first-packet", "nobody-answers"})
  void whatComesOutIsWhatTheCaptureHolds(String name) throws IOException {
    Path in = GOLDEN.resolve(name + ".in.pcap");
    Path out = GOLDEN.resolve(name + ".out.pcap");
    if (Boolean.getBoolean("skiff.golden.update")) {
      Pcap.write(in, IN.getOrDefault(name, List.of()));
      Pcap.write(out, replay(Pcap.read(in)));
    }
    List<Pcap.Frame> expected = Pcap.read(out);
    List<Pcap.Frame> actual = replay(Pcap.read(in));
    assertEquals(expected.size(), actual.size(), "frames that come out");
    for (int i = 0; i < expected.size(); i++) {
      assertEquals(
          expected.get(i).timeNs(), actual.get(i).timeNs(), "when frame " + i + " is sent");
      assertArrayEquals(expected.get(i).bytes(), actual.get(i).bytes(), "frame " + i);
    }
  }

  /** Replays a capture, and five seconds of silence after it; timers fire within a millisecond. */
  private static List<Pcap.Frame> replay(List<Pcap.Frame> in) {
    Rig rig = new Rig();
    List<Pcap.Frame> out = new ArrayList<>();
    for (Pcap.Frame frame : in) {
      passTime(rig, frame.timeNs(), out);
      rig.inject(frame.bytes());
      collect(rig, out);
    }
    passTime(rig, rig.clock.nowNs() + 5 * SECOND, out);
    return out;
  }

  private static void passTime(Rig rig, long until, List<Pcap.Frame> out) {
    while (rig.clock.nowNs() < until) {
      rig.clock.advance(Math.min(MS, until - rig.clock.nowNs()));
      collect(rig, out);
    }
  }

  private static void collect(Rig rig, List<Pcap.Frame> out) {
    for (byte[] frame : rig.turn()) {
      out.add(new Pcap.Frame(rig.clock.nowNs(), frame));
    }
  }

  @Test
  void theCapturesHoldWhatTheyAreSaidToHold() throws IOException {
    for (Map.Entry<String, List<Pcap.Frame>> entry : IN.entrySet()) {
      List<Pcap.Frame> in = Pcap.read(GOLDEN.resolve(entry.getKey() + ".in.pcap"));
      assertEquals(entry.getValue().size(), in.size(), entry.getKey());
      for (int i = 0; i < in.size(); i++) {
        assertArrayEquals(entry.getValue().get(i).bytes(), in.get(i).bytes(), entry.getKey());
      }
    }
  }
}
