package dev.skiff.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
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
    List<String> bare =
        Arrays.stream(read("native-config/jvm.options").split("\n\n+"))
            .filter(group -> !group.strip().startsWith("#"))
            .toList();

    assertEquals(List.of(), bare);
  }

  @Test
  void theCheckoutAndTheContainerImageUseTheSameFile() throws IOException {
    String image = read("docker/Dockerfile");

    assertTrue(read("scripts/skiff").contains("\"@$root/native-config/jvm.options\""));
    assertTrue(image.contains("COPY native-config/jvm.options target/skiff.jar /opt/skiff/"));
    assertTrue(read("docker/skiff").contains("@/opt/skiff/jvm.options"));
  }
}
