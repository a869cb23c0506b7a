package dev.skiff.testcontainers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.regex.Matcher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the daemon is called with; no engine is needed. In a container: SkiffContainerIT. */
class SkiffContainerTest {
  private static SkiffContainer skiff() {
    return new SkiffContainer("skiff");
  }

  private static String command(SkiffContainer container) {
    return String.join(" ", container.command());
  }

  @Test
  void byItselfItIsAHostOnItsTap() {
    assertEquals(
        "run --tap skiff0 --ip 198.51.100.2/24 --host-ip 198.51.100.1/24", command(skiff()));
    assertEquals("198.51.100.2", skiff().ip());
    assertEquals("skiff0", skiff().tap());
  }

  @Test
  void eachMethodIsAnOption() {
    SkiffContainer container =
        skiff()
            .withArguments("--fault", "loss=10%,seed=1")
            .withGateway("203.0.113.1")
            .withMac("02:00:5e:10:00:01")
            .withHostIp("203.0.113.1/28")
            .withIp("203.0.113.2/28", "203.0.113.3/28")
            .withTap("t0")
            .withArguments("--idle", "spin");
    assertEquals(
        "run --tap t0 --ip 203.0.113.2/28 --ip 203.0.113.3/28 --host-ip 203.0.113.1/28"
            + " --mac 02:00:5e:10:00:01 --gateway 203.0.113.1"
            + " --fault loss=10%,seed=1 --idle spin",
        command(container));
    assertEquals("203.0.113.2", container.ip());
    assertEquals("t0", container.tap());
  }

  @Test
  void anUplinkIsInPlaceOfTheHostsAddress() {
    assertEquals(
        "run --tap skiff0 --ip 198.51.100.2/24 --uplink eth0", command(skiff().withUplink("eth0")));
  }

  @Test
  void uplinkAndHostIpExcludeEachOther() {
    String said = "withUplink and withHostIp exclude each other: a TAP in a bridge has no address";
    SkiffContainer up = skiff().withUplink("eth0");
    SkiffContainer host = skiff().withHostIp("198.51.100.1/24");
    assertEquals(
        said,
        assertThrows(IllegalStateException.class, () -> up.withHostIp("198.51.100.1/24"))
            .getMessage());
    assertEquals(
        said,
        assertThrows(IllegalStateException.class, () -> host.withUplink("eth0")).getMessage());
  }

  @Test
  void anAddressThereMustBe() {
    assertThrows(IllegalArgumentException.class, () -> skiff().withIp());
  }

  @Test
  void aCommandOfOnesOwnIsRefused() {
    SkiffContainer container = skiff().withCommand("status");
    assertEquals(
        "withCommand is of no use here: withArguments adds words to skiff run",
        assertThrows(IllegalStateException.class, container::configure).getMessage());
  }

  @Test
  void startsAgainWithWhatHasChanged() {
    SkiffContainer container = skiff();
    container.configure();
    container.withMac("02:00:5e:10:00:01").configure();
    assertEquals(command(container), String.join(" ", container.getCommandParts()));
  }

  @Test
  void beforeItsStartItHasNoMac() {
    assertThrows(IllegalStateException.class, () -> skiff().mac());
  }

  @Test
  void theStartLineIsFoundAmongOthers() {
    Matcher line =
        StartLineWait.START_LINE.matcher(
            "warn something\nskiff: skiff0 02:00:5e:10:00:01 answers as 198.51.100.2/24; try: x\n");
    assertTrue(line.find());
    assertEquals("skiff0", line.group(1));
    assertEquals("02:00:5e:10:00:01", line.group(2));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "skiff: skiff0 02:00:5e:10:00:01 answers as 198.51.100.2/24, the host", // not whole yet
        "skiff: cannot open skiff0: no\n",
        "x skiff: skiff0 02:00:5e:10:00:01 answers as 198.51.100.2/24\n",
        "skiff: skiff0 answers as 198.51.100.2/24\n"
      })
  void otherLinesAreNoStart(String text) {
    assertFalse(StartLineWait.START_LINE.matcher(text).find());
  }
}
