package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Captures and traces as a user takes them, read with Wireshark's own tools. */
@Tag("netns")
class CaptureIT {
  private static final String INBOUND = "0x00000001";
  private static final String OUTBOUND = "0x00000002";

  @TempDir Path directory;
  private Netns netns;

  @BeforeEach
  void makeNamespace() {
    netns = new Netns();
  }

  @AfterEach
  void deleteNamespace() {
    netns.close();
  }

  private SkiffProcess usual(String... more) throws Exception {
    String[] args = {"--tap", "skiff0", "--ip", SkiffProcess.IP + "/24"};
    String[] host = {"--host-ip", SkiffProcess.HOST_IP + "/24"};
    String[] all =
        java.util.stream.Stream.of(args, host, more)
            .flatMap(java.util.Arrays::stream)
            .toArray(String[]::new);
    return SkiffProcess.start(netns, directory, all);
  }

  private void ping(int count) {
    netns.exec(
        "ping", "-q", "-c", Integer.toString(count), "-i", "0.01", "-W", "2", SkiffProcess.IP);
  }

  @Test
  void aPcapFileHasEveryFrameWithDirectionAndVerdict() throws Exception {
    Path file = directory.resolve("all.pcapng");
    long echoes;
    try (SkiffProcess skiff = usual("--pcap", file.toString())) {
      ping(20);
      netns.run("ping", "-b", "-c", "1", "-W", "1", "198.51.100.255");
      echoes = skiff.counter("Icmp", "InEchos");
      assertEquals(0, skiff.stop("TERM"));
      assertEquals("", skiff.stderr());
    }
    assertEquals(echoes, Tshark.count(file, "icmp.type == 8"));
    assertEquals(20, Tshark.count(file, "icmp.type == 0"));
    assertEquals(0, Tshark.count(file, "icmp.checksum.status == \"Bad\" || _ws.malformed"));
    List<List<String>> frames =
        Tshark.read(
            file,
            "icmp && !(ip.dst == 198.51.100.255)",
            "frame.packet_flags_direction",
            "frame.comment",
            "frame.interface_name",
            "icmp.type");
    for (List<String> frame : frames) {
      boolean request = frame.get(3).equals("8");
      assertEquals(
          List.of(request ? INBOUND : OUTBOUND, "CONSUMED: sent or used up", "skiff0"),
          frame.subList(0, 3));
    }
    assertEquals(
        List.of(List.of("ICMP_ECHO_BROADCAST: ICMP message to a broadcast address")),
        Tshark.read(file, "ip.dst == 198.51.100.255", "frame.comment"));
    assertEquals(0, Tshark.count(file, "frame.time_delta < 0"), "in order of time");
  }

  @Test
  void aDaemonThatIsEndedUnderLoadLeavesAWholeFile() throws Exception {
    Path file = directory.resolve("load.pcapng");
    try (SkiffProcess skiff = usual("--pcap", file.toString())) {
      Process flood =
          new ProcessBuilder(
                  netns.inside("timeout", "3", "ping", "-f", "-q", "-c", "100000", SkiffProcess.IP))
              .redirectErrorStream(true)
              .start();
      for (int i = 0; Files.size(file) < 100_000; i++) {
        assertTrue(i < 200, "nothing is written");
        Netns.Result.of(List.of("sleep", "0.05"));
      }
      assertEquals(0, skiff.stop("TERM"));
      flood.destroy();
      flood.waitFor();
    }
    assertTrue(Tshark.count(file, "icmp.type == 0") > 0);
  }

  @Test
  void aFullDiskEndsTheCaptureAndNotTheStack() throws Exception {
    try (SkiffProcess skiff = usual("--pcap", "/dev/full")) {
      ping(5);
      for (int i = 0; skiff.stderr().isEmpty() && i < 100; i++) {
        ping(1);
      }
      assertTrue(skiff.stderr().contains("--pcap /dev/full: No space left on device"));
      assertTrue(skiff.stderr().contains("the stack goes on"), skiff.stderr());
      ping(5);
      assertEquals(0, skiff.stop("TERM"));
      assertEquals(1, skiff.stderr().lines().count(), skiff.stderr());
    }
  }

