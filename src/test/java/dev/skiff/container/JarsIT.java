package dev.skiff.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The two jars of the build: what is in the one is not in the other. */
@Tag("container")
class JarsIT {
  private static final String SKIFF = System.getProperty("skiff.jar", "target/skiff.jar");
  static final String OTHERS = SKIFF.replaceFirst("\\.jar$", "-testcontainers.jar");
  private static final String PACKAGE = "dev/skiff/testcontainers/";

  private static List<String> files(JarFile jar) {
    return jar.stream()
        .filter(entry -> !entry.isDirectory())
        .map(entry -> entry.getName())
        .sorted()
        .toList();
  }

  private static Attributes manifest(JarFile jar) throws IOException {
    return jar.getManifest().getMainAttributes();
  }

  @Test
  void theOneForOthersHoldsItsPackageAndTheLicenceAlone() throws IOException {
    try (JarFile jar = new JarFile(OTHERS)) {
      assertNotNull(jar.getEntry(PACKAGE + "SkiffContainer.class"));
      assertEquals(
          List.of("META-INF/LICENSE", "META-INF/MANIFEST.MF", "META-INF/NOTICE"),
          files(jar).stream().filter(name -> !name.startsWith(PACKAGE)).toList());
      assertNull(manifest(jar).getValue(Attributes.Name.MAIN_CLASS), "it is no program");
    }
  }

  @Test
  void theProgramIsWithoutItAndWithoutTestcontainers() throws IOException {
    try (JarFile jar = new JarFile(SKIFF)) {
      assertEquals("dev.skiff.cli.Main", manifest(jar).getValue(Attributes.Name.MAIN_CLASS));
      assertEquals(
          List.of(),
          files(jar).stream()
              .filter(name -> name.contains("testcontainers") || name.contains("dockerjava"))
              .toList());
      // Made from what a build before has left, it would have everything twice.
      assertEquals(files(jar).size(), files(jar).stream().distinct().count());
      assertTrue(files(jar).contains("dev/skiff/Skiff.class"));
    }
  }
}
