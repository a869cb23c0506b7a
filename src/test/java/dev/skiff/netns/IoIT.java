package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code skiff run --io}: with an io_uring, and where there is none or it fails, without. */
@Tag("netns")
class IoIT {
  private static final int PINGS = 300;

  /** So many pings at once make a burst that goes through a ring, and not frame by frame. */
  private static final int OUTSTANDING = 64;

  private static final List<String> USUAL =
      List.of(
          "--tap",
          "skiff0",
          "--ip",
          SkiffProcess.IP + "/24",
          "--host-ip",
          SkiffProcess.HOST_IP + "/24");

  @TempDir Path directory;
  private Netns netns;

  @BeforeEach
  void makeNamespace() {
    netns = new Netns();
    netns.exec("sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1");
  }

  @AfterEach
  void deleteNamespace() {
    netns.close();
  }

  private static String[] usual(String... io) {
    List<String> all = new ArrayList<>(USUAL);
    all.addAll(List.of(io));
    return all.toArray(String[]::new);
  }

  private SkiffProcess start(String... io) throws IOException {
    return SkiffProcess.start(netns, directory, usual(io));
  }

  /** Starts it where a system call fails. */
  private SkiffProcess startWithout(int call, int errno, int least, String... io)
      throws IOException {
    List<String> refuse = new Refuse(directory).command(call, errno, least, SkiffProcess.SKIFF);
    return SkiffProcess.start(
        netns, directory, netns.inside(refuse.toArray(String[]::new)), usual(io));
  }

  private void pings() throws Exception {
    try (Flood flood =
        Flood.start(netns, directory, SkiffProcess.IP, PINGS, "-l", "" + OUTSTANDING)) {
      flood.assertNothingLost();
    }
  }

  /** What {@code skiff link --json} says of it, and {@code skiff link} as well. */
  private static String io(SkiffProcess skiff) throws IOException {
    String io = skiff.io("skiff0");
    String text = skiff.ask("link");
    assertTrue(text.contains("\n    io: " + io + "\n"), text);
    return io;
  }

  private static void assertNoRing(SkiffProcess skiff) throws IOException {
    assertEquals(0, skiff.now("io_skiff0", "Enters"));
    assertEquals(0, skiff.now("io_skiff0", "RingReads"));
    assertTrue(skiff.now("io_skiff0", "Reads") > PINGS, () -> skiff.ask("stat"));
    assertTrue(skiff.now("io_skiff0", "Writes") >= PINGS, () -> skiff.ask("stat"));
  }

  private static void assertEndsWell(SkiffProcess skiff) throws Exception {
    assertEquals(0, skiff.now("skiff0", "tx_errors") + skiff.now("skiff0", "tx_dropped"));
    skiff.assertBooksAddUp(1);
    skiff.set("skiff0", Map.of("up", false));
    skiff.assertBooksAddUp(0);
    assertEquals(0, skiff.stop("TERM"));
  }

  @ParameterizedTest
  @CsvSource({"''", "--io=auto", "--io=uring"})
  void aRingIsUsedWhereThereIsOne(String io) throws Exception {
    try (SkiffProcess skiff = io.isEmpty() ? start() : start(io)) {
      pings();
      assertEquals("uring", io(skiff));
      assertTrue(skiff.now("io_skiff0", "Enters") > 0);
      assertTrue(skiff.now("io_skiff0", "RingWrites") > PINGS / 2, () -> skiff.ask("stat"));
      assertEndsWell(skiff);
      assertEquals("", skiff.stderr());
    }
  }

  @Test
  void withoutARingIfItIsToldSo() throws Exception {
    try (SkiffProcess skiff = start("--io", "syscall")) {
      pings();
      assertEquals("syscall (as it was told)", io(skiff));
      assertNoRing(skiff);
      assertEndsWell(skiff);
      assertEquals("", skiff.stderr());
    }
  }

  /** An old kernel, a container's seccomp profile, and one that lets rings be made and not used. */
  @ParameterizedTest
  @CsvSource({
    "425, 38, ''       , 'io_uring_setup: Function not implemented: '",
    "425,  1, --io=auto, 'io_uring_setup: Operation not permitted: '",
    "426,  1, ''       , 'io_uring: io_uring_enter: Operation not permitted'",
    "427, 13, --io=auto, 'io_uring: IORING_REGISTER_FILES: Permission denied'",
  })
  void whereNoneCanBeHadItIsASystemCallAFrame(int call, int errno, String io, String why)
      throws Exception {
    String[] option = io.isEmpty() ? new String[0] : new String[] {io};
    try (SkiffProcess skiff = startWithout(call, errno, 0, option)) {
      pings();
      String said = io(skiff);
      assertTrue(said.startsWith("syscall (" + why), said);
      assertNoRing(skiff);
      assertEndsWell(skiff);
      assertEquals("", skiff.stderr(), "it is no fault");
    }
  }

