package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.docs.Transcript;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/quick-start.md, followed word for word by somebody new. */
@Tag("netns")
class QuickStartIT {
  @TempDir Path directory;

  @Test
  void everyStepDoesWhatThePageSays() throws Exception {
    Path page = SkiffProcess.HOME.resolve("docs/quick-start.md");
    List<Transcript.Shown> steps = Transcript.commands(page);
    assertTrue(steps.size() >= 6, steps.toString());
    try (Netns netns = new Netns();
        DocsShell shell = new DocsShell(netns, directory)) {
      for (Transcript.Shown step : steps) {
        List<String> printed = shell.perform(step);
        try {
          Transcript.assertShows(step.output(), printed, Transcript::looseShape);
        } catch (AssertionError e) {
          throw new AssertionError("$ " + step.line() + "\n" + e.getMessage(), e);
        }
      }
    }
  }
}