  @Test
  void aLiveCaptureIsWrittenByItsCallerAndEndsWithCtrlC() throws Exception {
    try (SkiffProcess skiff = usual()) {
      ping(1);
      Path file = directory.resolve("live.pcapng");
      String filter = "icmp and out";
      try (Listening capture =
          Listening.start(netns, skiff, directory, "capture", "-w", file.toString(), filter)) {
        ping(10);
        capture.signal("INT");
        assertEquals(0, capture.exitCode());
        assertTrue(
            capture.stderr().contains("10 frames captured, 0 lost by the capture"),
            capture.stderr());
      }
      assertEquals(10, Tshark.count(file, ""));
      assertEquals(10, Tshark.count(file, "icmp.type == 0"));
      ping(1);
    }
  }

  @Test
  void withoutAFileItPrintsLinesAndEndsAfterAsManyAsWereAskedFor() throws Exception {
    try (SkiffProcess skiff = usual()) {
      ping(1);
      try (Listening text = Listening.start(netns, skiff, directory, "capture", "-c3", "icmp");
          Listening json =
              Listening.start(netns, skiff, directory, "capture", "-c", "2", "--json", "icmp");
          Listening raw =
              Listening.start(netns, skiff, directory, "capture", "-c", "2", "-w", "-", "icmp")) {
        ping(5);
        assertEquals(0, text.exitCode());
        assertEquals(0, json.exitCode());
        assertEquals(0, raw.exitCode());
        assertEquals(3, text.lines().size());
        String line = text.lines().getFirst();
        String expected =
            "[0-9:.]{18} skiff0 In  IP 198\\.51\\.100\\.1 > 198\\.51\\.100\\.2: ICMP echo request,"
                + " id \\d+, seq \\d+, length 64";
        assertTrue(line.matches(expected), line);
        assertEquals(2, json.lines().size());
        assertEquals("CONSUMED", JSON.std.mapFrom(json.lines().getFirst()).get("verdict"));
        assertEquals(2, Tshark.count(raw.output(), "icmp"));
      }
    }
  }

  @Test
  void aReaderThatStandsStillLosesFramesOfItsCaptureAndNeverOfTheStack() throws Exception {
    try (SkiffProcess skiff = usual()) {
      ping(1);
      Path file = directory.resolve("slow.pcapng");
      try (Listening capture =
          Listening.start(netns, skiff, directory, "capture", "-w", file.toString(), "icmp")) {
        capture.signal("STOP");
        String report =
            netns.exec("ping", "-f", "-q", "-c", "10000", "-s", "1400", SkiffProcess.IP);
        assertTrue(report.contains(" 0% packet loss"), report);
        capture.signal("CONT");
        capture.signal("INT");
        assertEquals(0, capture.exitCode());
        String summary = capture.stderr().lines().toList().getLast();
        assertFalse(summary.contains(" 0 lost"), summary);
        String[] words = summary.split(" ", -1);
        long captured = Long.parseLong(words[1]);
        assertEquals(20_000, captured + Long.parseLong(words[4]), summary);
        assertEquals(captured, Tshark.count(file, ""));
      }
    }
  }

  @Test
  void whenTheDaemonEndsACaptureOfItEndsToo() throws Exception {
    try (SkiffProcess skiff = usual()) {
      Path file = directory.resolve("end.pcapng");
      try (Listening capture =
          Listening.start(netns, skiff, directory, "capture", "-w", file.toString(), "icmp")) {
        ping(3);
        assertEquals(0, skiff.stop("TERM"));
        assertEquals(0, capture.exitCode());
        assertTrue(capture.stderr().contains("the daemon has ended"), capture.stderr());
        assertTrue(capture.stderr().contains("6 frames captured"), capture.stderr());
      }
      assertEquals(6, Tshark.count(file, ""));
    }
  }

