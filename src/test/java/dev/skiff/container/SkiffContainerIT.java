package dev.skiff.container;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.Device;
import com.github.dockerjava.api.model.HostConfig;
import dev.skiff.testcontainers.SkiffContainer;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.ContainerLaunchException;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;

/** {@link SkiffContainer}, as the tests of others use it, with the image of this build. */
@Tag("container")
@Timeout(120)
class SkiffContainerIT {
  private static final Path HOME = Path.of(System.getProperty("skiff.home", ""));
  private static final String EXAMPLE = "SkiffContainerExample";

  private static SkiffContainer skiff(String image) {
    return new SkiffContainer(image)
        .withImagePullPolicy(name -> false)
        // scripts/ensure-docker sweeps by this label what a killed test run leaves.
        .withLabel("dev.skiff.test", "container");
  }

  private static SkiffContainer skiff() {
    return skiff(SkiffInContainer.IMAGE);
  }

  private static String message(SkiffContainer skiff) {
    return String.valueOf(assertThrows(ContainerLaunchException.class, skiff::start).getMessage());
  }

  private static String output(SkiffContainer skiff, String... command)
      throws IOException, InterruptedException {
    ExecResult result = skiff.execInContainer(command);
    assertEquals(0, result.getExitCode(), result::toString);
    return result.getStdout();
  }

  @Test
  void startsWithTheLeastRightsAnswersAndEndsWell() throws IOException, InterruptedException {
    try (SkiffContainer skiff = skiff()) {
      skiff.start();

      HostConfig rights = skiff.getContainerInfo().getHostConfig();
      assertAll(
          () -> assertEquals(false, rights.getPrivileged(), "privileged"),
          () -> assertEquals(List.of(Capability.ALL), capabilities(rights.getCapDrop())),
          () ->
              assertEquals(
                  List.of(Capability.NET_ADMIN, Capability.SETGID, Capability.SETUID),
                  capabilities(rights.getCapAdd())));

      // Without -w it would wait for the last answer only twice as long as the others took.
      String ping = output(skiff, "/bin/ping", "-c", "3", "-i", "0.2", "-w", "10", skiff.ip());
      assertTrue(ping.contains(", 3 received,"), ping);

      assertTrue(skiff.skiff("stat").contains("OutEchoReps"), () -> skiff.skiff("stat"));
      Map<String, Object> status = JSON.std.mapFrom(skiff.json("status"));
      Map<?, ?> device =
          (Map<?, ?>)
              ((List<?>)
                      Objects.requireNonNull(
                          ((Map<?, ?>) Objects.requireNonNull(status.get("status")))
                              .get("devices")))
                  .getFirst();
      assertEquals(skiff.mac(), device.get("mac"), status::toString);
      assertEquals(skiff.tap(), device.get("name"), status::toString);

      String process = output(skiff, "/bin/cat", "/proc/1/status");
      assertTrue(process.contains("Uid:\t65534\t65534\t65534\t65534"), process);

      aCommandThatFailsIsOneLine(skiff);

      assertEquals(0, skiff.stopGracefully(), skiff::getLogs);
      assertTrue(skiff.getLogs().contains(skiff.mac()), "the log is there after the end");
    }
  }

  private static void aCommandThatFailsIsOneLine(SkiffContainer skiff) {
    assertEquals(
        "skiff nonsense: exit code 2: skiff: Unmatched argument at index 0: 'nonsense' (see skiff"
            + " --help)",
        assertThrows(IllegalStateException.class, () -> skiff.skiff("nonsense")).getMessage());
    String unanswered =
        String.valueOf(
            assertThrows(
                    IllegalStateException.class,
                    () -> skiff.skiff("ping", "-c", "1", "198.51.100.77"))
                .getMessage());
    assertTrue(
        unanswered.matches(
            "skiff ping -c 1 198\\.51\\.100\\.77: exit code 1: PING .* 0 received.*"),
        unanswered);
  }

