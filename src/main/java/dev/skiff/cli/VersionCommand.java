package dev.skiff.cli;

import dev.skiff.control.Command;
import dev.skiff.control.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Option;

/** {@code skiff version}: what this program is, and what it runs on. */
@picocli.CommandLine.Command(
    name = "version",
    mixinStandardHelpOptions = true,
    description = "Shows the version of Skiff, of Java and of the system, for a bug report.")
final class VersionCommand implements Callable<Integer> {
  private static final int URING_MAJOR = 6;
  private static final int URING_MINOR = 4;

  @Option(names = "--json", description = "Print one line of JSON.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    Map<String, Object> facts = facts();
    if (json) {
      System.out.println(Json.line(Map.of("version", facts)));
    } else {
      System.out.println("skiff " + facts.remove("skiff"));
      facts.forEach((name, value) -> System.out.printf("%-9s %s%n", name, value));
    }
    return 0;
  }

  private static Map<String, Object> facts() {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("skiff", Main.Version.version());
    facts.put("protocol", Command.VERSION);
    facts.put(
        "java", System.getProperty("java.version") + ", " + System.getProperty("java.vendor"));
    facts.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    facts.put("arch", System.getProperty("os.arch"));
    facts.put(
        "io_uring", ioUring(System.getProperty("os.version", ""), sysctl("io_uring_disabled")));
    return facts;
  }

  /**
   * Whether the kernel has what is needed, as far as can be told without trying.
   *
   * @param release the kernel's, as {@code uname -r} prints it
   * @param disabled what the sysctl kernel.io_uring_disabled says; empty where there is none
   */
  static String ioUring(String release, String disabled) {
    String[] numbers = release.split("[^0-9]+", -1);
    boolean known = numbers.length > 1 && !numbers[0].isEmpty() && !numbers[1].isEmpty();
    int major = known ? Integer.parseInt(numbers[0]) : 0;
    int minor = known ? Integer.parseInt(numbers[1]) : 0;
    if (major < URING_MAJOR || (major == URING_MAJOR && minor < URING_MINOR)) {
      return "no: it needs Linux " + URING_MAJOR + "." + URING_MINOR;
    }
    return switch (disabled) {
      case "1" -> "for root, and a group: kernel.io_uring_disabled=1";
      case "2" -> "no: kernel.io_uring_disabled=2";
      default -> "yes, unless a seccomp profile forbids it";
    };
  }

  private static String sysctl(String name) {
    try {
      return Files.readString(Path.of("/proc/sys/kernel", name)).strip();
    } catch (IOException e) {
      return ""; // Older kernels have no such switch.
    }
  }
}