  @Test
  void whenTheDaemonIsKilledACaptureSaysSoAndKeepsWhatItHas() throws Exception {
    try (SkiffProcess skiff = usual()) {
      try (Listening capture = Listening.start(netns, skiff, directory, "capture", "icmp")) {
        ping(3);
        for (int i = 0; capture.lines().size() < 6 && i < 100; i++) {
          Netns.Result.of(List.of("sleep", "0.05"));
        }
        var _ = skiff.stop("KILL");
        assertEquals(1, capture.exitCode());
        assertTrue(capture.stderr().contains("went away"), capture.stderr());
        assertEquals(6, capture.lines().size());
      }
    }
  }

  @Test
  void aDiskThatIsFullEndsALiveCaptureWithOneLine() throws Exception {
    try (SkiffProcess skiff = usual()) {
      try (Listening capture =
          Listening.start(netns, skiff, directory, "capture", "-w", "/dev/full")) {
        assertEquals(1, capture.exitCode());
        String last = capture.stderr().lines().toList().getLast();
        assertEquals("skiff: /dev/full: No space left on device", last);
      }
      ping(3);
    }
  }

  @Test
  void aDiskWithSomeRoomGetsWholeFramesAndTheirNumber() throws Exception {
    // A small disk of the daemon's own, which others see through /proc.
    List<String> withDisk =
        netns.inside(
            "unshare",
            "-m",
            "sh",
            "-c",
            "mount -t tmpfs -o size=64k none /mnt && exec \"$@\"",
            "sh",
            SkiffProcess.SKIFF);
    String[] args = {
      "--tap", "skiff0", "--ip", SkiffProcess.IP + "/24", "--host-ip", SkiffProcess.HOST_IP + "/24"
    };
    List<String> all = new java.util.ArrayList<>(List.of(args));
    all.addAll(List.of("--pcap", "/mnt/full.pcapng"));
    try (SkiffProcess skiff =
        SkiffProcess.start(netns, directory, withDisk, all.toArray(String[]::new))) {
      netns.exec("ping", "-f", "-q", "-c", "2000", SkiffProcess.IP);
      for (int i = 0; skiff.stderr().isEmpty() && i < 100; i++) {
        Netns.Result.of(List.of("sleep", "0.05"));
      }
      Path file = directory.resolve("full.pcapng");
      Files.copy(Path.of("/proc/" + skiff.pid() + "/root/mnt/full.pcapng"), file);
      int frames = Tshark.count(file, "");
      assertTrue(frames > 100, frames + " frames");
      String warning = "the capture ends after " + frames + " packets, the stack goes on";
      assertTrue(skiff.stderr().contains(warning), skiff.stderr() + frames);
    }
  }

  @Test
  void aLiveCaptureOntoADiskWithSomeRoomKeepsWholeFramesAndSaysHowMany() throws Exception {
    try (SkiffProcess skiff = usual()) {
      Path file = directory.resolve("full.pcapng");
      String script =
          "mount -t tmpfs -o size=64k none /mnt || exit 9; \"$@\" -w /mnt/f; s=$?; cp /mnt/f "
              + file
              + "; exit $s";
      List<String> launcher = netns.inside("unshare", "-m", "sh", "-c", script, "sh");
      Path output = directory.resolve("none");
      try (Listening capture =
          Listening.start(
              launcher, skiff, directory, ProcessBuilder.Redirect.DISCARD, output, "capture")) {
        netns.exec("ping", "-f", "-q", "-c", "2000", SkiffProcess.IP);
        assertEquals(1, capture.exitCode());
        int frames = Tshark.count(file, "");
        assertTrue(frames > 100, frames + " frames");
        List<String> lines = capture.stderr().lines().toList();
        assertEquals(
            List.of(
                "skiff: " + frames + " frames captured, 0 lost by the capture",
                "skiff: /mnt/f: No space left on device"),
            lines.subList(lines.size() - 2, lines.size()));
      }
    }
  }