  private static List<Capability> capabilities(Capability[] all) {
    return Arrays.stream(all).sorted().toList();
  }

  @Test
  void takesWhatItIsTold() throws IOException, InterruptedException {
    try (SkiffContainer skiff =
        skiff()
            .withTap("t0")
            .withIp("203.0.113.2/28", "203.0.113.3/28")
            .withHostIp("203.0.113.1/28")
            .withMac("02:00:5e:10:00:01")
            .withGateway("203.0.113.1")
            .withArguments("--idle", "adaptive")) {
      skiff.start();
      assertEquals("02:00:5e:10:00:01", skiff.mac());
      assertTrue(skiff.skiff("route").contains("default via 203.0.113.1"), skiff.skiff("route"));
      String ping = output(skiff, "/bin/ping", "-c", "1", "-w", "10", "203.0.113.3");
      assertTrue(ping.contains(", 1 received,"), ping);

      // Another container, with another command, of the same object.
      skiff.stop();
      skiff.withMac("02:00:5e:10:00:02").start();
      assertEquals("02:00:5e:10:00:02", skiff.mac());
    }
  }

  /** As the page shows it: a network whose subnet is known, and addresses kept for Skiff. */
  @Test
  void withAnUplinkAnotherContainerReachesIt() throws IOException, InterruptedException {
    try (Network wire =
            Network.builder()
                .createNetworkCmdModifier(
                    create ->
                        create
                            .withLabels(Map.of("dev.skiff.test", "container"))
                            .withInternal(true)
                            .withIpam(
                                new com.github.dockerjava.api.model.Network.Ipam()
                                    .withConfig(
                                        new com.github.dockerjava.api.model.Network.Ipam.Config()
                                            .withSubnet("203.0.113.0/24")
                                            .withIpRange("203.0.113.128/25"))))
                .build();
        SkiffContainer skiff =
            skiff().withNetwork(wire).withIp("203.0.113.2/24").withUplink("eth0");
        GenericContainer<?> other =
            new GenericContainer<>(SkiffInContainer.IMAGE)
                .withImagePullPolicy(name -> false)
                .withLabel("dev.skiff.test", "container")
                .withNetwork(wire)
                .withCreateContainerCmdModifier(
                    create -> create.withEntrypoint("/bin/sleep").withCmd("100"))) {
      skiff.start();
      other.start();

      String ping =
          other
              .execInContainer("/bin/ping", "-c", "3", "-i", "0.2", "-w", "10", skiff.ip())
              .getStdout();
      assertTrue(ping.contains(", 3 received,"), () -> ping + skiff.getLogs());
      String neighbours = other.execInContainer("/bin/ip", "neigh", "show").getStdout();
      assertTrue(neighbours.contains(skiff.ip() + " dev eth0 lladdr " + skiff.mac()), neighbours);
      assertEquals(0, skiff.stopGracefully(), skiff::getLogs);
    }
  }

  @Test
  @Tag("privileged")
  void aPrivilegedOneKeepsItsRights() {
    try (SkiffContainer skiff = skiff().withPrivilegedMode(true)) {
      skiff.start();
      HostConfig rights = skiff.getContainerInfo().getHostConfig();
      assertEquals(true, rights.getPrivileged(), "privileged");
      assertTrue(
          rights.getCapDrop() == null || rights.getCapDrop().length == 0, "nothing is dropped");
    }
  }

  @Test
  void aStartThatFailsSaysWhatSkiffSaidAndDoesNotWait() {
    try (SkiffContainer skiff = skiff().withIp("198.51.100.2/99")) {
      long began = System.nanoTime();
      String message = message(skiff);
      assertTrue(
          message.startsWith(
              "skiff ended with exit code 2 before its start line; it said:\nskiff run: --ip: "),
          message);
      assertTrue(message.contains("prefix /99"), message);
      assertTrue(System.nanoTime() - began < 20_000_000_000L, "it waited for what was over");
      assertEquals(
          "skiff has not said its MAC address: it has not started",
          assertThrows(IllegalStateException.class, skiff::mac).getMessage());
    }
  }

