package dev.skiff.docs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The programs in docs/examples: each compiles without a warning and prints what the page shows.
 * The test in there compiles too, and is shown; SkiffContainerIT runs it.
 */
class ExamplesTest {
  private static final String PAGE = "functions.md";
  private static final Path EXAMPLES = Golden.DOCS.resolve("examples");
  private static final String CLASS_PATH = System.getProperty("java.class.path");

  /** What programs may import of ours. */
  private static final Pattern OPEN =
      Pattern.compile(
          "import dev\\.skiff\\.(Skiff|(dev|header|skb|wire)\\.(\\*|[A-Z]\\w*)"
              + "|testcontainers\\.SkiffContainer);");

  /** A test, which SkiffContainerIT runs: it is on a page of its own, and needs an engine. */
  private static final String CONTAINER = "SkiffContainerExample";

  /** An import of ours, or one of our names in full. */
  private static final Pattern OURS = Pattern.compile("^.*\\bdev\\.skiff\\b.*$", Pattern.MULTILINE);

  @TempDir Path directory;

  private static Path source(String name) {
    return EXAMPLES.resolve(name + ".java");
  }

  private void compile(String name) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    assertNotNull(compiler, "this Java is no JDK");
    StringWriter said = new StringWriter();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, UTF_8)) {
      boolean good =
          compiler
              .getTask(
                  said,
                  files,
                  null,
                  List.of("-Xlint:all", "-Werror", "-cp", CLASS_PATH, "-d", directory.toString()),
                  null,
                  files.getJavaFileObjects(source(name)))
              .call();
      assertTrue(good, said.toString());
    }
    assertEquals("", said.toString());
  }

  /** Runs it, checking every use of a buffer, with nothing to say on standard error. */
  private String run(String name) throws IOException, InterruptedException {
    Path out = directory.resolve("out");
    Path err = directory.resolve("err");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:-UsePerfData",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dskiff.paranoid=true",
                "-cp",
                directory + ":" + CLASS_PATH,
                name));
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    try {
      assertTrue(process.waitFor(30, TimeUnit.SECONDS), name + " has not ended in 30 s");
    } finally {
      process.destroyForcibly();
    }
    assertEquals("", Files.readString(err));
    assertEquals(0, process.exitValue());
    return Files.readString(out).stripTrailing();
  }

  @ParameterizedTest
  @ValueSource(strings = {"RawFrames", "LoopbackDriver", "HelloProtocol"})
  void eachCompilesWithoutAWarningAndPrintsWhatThePageShows(String name) throws Exception {
    compile(name);
    Golden.shownOn(PAGE, name, run(name));
  }

  @Test
  void theTestOfAContainerCompilesAndIsWhatItsPageShows() throws IOException {
    compile(CONTAINER);
    String page = Files.readString(Golden.DOCS.resolve("testcontainers.md"));
    String text = Files.readString(source(CONTAINER));
    String shown = text.substring(text.indexOf("\nimport ") + 1);
    assertTrue(page.contains("```java\n" + shown + "```\n"), "the page shows another " + CONTAINER);
  }

  @ParameterizedTest
  @CsvSource({
    "RawFrames, 60",
    "LoopbackDriver, 80",
    "HelloProtocol, 100",
    "SkiffContainerExample, 60"
  })
  void eachIsShort(String name, int most) throws IOException {
    int lines = Files.readAllLines(source(name)).size();
    assertTrue(lines <= most, name + " has " + lines + " lines, at most " + most + " are wanted");
  }

  @Test
  void allAreTestedLinkedToAndNeedOnlyWhatIsOpenToPrograms() throws IOException {
    Set<String> names = new TreeSet<>();
    try (Stream<Path> files = Files.list(EXAMPLES)) {
      for (Path file : files.toList()) {
        String text = Files.readString(file);
        List<String> closed =
            OURS.matcher(text)
                .results()
                .map(result -> result.group())
                .filter(line -> !OPEN.matcher(line).matches())
                .toList();
        assertEquals(List.of(), closed, file + " uses what is not open to programs");
        String name = file.getFileName().toString();
        names.add(name);
        String page =
            Files.readString(
                Golden.DOCS.resolve(name.equals(CONTAINER + ".java") ? "testcontainers.md" : PAGE));
        assertTrue(page.contains("(examples/" + name + ")"), file + ": no link");
      }
    }
    assertEquals(
        Set.of(
            "HelloProtocol.java",
            "LoopbackDriver.java",
            "RawFrames.java",
            "SkiffContainerExample.java"),
        names);
  }

  @ParameterizedTest
  @ValueSource(strings = {"RawFrames", "LoopbackDriver", "HelloProtocol"})
  void thePageShowsTheCommandOfEach(String name) throws IOException {
    String prefix = "//   ";
    List<String> commands =
        Files.readAllLines(source(name)).stream()
            .filter(line -> line.startsWith(prefix))
            .map(line -> line.substring(prefix.length()))
            .toList();
    assertTrue(!commands.isEmpty(), name + " does not say how it is run");
    String page = Files.readString(Golden.DOCS.resolve(PAGE));
    for (String command : commands) {
      assertTrue(page.contains("    " + command + "\n"), "the page does not show: " + command);
    }
  }
}
