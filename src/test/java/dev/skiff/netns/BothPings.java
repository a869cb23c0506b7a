package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** {@code skiff ping} at the kernel, beside the system's own ping at Skiff. */
record BothPings(Netns netns, SkiffProcess skiff) {
  Netns.Result ours(String arguments) {
    return skiff.run(("ping " + arguments).split(" ", -1));
  }

  private Netns.Result systemsPing(String arguments) {
    return netns.run(("ping " + arguments).split(" ", -1));
  }

  /** Without what is different from run to run, and from end to end. */
  private static String shape(Netns.Result result) {
    String text =
        result
            .output()
            .replaceAll("\\[\\d{10}\\.\\d{6}\\] ", "[WHEN] ")
            .replaceAll("time=(\\d\\.\\d{3}|\\d\\.\\d\\d|\\d\\d\\.\\d|\\d{3,}) ms", "time=T ms")
            .replaceAll("time \\d+ms", "time Tms")
            .replaceAll("mdev = (\\d+\\.\\d{3}/){3}\\d+\\.\\d{3} ms(, pipe \\d+)?", "mdev = T ms")
            .replaceAll("ipg/ewma \\d+\\.\\d{3}/\\d+\\.\\d{3} ms", "ipg/ewma T ms")
            .replace(SkiffProcess.IP, "A")
            .replace(SkiffProcess.HOST_IP, "A");
    return text + "exit code " + result.exitCode();
  }

  /** Both ping each other: {@code PEER} and {@code SELF} stand for whom and who. */
  void assertAlike(String arguments) {
    Netns.Result wanted =
        systemsPing(
            arguments.replace("PEER", SkiffProcess.IP).replace("SELF", SkiffProcess.HOST_IP));
    Netns.Result got =
        ours(arguments.replace("PEER", SkiffProcess.HOST_IP).replace("SELF", SkiffProcess.IP));
    assertEquals(shape(wanted), shape(got));
  }
}
