package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.sys.TapOptions;
import dev.skiff.wire.TapWire;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code skiff tap create} and {@code delete}, as a user types them. */
@Tag("netns")
class TapCliIT {
  private Netns netns;

  @BeforeEach
  void makeNamespace() {
    netns = new Netns();
  }

  @AfterEach
  void deleteNamespace() {
    netns.close();
  }

  private static String[] skiff(String arguments) {
    List<String> command = new ArrayList<>(List.of(SkiffProcess.SKIFF, "tap"));
    if (!arguments.isEmpty()) {
      command.addAll(List.of(arguments.split(" ", -1)));
    }
    return command.toArray(String[]::new);
  }

  /** Must succeed: what it prints. */
  private String tap(String arguments) {
    return netns.exec(skiff(arguments));
  }

  private void refused(int exitCode, String part, String... command) {
    String before = netns.exec("ip", "-o", "-br", "link");
    Netns.Result result = netns.run(command);
    assertEquals(exitCode, result.exitCode(), result.output());
    assertEquals(1, result.output().lines().count(), result.output());
    assertTrue(result.output().contains(part), result.output());
    assertEquals(before, netns.exec("ip", "-o", "-br", "link"));
  }

  private String sysfs(String file) {
    return netns.exec("cat", "/sys/class/net/" + file).strip();
  }

  @Test
  void oneThatIsMadeStaysUntilItIsDeleted() {
    assertEquals("", tap("create skiff0"));
    assertEquals("1500", sysfs("skiff0/mtu"));
    assertEquals("-1", sysfs("skiff0/owner"));
    String kind = netns.exec("ip", "tuntap", "list");
    assertTrue(kind.startsWith("skiff0: tap persist"), kind);
    refused(1, "skiff0 exists already", skiff("create skiff0"));
    assertEquals("", tap("delete skiff0"));
    assertFalse(netns.has("skiff0"));
    refused(1, "there is no interface skiff0", skiff("delete skiff0"));
  }

  @Test
  void ownerGroupMtuAndQueueAreSet() {
    assertEquals("", tap("create skiff0 --user nobody --group 54321 --mtu 9000 --txqueuelen 77"));
    assertEquals("65534", sysfs("skiff0/owner"));
    assertEquals("54321", sysfs("skiff0/group"));
    assertEquals("9000", sysfs("skiff0/mtu"));
    assertEquals("77", sysfs("skiff0/tx_queue_len"));
  }

  @Test
  void aPatternGetsANumberThatIsPrinted() {
    assertEquals("skiff0", tap("create skiff%d").strip());
    assertEquals("skiff1", tap("create skiff%d").strip());
    assertTrue(netns.has("skiff1"));
  }

  @Test
  void anotherNamespaceIsEnteredByName() {
    try (Netns other = new Netns()) {
      assertEquals("", tap("create skiff0 --mtu 1400 --netns " + other.name()));
      assertFalse(netns.has("skiff0"));
      assertEquals("1400\n", other.exec("cat", "/sys/class/net/skiff0/mtu"));
      assertEquals("", tap("delete skiff0 --netns " + other.name()));
      assertFalse(other.has("skiff0"));
    }
    refused(
        1,
        "network namespace no-such-one does not exist: see 'ip netns list'",
        skiff("create skiff0 --netns no-such-one"));
  }

  @Test
  void whatIsHeldIsNotDeleted() throws Exception {
    assertEquals("", tap("create skiff0"));
    TapWire holder = TapWire.open(TapOptions.of("skiff0").withNetns(netns.name()));
    refused(1, "TAP skiff0: busy: another program holds it", skiff("delete skiff0"));
    holder.close((skb, reason) -> {});
    assertTrue(netns.has("skiff0"));
  }

  @Test
  void whatIsNoTapIsNotDeleted() {
    netns.exec("ip", "link", "add", "veth9", "type", "veth", "peer", "name", "veth8");
    netns.exec("ip", "tuntap", "add", "dev", "tun0", "mode", "tun");
    netns.exec("ip", "tuntap", "add", "dev", "mq0", "mode", "tap", "multi_queue");
    refused(1, "veth9 is a veth, no TAP", skiff("delete veth9"));
    refused(1, "lo is no TAP", skiff("delete lo"));
    refused(1, "ip tuntap del dev tun0 mode tun", skiff("delete tun0"));
    refused(1, "ip tuntap del dev mq0 mode tap multi_queue", skiff("delete mq0"));
    refused(1, "veth9 exists already", skiff("create veth9"));
  }

  @Test
  void withoutPermissionItSaysWhatToDo() {
    refused(
        1,
        "no permission to create it: root has no CAP_NET_ADMIN here; in a container pass --cap-add"
            + " NET_ADMIN",
        without("net_admin", skiff("create skiff0")));
    refused(
        1,
        "no permission to enter it: run as root (it needs CAP_SYS_ADMIN)",
        without("sys_admin", skiff("create skiff0 --netns " + netns.name())));
  }

  private static String[] without(String capability, String... command) {
    List<String> all =
        new ArrayList<>(List.of("setpriv", "--bounding-set=-" + capability, "--inh-caps=-all"));
    all.addAll(List.of(command));
    return all.toArray(String[]::new);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | say what to do: create or delete",
        "create | Missing required parameter: 'NAME'",
        "create a/b | cannot be a device's name",
        "delete skiff%d | cannot be a device's name",
        "create skiff0 --mtu 67 | MTU 67 is out of range: use 68 to 65521",
        "create skiff0 --mtu 65522 | MTU 65522 is out of range: use 68 to 65521",
        "create skiff0 --txqueuelen 0 | would lose every frame: use 1 or more",
        "delete skiff0 --mtu 1500 | Unknown option",
      })
  void mistakesOfUsageAreTold(String arguments, String part) {
    refused(2, part, skiff(arguments));
  }

  @Test
  void anUnknownUserOrGroupLeavesNothing() {
    refused(1, "there is no user 'no-such-one'", skiff("create skiff0 --user no-such-one"));
    refused(1, "there is no group 'no-such-one'", skiff("create skiff0 --group no-such-one"));
  }
}
