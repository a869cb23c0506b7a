package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * That the metadata for GraalVM names what JNR-FFI finds by name while it binds libc the way it
 * would in a native image: the JVM says which classes it loads, and who asked.
 */
@Tag("netns")
class ReachabilityIT {
  private static final Path HOME = SkiffProcess.HOME;
  private static final Pattern LOADED = Pattern.compile("Java stack when loading ([\\w.$]+):");
  private static final Pattern FRAME = Pattern.compile("\\]\\s+at (\\S+?)\\(");

  private static final List<String> LOADERS =
      List.of("jdk.internal.loader.", "java.lang.ClassLoader.", "java.security.");

  /** Loaded while the JVM verifies a class that was found by name. */
  private static final Set<String> WITH_ANOTHER =
      Set.of(
          "jnr.ffi.Runtime",
          "jnr.ffi.provider.AbstractRuntime",
          "jnr.ffi.provider.jffi.NativeLibraryLoader",
          "jnr.ffi.provider.jffi.NativeRuntime");

  @TempDir Path dir;

  @ParameterizedTest
  @ValueSource(strings = {"com.kenai.jffi", "jnr."})
  void whatJnrFindsByNameIsThere(String part) throws IOException {
    Path log = dir.resolve("load.log");
    try (Netns netns = new Netns()) {
      Netns.Result result =
          netns.run(
              "env",
              "SKIFF_JVM_OPTIONS=-Djnr.ffi.asm.enabled=false -XX:LogClassLoadingCauseFor="
                  + part
                  + " -Xlog:class+load+cause=info:file="
                  + log,
              SkiffProcess.SKIFF,
              "tap",
              "delete",
              "nosuch0");
      assertTrue(result.output().contains("there is no interface nosuch0"), result.output());
    }
    String metadata =
        Files.readString(HOME.resolve("native-config/graalvm/reachability-metadata.json"));

    Set<String> found = foundByName(log);
    Set<String> missing = new TreeSet<>(found);
    missing.removeIf(name -> metadata.contains('"' + name + '"'));

    assertTrue(found.size() >= 2, "the trace shows nothing: " + found);
    assertEquals(Set.of(), missing, "not in native-config/graalvm/reachability-metadata.json");
  }

  /** Classes that were loaded for a {@code Class.forName} of a library's own. */
  private static Set<String> foundByName(Path log) throws IOException {
    Set<String> found = new TreeSet<>();
    String loading = "";
    boolean byName = false;
    for (String line : Files.readAllLines(log)) {
      Matcher loaded = LOADED.matcher(line);
      Matcher frame = FRAME.matcher(line);
      if (loaded.find()) {
        loading = loaded.group(1);
        byName = false;
      } else if (!loading.isEmpty() && frame.find()) {
        String method = frame.group(1);
        if (method.startsWith("java.lang.Class.forName")) {
          byName = true;
        } else if (LOADERS.stream().noneMatch(method::startsWith)) {
          if (byName && (method.startsWith("jnr.") || method.startsWith("com.kenai."))) {
            found.add(loading);
          }
          loading = "";
        }
      }
    }
    found.removeAll(WITH_ANOTHER);
    return found;
  }
}
