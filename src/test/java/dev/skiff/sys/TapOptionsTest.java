package dev.skiff.sys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TapOptionsTest {
  @Test
  void aNameIsEnoughAndTheRestIsLeft() {
    TapOptions options = TapOptions.of("skiff0");
    assertNull(options.netns());
    assertNull(options.txQueueLen());
    assertNull(options.sndbuf());
    assertEquals(
        new TapOptions("skiff0", "blue", 1, 1),
        options.withNetns("blue").withTxQueueLen(1).withSndbuf(1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"skiff%d", "%d", "a%db", "thirteenplus%d"})
  void aPatternIsForTheKernelToFillIn(String name) {
    assertTrue(TunTap.isNamePattern(name));
    assertFalse(TunTap.isValidName(name));
    assertEquals(name, TapOptions.of(name).name());
  }

  @ParameterizedTest
  @ValueSource(strings = {"skiff%s", "%d%d", "%", "%%d", "a/%d", "fourteen-plus-%d", "skiff0", ""})
  void otherSignsMakeNoPattern(String name) {
    assertFalse(TunTap.isNamePattern(name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "skiff%s", "sixteen-bytes-xy", "..", "a%d%d"})
  void otherNamesAreRefused(String name) {
    String line =
        assertThrows(IllegalArgumentException.class, () -> TapOptions.of(name)).toString();
    assertTrue(line.contains("'" + name + "' cannot be a device's name"), line);
    line = assertThrows(SysException.class, () -> TunTap.open(name)).toString();
    assertTrue(line.contains("'" + name + "' cannot be a device's name"), line);
  }

  @Test
  void numbersThatWouldStopEverythingAreRefused() {
    TapOptions good = TapOptions.of("skiff0");
    for (int bad : new int[] {0, -1, Integer.MIN_VALUE}) {
      assertThrows(IllegalArgumentException.class, () -> good.withTxQueueLen(bad));
      assertThrows(IllegalArgumentException.class, () -> good.withSndbuf(bad));
    }
    assertThrows(IllegalArgumentException.class, () -> good.withNetns(""));
    assertThrows(IllegalArgumentException.class, () -> good.withNetns("a\0b"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "veth | '' | x is a veth, no TAP: choose another name",
        "e1000 | 0000:00:03.0 | x is an e1000, no TAP: choose another name",
        "'' | '' | x is no TAP: choose another name",
        "tun | tun | x is a TUN device (IP without Ethernet), no TAP: choose another name, or make it"
            + " anew (ip tuntap del dev x mode tun; skiff tap create x)",
        "tun | tap | x is a multi-queue TAP, and Skiff reads one queue: make it without multi_queue"
            + " (ip tuntap del dev x mode tap multi_queue; skiff tap create x)",
      })
  void anInterfaceOfAnotherKindIsCalledWhatItIs(String driver, String bus, String line) {
    assertEquals(line, TapErrors.otherKind("x", new NetIf.Driver(driver, bus)));
  }

  @Test
  void usersAndGroupsGoByNameOrNumber() throws SysException {
    assertEquals(0, Accounts.user("root"));
    assertEquals(0, Accounts.group("root"));
    assertEquals(12_345, Accounts.user("12345"));
    assertEquals((int) 4_294_967_294L, Accounts.group("4294967294"));
    for (String none : new String[] {"no-such-one", "", "-1", "4294967295", "99999999999"}) {
      SysException e = assertThrows(SysException.class, () -> Accounts.user(none));
      assertEquals("there is no user '" + none + "': give a name or a number", e.getMessage());
      assertThrows(SysException.class, () -> Accounts.group(none));
    }
  }
}
