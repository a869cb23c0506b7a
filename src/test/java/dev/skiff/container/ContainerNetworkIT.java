package dev.skiff.container;

import static dev.skiff.container.SkiffInContainer.at;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.lifecycle.Startables;

/**
 * Three hosts on one network of containers: two Skiffs, each with a MAC address and an IP address
 * of its own beside those of its container, and a kernel in a third container.
 */
@Tag("container")
@Timeout(120)
class ContainerNetworkIT {
  private static final int KERNEL = 20;
  private static final int KERNEL_BESIDE_ONE = 11;
  private static final int KERNEL_BESIDE_TWO = 12;
  private static final int ONE = 201;
  private static final int TWO = 202;

  /** So that a neighbour who is gone is found out in seconds, not in a minute. */
  private static final String[] SOON = {
    "--neigh", "base_reachable_time=1s,delay_first_probe_time=1s"
  };

  private static final int GIVEN_UP_SECONDS = 20;

  // With -w, ping goes on until so many were answered: on a busy machine the last of them may be
  // later than it would wait without.

  private static Wire wire;
  private static SkiffInContainer one;
  private static SkiffInContainer two;
  private static KernelInContainer kernel;

  @BeforeAll
  static void threeHosts() {
    Engine.mustHaveTheImage();
    wire = Wire.create();
    one = new SkiffInContainer(wire, KERNEL_BESIDE_ONE, ONE, SOON).withLeastRights();
    two = new SkiffInContainer(wire, KERNEL_BESIDE_TWO, TWO, SOON).withLeastRights();
    kernel = new KernelInContainer(wire, KERNEL);
    Startables.deepStart(one, two, kernel).join();
  }

  @AfterAll
  static void nobodyIsLeft() {
    for (HostInContainer<?> host : new HostInContainer<?>[] {one, two, kernel}) {
      if (host != null) {
        host.close();
      }
    }
    if (wire != null) {
      wire.close();
    }
  }

  @Test
  void kernelInAnotherContainerPingsBoth() throws IOException, InterruptedException {
    kernel.forgetNeighbours();
    for (SkiffInContainer skiff : new SkiffInContainer[] {one, two}) {
      String ping = kernel.ping(skiff.address(), "-c", "5", "-i", "0.5", "-w", "10");
      assertTrue(ping.contains(" 5 received, 0% packet loss"), ping);
      String found = kernel.neighbour(skiff.address());
      assertTrue(found.contains("lladdr " + skiff.mac() + " "), found);
      assertNotEquals(skiff.macOfTheContainer(), skiff.mac(), "Skiff is a host of its own");
    }
    assertNotEquals(one.mac(), two.mac());
    // What is next to Skiff is the bridge; its neighbour, though, is the kernel far away.
    Map<?, ?> far = entry(one, wire.address(KERNEL));
    assertEquals(
        kernel.output("/bin/cat", "/sys/class/net/eth0/address").strip(), at(far, "lladdr"));
  }

  @Test
  void skiffsPingEachOther() throws IOException, InterruptedException {
    for (SkiffInContainer[] pair : new SkiffInContainer[][] {{one, two}, {two, one}}) {
      SkiffInContainer from = pair[0];
      SkiffInContainer to = pair[1];
      String ping = from.output("skiff", "ping", "-c", "5", "-i", "0.2", "-w", "10", to.address());
      assertTrue(ping.contains(" 5 received, "), ping);
      assertEquals(to.mac(), at(entry(from, to.address()), "lladdr"));
      assertEquals(from.mac(), at(entry(to, from.address()), "lladdr"));
    }
  }