  @ParameterizedTest
  @CsvSource({"425, 38", "425, 1", "426, 1"})
  void whoeverInsistsOnARingIsToldWhatToDoAndNothingStays(int call, int errno) {
    refused(call, errno);
    assertFalse(netns.has("skiff0"), "a TAP that was made for it");
    netns.exec("ip", "tuntap", "add", "dev", "skiff0", "mode", "tap");
    String before = netns.exec("ip", "addr", "show", "skiff0");
    refused(call, errno, "--txqueuelen", "77", "--mtu", "1400");
    assertEquals(before, netns.exec("ip", "addr", "show", "skiff0"));
  }

  private void refused(int call, int errno, String... more) {
    List<String> command =
        new ArrayList<>(new Refuse(directory).command(call, errno, 0, SkiffProcess.SKIFF, "run"));
    command.addAll(USUAL);
    command.addAll(List.of("--io", "uring", "--socket", directory.resolve("skiff.sock") + ""));
    command.addAll(List.of(more));
    Netns.Result result = netns.run(command.toArray(String[]::new));
    assertEquals(1, result.exitCode(), result.output());
    assertEquals(1, result.output().lines().count(), result.output());
    assertTrue(
        result.output().matches("skiff: TAP skiff0: no io_uring: io_uring.*; use --io auto\n"),
        result.output());
  }

  @Test
  void whatIsNoWayToAskIsRefusedInOneLine() {
    List<String> command = new ArrayList<>(List.of(SkiffProcess.SKIFF, "run"));
    command.addAll(List.of(usual("--io", "bogus")));
    Netns.Result refused = netns.run(command.toArray(String[]::new));
    assertEquals(2, refused.exitCode(), refused.output());
    assertEquals(
        "skiff run: --io: 'bogus' is no I/O mode: use one of auto, uring, syscall",
        refused.output().strip());
    assertFalse(netns.has("skiff0"));
  }

  /** What waits in the host may be bound, which a ring does not bear; that ends with its owner. */
  @Test
  void aTapWithASndbufHasNoRingAndTheNextOwnerHasOneAgain() throws Exception {
    netns.exec("ip", "tuntap", "add", "dev", "skiff0", "mode", "tap");
    // As root for good: on a TAP that stays, the host's side is put back without a word.
    try (SkiffProcess skiff = start("--sndbuf", "1000000", "--user", "root")) {
      pings();
      assertEquals("syscall (the TAP has a sndbuf)", io(skiff));
      assertNoRing(skiff);
      assertEndsWell(skiff);
      assertEquals("", skiff.stderr());
    }
    try (SkiffProcess skiff = start()) {
      pings();
      assertEquals("uring", io(skiff));
      assertEndsWell(skiff);
    }
  }

  /** Bursts fail from the first one on; that which met it is sent all the same. */
  @ParameterizedTest
  @CsvSource({"12, Cannot allocate memory", "11, Resource temporarily unavailable"})
  void aRingThatFailsLaterIsGivenUpAndNothingIsLost(int errno, String text) throws Exception {
    try (SkiffProcess skiff = startWithout(Refuse.IO_URING_ENTER, errno, 8)) {
      netns.exec("ping", "-q", "-c", "1", SkiffProcess.IP);
      assertEquals("uring", io(skiff));
      pings();
      assertEquals("syscall (io_uring_enter: " + text + ")", io(skiff));
      long enters = skiff.now("io_skiff0", "Enters");
      long writes = skiff.now("io_skiff0", "Writes");
      pings();
      assertEquals(enters, skiff.now("io_skiff0", "Enters"), "it is not tried again");
      assertTrue(skiff.now("io_skiff0", "Writes") >= writes + PINGS, () -> skiff.ask("stat"));
      skiff.assertOneLine(
          "TAP skiff0: io_uring_enter: " + text + ": from here on a system call a frame");
      assertEndsWell(skiff);
    }
  }
}
