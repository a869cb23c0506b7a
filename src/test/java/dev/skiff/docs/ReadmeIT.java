package dev.skiff.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the README shows is what happens: its transcript is held against a real run of the demo. */
@Tag("netns")
class ReadmeIT {
  private static final Path HOME = Path.of(System.getProperty("skiff.home", "."));
  private static final String BLOCK = "```console\n";
  private static final String PROMPT = "$ scripts/run --demo";
  private static final String LEFT_OUT = "...";

  @Test
  void transcriptIsWhatTheDemoPrints() throws Exception {
    List<String> shown = transcript();
    assertEquals(PROMPT, shown.removeFirst(), "the transcript's first line");
    List<String> printed = demo();

    int at = 0;
    boolean gap = false;
    for (String line : shown) {
      if (line.equals(LEFT_OUT)) {
        gap = true;
        continue;
      }
      String wanted = shape(line);
      while (gap && at < printed.size() && !shape(printed.get(at)).equals(wanted)) {
        at++;
      }
      assertTrue(at < printed.size(), "the demo does not print '" + line + "' here:\n" + printed);
      assertEquals(wanted, shape(printed.get(at)), String.join("\n", printed));
      at++;
      gap = false;
    }
    assertEquals(printed.size(), at, "the demo prints more than the README shows");
  }

  private static List<String> transcript() throws IOException {
    String readme = Files.readString(HOME.resolve("README.md"));
    int begin = readme.indexOf(BLOCK) + BLOCK.length();
    assertFalse(begin < BLOCK.length(), "README.md has no console block");
    return new ArrayList<>(readme.substring(begin, readme.indexOf("```", begin)).lines().toList());
  }

  private static List<String> demo() throws IOException, InterruptedException {
    Process demo =
        new ProcessBuilder(HOME.resolve("scripts/run").toString(), "--demo")
            .directory(HOME.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    demo.getOutputStream().close();
    String output = new String(demo.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, demo.waitFor(), output);
    return output.lines().toList();
  }

  /** A line without what differs from run to run: MAC addresses, counts, times, a state. */
  private static String shape(String line) {
    return line.replaceAll("([0-9a-f]{2}:){5}[0-9a-f]{2}", "MAC")
        .replaceAll("\\b(REACHABLE|STALE|DELAY|PROBE)$", "STATE")
        .replaceAll("\\d+(\\.\\d+)? ms", "N ms")
        .replaceAll("time \\d+ms", "time Nms")
        .replaceAll("^(\\S+\\.\\S+ +)\\d+$", "$1N");
  }
}
