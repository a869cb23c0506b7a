package dev.skiff.sys;

/** Whether this machine is one that Skiff runs on. Loads nothing native. Any thread. */
public final class Platform {
  private Platform() {}

  /**
   * Checks that this is Linux on a machine whose ioctl numbers and structures are known.
   *
   * @throws SysException with one line, if it is not
   */
  public static void check() throws SysException {
    String os = System.getProperty("os.name", "");
    String arch = System.getProperty("os.arch", "");
    if (!os.equals("Linux") || !(arch.equals("amd64") || arch.equals("aarch64"))) {
      throw new SysException(
          "Skiff runs on Linux on x86-64 or aarch64, and this is "
              + os
              + " on "
              + arch
              + ": use a Linux machine or a Linux container",
          0);
    }
  }
}
