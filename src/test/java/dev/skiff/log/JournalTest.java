package dev.skiff.log;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
  @TempDir Path directory;

  @Test
  void theVariableMustNameTheFileByDeviceAndInode() throws IOException {
    Path file = Files.createFile(directory.resolve("stderr"));
    Path other = Files.createFile(directory.resolve("other"));
    String name = Files.getAttribute(file, "unix:dev") + ":" + Files.getAttribute(file, "unix:ino");
    assertTrue(Journal.isAt(name, file));
    assertFalse(Journal.isAt(name, other), "inherited, and given another one");
    assertFalse(Journal.isAt(name, directory.resolve("none")));
    assertFalse(Journal.isAt(null, file));
    assertFalse(Journal.isAt("", file));
    assertFalse(Journal.isAt("8:1", file));
    assertFalse(Journal.isAt(name + ":", file));
  }
}
