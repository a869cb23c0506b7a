package dev.skiff.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the README shows is what happens: its transcript is held against a real run of the demo. */
@Tag("netns")
class ReadmeIT {
  private static final Path HOME = Path.of(System.getProperty("skiff.home", "."));
  private static final String PROMPT = "$ scripts/run --demo";

  @Test
  void transcriptIsWhatTheDemoPrints() throws Exception {
    List<String> shown = Transcript.blocks(HOME.resolve("README.md")).getFirst();
    assertEquals(PROMPT, shown.removeFirst(), "the transcript's first line");
    Transcript.assertShows(shown, demo(), Transcript::shape);
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
}
