package dev.skiff.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The package's install.sh below a DESTDIR, with files that only look like a package. */
class InstallScriptTest {
  @TempDir Path directory;
  private Path unpacked;
  private Path root;
  private Path link;

  @BeforeEach
  void makePackage() throws IOException {
    unpacked = directory.resolve("skiff-1");
    root = directory.resolve("root");
    link = root.resolve("usr/local/bin/skiff");
    put("lib/java/bin/java", "");
    put("bin/skiff", "");
    put("share/completion/skiff.bash", "");
    put("share/native-config/skiff.toml", "# nothing\n");
    put("install.sh", Files.readString(Path.of("src/package/install.sh")));
  }

  private void put(String name, String text) throws IOException {
    Path file = unpacked.resolve(name);
    var _ = Files.createDirectories(file.getParent());
    var _ = Files.writeString(file, text);
    var _ = Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private String run(int code, String... arguments) throws Exception {
    List<String> command = new java.util.ArrayList<>(List.of(unpacked + "/install.sh"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("DESTDIR", root.toString());
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes());
    assertEquals(code, process.waitFor(), said);
    return said;
  }

  @Test
  void installsTwiceAndLeavesNothing() throws Exception {
    var _ = run(0);
    var _ = run(0);
    assertEquals(Path.of("/opt/skiff/bin/skiff"), Files.readSymbolicLink(link));
    assertTrue(Files.exists(root.resolve("etc/skiff/skiff.toml")));
    var _ = run(0, "--uninstall");
    assertFalse(Files.exists(root.resolve("opt")));
    assertFalse(Files.exists(root.resolve("usr")));
    assertFalse(Files.exists(root.resolve("etc")));
  }

  @Test
  void aSkiffOfSomebodyElsesIsNeitherReplacedNorRemoved() throws Exception {
    var _ = Files.createDirectories(link.getParent());
    var _ = Files.writeString(link, "another's");
    String said = run(1);
    assertTrue(said.contains("/usr/local/bin/skiff is there and is not this package's"), said);
    assertFalse(Files.exists(root.resolve("opt/skiff")));

    Files.delete(link);
    var _ = run(0);
    Files.delete(link);
    var _ = Files.writeString(link, "another's");
    var _ = run(0, "--uninstall");
    assertEquals("another's", Files.readString(link));
  }

  @Test
  void aFileThatWasChangedStays() throws Exception {
    var _ = run(0);
    Path config = root.resolve("etc/skiff/skiff.toml");
    var _ = Files.writeString(config, "acd = \"off\"\n");
    var _ = run(0);
    String said = run(0, "--uninstall");
    assertTrue(said.contains("was changed and stays"), said);
    assertEquals("acd = \"off\"\n", Files.readString(config));
  }
}
