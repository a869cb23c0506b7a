package dev.skiff.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.sys.NetIf;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which interface can be the uplink of a TAP, and what their bridge is called. */
class UplinkRulesTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "false | veth | '' | - | '' | -",
        "false | tun | tap | - | '' | -",
        "false | '' | '' | - | '' | -",
        "false | veth | '' | br0 | bridge | -",
        "false | virtio_net | virtio0 | br0 | bridge | -",
        "true | '' | '' | - | '' | the loopback has no network: name the interface whose network skiff0",
        "false | e1000e | 0000:00:1f.6 | - | '' | eth0 is a network card (e1000e), the machine would lose its network: make a bridge yourself",
        "false | bonding | '' | - | '' | eth0 stands on another interface (bonding), the machine would lose its network: make a bridge yourself",
        "false | 802.1Q VLAN Support | N/A | - | '' | eth0 stands on another interface (802.1Q VLAN Support), ",
        "false | bridge | N/A | - | '' | that is a bridge itself: leave out --uplink, and put skiff0 in: ip link set skiff0 master eth0",
        "false | e1000e | 0000:00:1f.6 | bond0 | bonding | eth0 is a port of bond0, which is no bridge: take eth0 out of it",
        "false | veth | '' | red | vrf | eth0 is a port of red, which is no bridge: ",
      })
  void whatCannotBeIsRefused(
      boolean loopback,
      String driver,
      String bus,
      String master,
      String masterDriver,
      String part) {
    String refusal =
        UplinkRules.refusal(
            "eth0",
            "skiff0",
            "",
            new UplinkRules.Facts(
                false, loopback, new NetIf.Driver(driver, bus), master, masterDriver));
    if (part == null || refusal == null) {
      assertEquals(part, refusal);
    } else {
      assertTrue(refusal.startsWith(part), refusal);
    }
  }

  @Test
  void theTapIsNotItsOwnUplinkAndCommandsAreForItsNamespace() {
    NetIf.Driver veth = new NetIf.Driver("veth", "");
    String itself =
        UplinkRules.refusal(
            "other", "skiff0", "", new UplinkRules.Facts(true, false, veth, null, ""));
    assertTrue(String.valueOf(itself).startsWith("that is the TAP itself: "), itself);
    NetIf.Driver bridge = new NetIf.Driver("bridge", "N/A");
    String inBlue =
        UplinkRules.refusal(
            "br9",
            "skiff0",
            "ip netns exec blue ",
            new UplinkRules.Facts(false, false, bridge, null, ""));
    assertTrue(
        String.valueOf(inBlue).endsWith(": ip netns exec blue ip link set skiff0 master br9"),
        inBlue);
  }

  @Test
  void aBridgeIsCalledAfterItsTapAndNoTwoAlike() {
    assertEquals("br-skiff0", UplinkRules.bridgeOf("skiff0"));
    assertEquals("br-123456789012", UplinkRules.bridgeOf("123456789012"));
    String one = UplinkRules.bridgeOf("1234567890123");
    assertTrue(one.matches("br_[0-9a-f]{12}"), one);
    assertNotEquals(one, UplinkRules.bridgeOf("1234567890124"));
    String wide = UplinkRules.bridgeOf("ééééééé");
    assertEquals(15, wide.getBytes(StandardCharsets.UTF_8).length, wide);
  }
}
