package dev.skiff.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.Rig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The stories that a trace tells; {@code -Dskiff.golden.update=true} writes them anew. */
class TraceTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");

  private static Trace install(Rig rig, String filter, int count) {
    Trace trace =
        new Trace(Filter.parse(filter), count, List.of("skiff0"), () -> rig.clock.nowNs());
    rig.stack().pool().setTracer(trace);
    return trace;
  }

  private static String all(Trace trace) {
    StringBuilder text = new StringBuilder();
    for (String story = trace.poll(); story != null; story = trace.poll()) {
      text.append(story);
    }
    return text.toString();
  }

  private static void golden(String name, String text) throws IOException {
    Path file = GOLDEN.resolve(name);
    if (Boolean.getBoolean("skiff.golden.update")) {
      Files.writeString(file, text);
    }
    assertEquals(Files.readString(file, StandardCharsets.UTF_8), text, "see " + file);
  }

  private static byte[] echo(int sequence) {
    return Frames.echoRequest(7, sequence, Frames.data(56));
  }

  @Test
  void anArpRequestBecomesTheReply() throws IOException {
    try (Rig rig = new Rig()) {
      Trace trace = install(rig, "arp", 1);
      rig.introducePeer();
      golden("trace-arp.txt", all(trace));
    }
  }

  @Test
  void anEchoIsAnsweredInPlace() throws IOException {
    try (Rig rig = new Rig()) {
      rig.introducePeer();
      Trace trace = install(rig, "icmp", 1);
      rig.exchange(echo(1));
      golden("trace-echo.txt", all(trace));
    }
  }

  @Test
  void aReplyThatWaitsForArpShowsWhoKeptItAndForHowLong() throws IOException {
    try (Rig rig = new Rig()) {
      Trace trace = install(rig, "icmp", 1);
      rig.exchange(echo(1));
      rig.clock.advance(20_000_000L);
      rig.exchange(Frames.arpReply(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_MAC, Rig.OUR_IP));
      golden("trace-echo-waits.txt", all(trace));
    }
  }

  /** X55. */
  @Test
  void aDropShowsWhichFunctionRefusedIt() throws IOException {
    try (Rig rig = new Rig()) {
      rig.introducePeer();
      Trace trace = install(rig, "drop", 1);
      rig.exchange(echo(1));
      byte[] broken = echo(2);
      broken[24] ^= 1;
      rig.exchange(broken);
      golden("trace-drop.txt", all(trace));
    }
  }

  @Test
  void storiesThatNobodyReadsAreKeptUpToALimitAndThenCounted() {
    try (Rig rig = new Rig()) {
      rig.introducePeer();
      Trace trace = install(rig, "icmp and in", 1000);
      for (int i = 0; i < Trace.MAX_WAITING + 3; i++) {
        rig.exchange(echo(i));
      }
      assertEquals(3, trace.lost());
      assertEquals(Trace.MAX_WAITING, all(trace).lines().filter(l -> l.startsWith("#")).count());
      rig.exchange(echo(0));
      assertEquals(3, trace.lost(), "once it is read there is room again");
    }
  }

  @Test
  void theReadmeShowsATraceAsItIs() throws IOException {
    String readme = Files.readString(Path.of("README.md"));
    String story = Files.readString(GOLDEN.resolve("trace-drop.txt")).strip();
    assertTrue(readme.contains("```text\n" + story + "\n```"), "trace-drop.txt is in the README");
  }
}