  /** The neighbour's cable is pulled: Skiff asks for it, gives it up, and counts what was lost. */
  @Test
  void kernelThatIsCutOffIsGivenUpAndFoundAgain() throws Exception {
    String far = wire.address(KERNEL);
    skiffPings(one, far);
    final int failed = counter(one, "arp_cache", "res_failed");
    final long dropped = drops(one, "NEIGH_FAILED");

    wire.cutOff(kernel);
    try {
      isNotAnswered(far);
      awaitFailed(far);
      // What is sent now waits for an answer to ARP, and is dropped when none has come.
      isNotAnswered(far);
      awaitFailed(far);
      Engine.await(
          "what waited is counted", GIVEN_UP_SECONDS, () -> drops(one, "NEIGH_FAILED") > dropped);
      assertTrue(counter(one, "arp_cache", "res_failed") > failed, "a search that failed counts");
      // Between those two nothing has changed.
      skiffPings(one, two.address());
    } finally {
      wire.connect(kernel, KERNEL);
    }
    String ping = kernel.ping(one.address(), "-c", "5", "-i", "0.2", "-w", "10");
    assertTrue(ping.contains(" 5 received, "), ping);
    skiffPings(one, far);
    assertNotEquals("FAILED", at(entry(one, far), "state"));
  }

  private static void isNotAnswered(String far) throws IOException, InterruptedException {
    ExecResult ping = one.execInContainer("skiff", "ping", "-c", "1", "-w", "3", far);
    assertEquals(1, ping.getExitCode(), ping::toString);
    assertTrue(ping.getStdout().contains(" 0 received, "), ping::toString);
  }

  private static void awaitFailed(String far) throws Exception {
    Engine.await(
        far + " FAILED", GIVEN_UP_SECONDS, () -> "FAILED".equals(at(entry(one, far), "state")));
  }

  /** Skiff's own container loses its interface, and gets a new one. */
  @Test
  void skiffThatIsCutOffAnswersAgain() throws Exception {
    String mac = one.mac();
    final String before = one.startLines().toString();
    wire.cutOff(one);
    try {
      kernel.forgetNeighbours();
      String ping = kernel.ping(one.address(), "-c", "1", "-w", "8");
      assertAll(
          () -> assertTrue(ping.contains(" 0 received, "), ping),
          () -> assertTrue(ping.contains("Destination Host Unreachable"), ping));
      String lost = kernel.neighbour(one.address());
      // The next packet may have begun a new search already.
      assertTrue(lost.contains("FAILED") || lost.contains("INCOMPLETE"), lost);
      ExecResult toOther =
          one.execInContainer("skiff", "ping", "-c", "1", "-w", "1", two.address());
      assertEquals(1, toOther.getExitCode(), toOther::toString);
    } finally {
      wire.connect(one, KERNEL_BESIDE_ONE);
      one.join();
    }
    String ping = kernel.ping(one.address(), "-c", "5", "-i", "0.2", "-w", "10");
    assertAll(
        () -> assertTrue(ping.contains(" 5 received, "), ping),
        () -> assertTrue(kernel.neighbour(one.address()).contains("lladdr " + mac + " ")),
        () -> assertEquals(before, one.startLines().toString(), "it was not started anew"));
    skiffPings(one, two.address());
  }

  private static void skiffPings(SkiffInContainer skiff, String address)
      throws IOException, InterruptedException {
    String ping = skiff.output("skiff", "ping", "-c", "3", "-i", "0.2", "-w", "10", address);
    assertTrue(ping.contains(" 3 received, "), ping);
  }

  private static Map<?, ?> entry(SkiffInContainer skiff, String address)
      throws IOException, InterruptedException {
    Map<String, Object> answer = skiff.answer("neigh");
    for (Object entry : (List<?>) at(answer, "neigh")) {
      if (address.equals(at(entry, "dst"))) {
        return (Map<?, ?>) entry;
      }
    }
    throw new AssertionError("no " + address + " in " + answer);
  }

  private static int counter(SkiffInContainer skiff, String group, String name)
      throws IOException, InterruptedException {
    return ((Map<?, ?>) at(skiff.answer("stat"), "stat", group)).get(name) instanceof Number n
        ? n.intValue()
        : 0;
  }

  private static long drops(SkiffInContainer skiff, String reason)
      throws IOException, InterruptedException {
    return skiff
        .output("skiff", "drops")
        .lines()
        .filter(line -> line.startsWith(reason + " "))
        .mapToLong(line -> Long.parseLong(line.split(" +", -1)[1]))
        .sum();
  }
}