  @Test
  void withoutNetAdminItSaysSo() {
    try (SkiffContainer skiff = withCapabilities(Capability.SETUID, Capability.SETGID)) {
      String message = message(skiff);
      assertTrue(
          message.startsWith(
              "skiff ended with exit code 1 before its start line; it said:\nskiff:"),
          message);
      assertTrue(
          message.endsWith("\nthe container has no NET_ADMIN, without which there is no TAP"),
          message);
    }
  }

  /** What a test's own modifier asks for has the last word. */
  @Test
  void withoutSetuidItStaysRootAsItsStatusSays() {
    try (SkiffContainer skiff = withCapabilities(Capability.NET_ADMIN)) {
      skiff.start();
      String status = skiff.skiff("status");
      assertTrue(status.contains("runs as root (0:0)"), status);
      assertTrue(status.contains("capabilities net_admin"), status);
    }
  }

  private static SkiffContainer withCapabilities(Capability... all) {
    return skiff()
        .withCreateContainerCmdModifier(
            create -> Objects.requireNonNull(create.getHostConfig()).withCapAdd(all));
  }

  @Test
  void withoutTheDeviceItSaysSo() {
    // No machine that runs these tests is without the right one.
    Device none = Device.parse("/dev/net/tun-that-is-not-there");
    try (SkiffContainer skiff =
        skiff()
            .withCreateContainerCmdModifier(
                create -> Objects.requireNonNull(create.getHostConfig()).withDevices(none))) {
      String message = message(skiff);
      assertTrue(
          message.startsWith(
              "the container engine's machine has no /dev/net/tun (modprobe tun there): "),
          message);
      assertEquals(1, message.lines().count(), message);
    }
  }

  @Test
  void anImageThatIsNotThereIsNamed() {
    try (SkiffContainer skiff = skiff("skiff-not-there:none")) {
      String message = message(skiff);
      assertTrue(
          message.startsWith("the engine has no such image: build it, or name one that can be"),
          message);
      assertTrue(message.contains("skiff-not-there:none"), message);
      assertEquals(1, message.lines().count(), message);
    }
  }

  @Test
  void aStartLineThatDoesNotComeIsNotWaitedForForever() {
    try (SkiffContainer skiff = skiff().withStartupTimeout(Duration.ofSeconds(1))) {
      skiff.withCreateContainerCmdModifier(
          create -> create.withEntrypoint("/bin/sh", "-c", "echo hello; exec sleep 30"));
      assertEquals(
          "skiff runs, but its start line has not come in 1 s; it said:\nhello", message(skiff));
    }
  }

  /** With the jar for others and without anything else of ours; each of its tests. */
  @Test
  void theExampleWorks(@TempDir Path classes) throws IOException, ReflectiveOperationException {
    String path =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .filter(entry -> !entry.endsWith("target/classes") && !entry.contains("test-classes"))
            .collect(
                Collectors.joining(File.pathSeparator, JarsIT.OTHERS + File.pathSeparator, ""));
    StringWriter said = new StringWriter();
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, UTF_8)) {
      boolean good =
          compiler
              .getTask(
                  said,
                  files,
                  null,
                  List.of("-cp", path, "-d", classes.toString()),
                  null,
                  files.getJavaFileObjects(HOME.resolve("docs/examples/" + EXAMPLE + ".java")))
              .call();
      assertTrue(good, said::toString);
    }
    int ran = 0;
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {classes.toUri().toURL()}, getClass().getClassLoader())) {
      Constructor<?> constructor = loader.loadClass(EXAMPLE).getDeclaredConstructor();
      constructor.setAccessible(true);
      for (Method method : constructor.getDeclaringClass().getDeclaredMethods()) {
        if (method.isAnnotationPresent(Test.class)) {
          method.setAccessible(true);
          method.invoke(constructor.newInstance());
          ran++;
        }
      }
    }
    assertTrue(ran > 1, "tests in the example: " + ran);
  }
}