  /** One whose output goes into a pipe that nobody reads. */
  private Listening blocked(SkiffProcess skiff, String... args) throws Exception {
    List<String> launcher = netns.inside();
    Path output = directory.resolve("none");
    Listening listening =
        Listening.start(launcher, skiff, directory, ProcessBuilder.Redirect.PIPE, output, args);
    netns.exec("ping", "-f", "-q", "-c", "3000", SkiffProcess.IP);
    return listening;
  }

  @Test
  void oneWhoseOutputTakesNothingEndsAllTheSame() throws Exception {
    try (SkiffProcess skiff = usual()) {
      try (Listening capture = blocked(skiff, "capture")) {
        capture.signal("INT");
        assertEquals(130, capture.exitCode());
      }
      try (Listening trace = blocked(skiff, "trace", "-c", "1000")) {
        trace.signal("HUP");
        trace.signal("TERM");
        long start = System.nanoTime();
        int exitCode = trace.exitCode();
        assertTrue(exitCode == 143 || exitCode == 129, exitCode + ", whichever came last");
        assertTrue(System.nanoTime() - start < 1_500_000_000L, "a second signal does not wait");
      }
      ping(1);
    }
  }

  @Test
  void aReaderThatWantsNoMoreIsNoFailure() throws Exception {
    try (SkiffProcess skiff = usual()) {
      ping(1);
      Path output = directory.resolve("head");
      String script = "{ \"$@\"; echo $? > " + output + ".exit; } | head -n 2 > " + output;
      List<String> launcher = netns.inside("sh", "-c", script, "sh");
      try (Listening capture =
          Listening.start(
              launcher, skiff, directory, ProcessBuilder.Redirect.DISCARD, output, "capture")) {
        ping(50);
        assertEquals(0, capture.exitCode());
        assertEquals(2, capture.lines().size());
        assertEquals("0", Files.readString(Path.of(output + ".exit")).strip());
        assertTrue(capture.stderr().contains("frames captured"), capture.stderr());
      }
    }
  }

  @Test
  void aTraceShowsTheFunctionsThatAPingPasses() throws Exception {
    try (SkiffProcess skiff = usual()) {
      ping(1);
      try (Listening trace = Listening.start(netns, skiff, directory, "trace", "icmp")) {
        ping(2);
        assertEquals(0, trace.exitCode());
        String story = String.join("\n", trace.lines());
        for (String point :
            List.of(
                "netif_rx",
                "net_bh",
                "eth_type_trans",
                "ip_rcv",
                "icmp_echo",
                "eth_header",
                "hard_start_xmit",
                "tap write",
                "=> CONSUMED")) {
          assertTrue(story.contains(point), point + " in:\n" + story);
        }
      }
      ping(2);
    }
  }

  @Test
  void onlyOneTracesAtATimeAndAtMostFourListen() throws Exception {
    try (SkiffProcess skiff = usual();
        Listening first = Listening.start(netns, skiff, directory, "trace", "udp")) {
      Netns.Result second =
          netns.run(SkiffProcess.SKIFF, "trace", "--socket", skiff.socket().toString());
      assertEquals(1, second.exitCode());
      assertTrue(second.output().contains("one at a time"), second.output());
      try (Listening a = Listening.start(netns, skiff, directory, "capture", "udp");
          Listening b = Listening.start(netns, skiff, directory, "capture", "udp");
          Listening c = Listening.start(netns, skiff, directory, "capture", "udp")) {
        Netns.Result fifth =
            netns.run(SkiffProcess.SKIFF, "capture", "--socket", skiff.socket().toString());
        assertEquals(1, fifth.exitCode());
        assertTrue(fifth.output().contains("end one"), fifth.output());
        assertTrue(skiff.ask("status").contains("UP"));
        for (Listening listening : List.of(a, b, c, first)) {
          listening.signal("INT");
          assertEquals(0, listening.exitCode());
        }
      }
      try (Listening again = Listening.start(netns, skiff, directory, "trace", "udp")) {
        again.signal("INT");
        assertEquals(0, again.exitCode());
      }
    }
  }
}
