package dev.skiff.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code native-config/jvm.options}: why each flag is there, and who starts Skiff with it. */
class JvmOptionsTest {
  private static String read(String path) throws IOException {
    return Files.readString(Path.of(path));
  }

  @Test
  void everyGroupOfFlagsHasItsReason() throws IOException {
    String all = read("native-config/jvm.options") + read("native-config/jvm-command.options");
    List<String> bare =
        Arrays.stream(all.split("\n\n+")).filter(group -> !group.strip().startsWith("#")).toList();

    assertEquals(List.of(), bare);
  }

  @Test
  void everyLauncherUsesTheSameFileInTheSameWay() throws IOException {
    String image = read("docker/Dockerfile");
    String made = read("scripts/package");

    assertTrue(
        read("scripts/lib/launch.sh")
            .contains("exec $_confine \"$_java\" \"@$_options\" ${_command:+"));
    assertTrue(read("scripts/skiff").contains("\"$root/native-config/jvm.options\""));
    assertTrue(
        image.contains(
            "COPY scripts/lib/assemble.sh scripts/lib/launch.sh native-config/jvm.options native-config/jvm-command.options /opt/skiff/lib/"));
    assertTrue(image.contains("COPY src/package/skiff /opt/skiff/bin/"));
    assertTrue(
        made.contains("scripts/lib/launch.sh native-config/jvm{,-command}.options \"$tree/lib/\""));
    for (String launcher : List.of("scripts/skiff", "src/package/skiff")) {
      assertTrue(read(launcher).contains("/launch.sh"));
      assertTrue(read(launcher).lines().anyMatch(line -> line.startsWith("launch ")), launcher);
    }
  }

  @Test
  void bothRuntimesHaveTheSameModules() throws IOException {
    assertTrue(
        read("docker/Dockerfile").contains("put_runtime \"$JAVA_HOME\" /build/java.modules "));
    assertTrue(
        read("scripts/package").contains("put_runtime \"$java_home\" native-config/java.modules "));
    for (String module : read("native-config/java.modules").lines().toList()) {
      assertTrue(
          module.startsWith("#") || ModuleFinder.ofSystem().find(module).isPresent(), module);
    }
  }
}
