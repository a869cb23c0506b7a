package dev.skiff.netns;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The descriptors that this process has open. */
final class Fds {
  private Fds() {}

  /** How many are sockets, namespaces or TAPs; the JVM opens and closes others when it likes. */
  static long count() throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      List<Path> list = all.toList();
      return list.stream().filter(Fds::isOurs).count();
    }
  }

  private static boolean isOurs(Path fd) {
    try {
      String target = Files.readSymbolicLink(fd).toString();
      return target.startsWith("socket:")
          || target.startsWith("net:")
          || target.startsWith("/dev/net/")
          || target.startsWith("/run/netns");
    } catch (IOException e) {
      return false; // The one that listed the directory.
    }
  }
}
