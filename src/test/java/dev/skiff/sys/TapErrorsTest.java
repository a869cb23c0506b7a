package dev.skiff.sys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What is said where no TAP can be had: the cause, and the cure that was seen to work. */
class TapErrorsTest {
  private static final String TUN = "/dev/net/tun";

  private static void saysOfTheDevice(int errno, String line) {
    SysException e = TapErrors.noCloneDevice(TUN, errno);
    assertEquals(TUN + ": " + line, e.getMessage());
    assertEquals(errno, e.errno());
  }

  @Test
  void aDeviceThatIsNotThereIsPassedToTheContainer() {
    saysOfTheDevice(
        Errno.ENOENT,
        "there is no TUN/TAP here: load the module (modprobe tun), or in a container pass --device"
            + " /dev/net/tun");
  }

  @Test
  void withoutADriverPassingTheDeviceIsOfNoHelp() {
    for (int errno : List.of(Errno.ENODEV, Errno.ENXIO)) {
      saysOfTheDevice(
          errno,
          "there is no driver behind it: load the module (modprobe tun), for a container on its"
              + " host");
    }
  }

  /** As root, with the file's mode 0666, and NET_ADMIN: neither of these is the cure. */
  @Test
  void aDeviceRuleIsNotTheFilesMode() {
    saysOfTheDevice(
        Errno.EPERM,
        "a device rule forbids it: in a container pass --device /dev/net/tun, a mount by -v is not"
            + " the same");
    saysOfTheDevice(
        Errno.EACCES,
        "no permission: let this user open it (chmod 0666 /dev/net/tun is the usual setting; for a"
            + " container on its host), or run as root");
  }

  private static void saysOfTheTap(int uid, String capabilities, String user, String line) {
    String ids = (uid + "\t").repeat(4).strip();
    Credentials us =
        Credentials.parse(
            List.of("Uid:\t" + ids, "CapEff:\t" + capabilities, "CapPrm:\t" + capabilities));
    SysException e = TapErrors.notAttached("skiff0", false, Errno.EPERM, us, user);
    assertEquals("TAP skiff0: no permission to create it: " + line, e.getMessage());
    assertEquals(Errno.EPERM, e.errno());
  }

  @Test
  void whoMayMakeNoTapIsToldWhy() {
    saysOfTheTap(
        0,
        "00000000a80425fb",
        "root",
        "root has no CAP_NET_ADMIN here; in a container pass --cap-add NET_ADMIN");
    saysOfTheTap(
        0,
        "00000000000010c0",
        "root",
        "CAP_NET_ADMIN is not valid in this network namespace, which is another user namespace's;"
            + " start a rootless container without --network host");
    saysOfTheTap(
        1000,
        "0000000000000000",
        "ann",
        "run as root, or have root make it for you (skiff tap create skiff0 --user ann)");
  }

  /** As Java calls a number that is in no passwd file, which is usual in a container. */
  @Test
  void aUserWithoutANameIsNotCalledByAQuestionMark() {
    for (String user : List.of("?", "")) {
      saysOfTheTap(
          1000,
          "0000000000000000",
          user,
          "run as root, or have root make it for you (skiff tap create skiff0 --user USER)");
    }
  }

  @Test
  void withoutProcTheUserIsNotKnown() {
    String line =
        String.valueOf(
            TapErrors.notAttached("skiff0", false, Errno.EPERM, null, "root").getMessage());
    assertFalse(line.contains("CAP_NET_ADMIN"), line);
  }

  /** It is root who asks: to be told to run as root is no help. */
  @Test
  void rootWithoutNetAdminBeforeSomebodyElsesTapIsNotToldToBeRoot() {
    Credentials us =
        Credentials.parse(
            List.of("Uid:\t0\t0\t0\t0", "CapEff:\t0000000000000000", "CapPrm:\t0000000000000000"));
    String line =
        String.valueOf(TapErrors.notAttached("skiff0", true, Errno.EPERM, us, "root").getMessage());
    assertFalse(line.contains("as root"), line);
  }
}
