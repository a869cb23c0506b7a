package dev.skiff.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A process number in a file: whose it is, and whose it is not. */
class PidFileTest {
  private static final String OWN = ProcessHandle.current().pid() + "\n";

  @TempDir Path directory;

  private static PidFile take(Path path) throws IOException {
    PidFile file = PidFile.take(path);
    assertNotNull(file);
    return file;
  }

  private static void assertRefused(String line, @Nullable Path path) {
    IOException refused = assertThrows(IOException.class, () -> PidFile.take(path));
    assertEquals(line, refused.getMessage());
  }

  private List<String> files() throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void noFileIsNoFile() throws IOException {
    assertNull(PidFile.take(null));
  }

  @Test
  void everybodyMayReadItAndItIsGoneAtTheEnd() throws IOException {
    Path path = directory.resolve("skiff.pid");
    try (PidFile file = take(path)) {
      assertEquals(OWN, Files.readString(path));
      assertEquals("rw-r--r--", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
      assertEquals(List.of("skiff.pid", "skiff.pid.lock"), files());
      assertEquals(path, file.made().getFirst().path());
    }
    assertEquals(List.of(), files());
  }

  @Test
  void oneWhoseDaemonRunsIsNotReplaced() throws IOException {
    Path path = directory.resolve("skiff.pid");
    try (PidFile _ = take(path)) {
      assertRefused(
          "--pid-file "
              + path
              + ": process "
              + OWN.strip()
              + " has it and runs: stop it, or name another file",
          path);
      assertEquals(OWN, Files.readString(path));
      assertEquals(List.of("skiff.pid", "skiff.pid.lock"), files());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1\n", "4194304"})
  void oneWhoseDaemonIsGoneIsReplaced(String left) throws IOException {
    Path path = directory.resolve("skiff.pid");
    var _ = Files.writeString(path, left);
    var _ = Files.writeString(directory.resolve("skiff.pid.lock"), left);
    try (PidFile _ = take(path)) {
      assertEquals(OWN, Files.readString(path));
    }
    assertEquals(List.of(), files());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"root:x:0:0:root:/root:/bin/sh\n", "12 13", "1111111111111111111111111111111111"})
  void aFileOfAnotherKindIsLeftAlone(String content) throws IOException {
    Path path = directory.resolve("precious");
    var _ = Files.writeString(path, content);
    assertRefused(
        "--pid-file "
            + path
            + ": something else than a process's number is there: name another file",
        path);
    assertEquals(content, Files.readString(path));
    assertEquals(List.of("precious"), files());
  }

  @Test
  void aDirectoryOrALinkIsLeftAlone() throws IOException {
    Path target = directory.resolve("target");
    var _ = Files.writeString(target, "1\n");
    Path link = Files.createSymbolicLink(directory.resolve("link"), target);
    assertThrows(IOException.class, () -> PidFile.take(link));
    assertThrows(IOException.class, () -> PidFile.take(directory));
    assertEquals("1\n", Files.readString(target));
    assertTrue(Files.isSymbolicLink(link));
  }

  @Test
  void aDirectoryThatIsMissingIsMadeAndGoesToo() throws IOException {
    Path path = directory.resolve("run/skiff.pid");
    try (PidFile file = take(path)) {
      assertEquals(OWN, Files.readString(path));
      assertEquals(3, file.made().size());
    }
    assertEquals(List.of(), files());
    assertRefused(
        "--pid-file "
            + directory.resolve("a/b/skiff.pid")
            + ": its directory does not exist: name another file",
        directory.resolve("a/b/skiff.pid"));
    assertFalse(Files.exists(directory.resolve("a")));
  }
}
