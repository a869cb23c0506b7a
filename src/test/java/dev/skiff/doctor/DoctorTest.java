package dev.skiff.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is said of a daemon; and all checks together. */
class DoctorTest extends CheckCase {
  // ---- The daemon ------------------------------------------------------------------------------
  private static List<String> daemonSays(RunningDaemon daemon) {
    Patient patient = new FakeMachine().patient(NOTHING, daemon);
    return new DaemonCheck().look(patient).stream().map(CheckCase::line).toList();
  }

  private static List<String> silent(String error) {
    return daemonSays(RunningDaemon.silent(List.of(SOCKET), error));
  }

  @Test
  void daemonsThatDoNotAnswer() {
    assertSays(daemonSays(RunningDaemon.NONE), "OK", "none of yours runs");
    assertSays(silent("asked (Connection refused)"), "WARN", "killed");
    assertSays(silent("asked (Permission denied)"), "FAIL", "is not yours");
    assertSays(silent("asked (No such file or directory)"), "FAIL", "there is no socket");
    assertSays(silent("did not answer within 5 s"), "FAIL", "jstack");
    RunningDaemon two = RunningDaemon.silent(List.of(SOCKET, Path.of("/run/skiff/b.sock")), "");
    assertSays(daemonSays(two), "SKIP", "b.sock");
  }

  @Test
  void aDaemonThatAnswers() throws IOException {
    List<String> good = daemonSays(healthy());
    assertEquals(1, good.size(), good.toString());
    assertSays(good, "OK", "pid 77, up 5 s, faults 0");
  }

  @Test
  void aDaemonInTrouble() throws IOException {
    List<String> found =
        daemonSays(
            daemon(
                "{\"pid\":77,\"faults\":2,\"devices\":[{\"name\":\"a\",\"up\":true},{\"name\":\"b\","
                    + "\"up\":false},{\"name\":\"c\",\"up\":false,\"failure\":\"TAP c is gone\"}]}",
                "[{\"reason\":\"NOMEM\",\"count\":3},{\"reason\":\"IPV6DISABLED\",\"count\":9}]",
                "{\"host_a\":{\"tx_dropped\":7}}",
                "[{\"ifname\":\"a\",\"flags\":[\"UP\",\"NO-CARRIER\"]}]"));
    assertSays(found, "WARN daemon", "faults 2");
    assertSays(found, "FAIL a", "no carrier");
    assertSays(found, "WARN a", "7 frames were lost in the host's queue");
    assertSays(found, "FAIL b", "is down in Skiff");
    assertSays(found, "FAIL c", "TAP c is gone");
    assertSays(found, "WARN drops", "NOMEM 3");
    assertFalse(found.toString().contains("IPV6DISABLED"));
  }

  // ---- All together ----------------------------------------------------------------------------
  @Test
  void aNativeLibraryThatDoesNotLoadIsAFindingAndStopsNoOtherCheck() {
    FakeMachine machine = new FakeMachine();
    machine.libraryError = new UnsatisfiedLinkError("failed to map segment\nand more");
    Map<String, Verdict> found = new java.util.HashMap<>();
    for (Finding finding : new Doctor(machine, machine).look(USUAL, RunningDaemon.NONE)) {
      found.put(finding.topic(), finding.verdict());
      assertFalse(finding.found().contains("\n"), finding.found());
    }
    assertEquals(Verdict.FAIL, found.get("native code"));
    assertEquals(Verdict.SKIP, found.get("addresses"));
    assertEquals(Verdict.OK, found.get("daemon"));
  }
}
