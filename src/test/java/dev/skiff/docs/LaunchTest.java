package dev.skiff.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the launchers make of their arguments, and of where they stand. */
class LaunchTest {
  @TempDir Path directory;

  private Path executable(String name, String text) throws Exception {
    Path file = directory.resolve(name);
    var _ = Files.createDirectories(file.getParent());
    var _ = Files.writeString(file, text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static List<String> said(Path program, String... arguments) throws Exception {
    List<String> command = new java.util.ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("SKIFF_JVM_OPTIONS", " -Dx=*  -Dy ");
    Process process = builder.start();
    return process.inputReader().lines().toList();
  }

  @Test
  void thePackageMayStandInADirectoryWithBlanks() throws Exception {
    String lib = "two words/skiff 1/lib/";
    var _ = executable(lib + "java/bin/java", "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
    var _ = executable(lib + "launch.sh", Files.readString(Path.of("scripts/lib/launch.sh")));
    Path skiff =
        executable("two words/skiff 1/bin/skiff", Files.readString(Path.of("src/package/skiff")));

    String home = directory.toRealPath() + "/" + lib;
    assertEquals(
        List.of(
            "@" + home + "jvm.options",
            "@" + home + "jvm-command.options",
            "-XX:AOTCache=" + home + "skiff.aot",
            "-Xlog:aot*=off:stderr",
            "-Djffi.boot.library.path=" + home + "native",
            "-Dx=*",
            "-Dy",
            "-jar",
            home + "skiff.jar",
            "ping",
            "a  b",
            "*",
            ""),
        said(skiff, "ping", "a  b", "*", ""));
    Path link = Files.createSymbolicLink(directory.resolve("a link"), skiff);
    assertEquals("-Dy", said(link, "run").get(5), "confined or not, and no flags of a command");
  }
}
