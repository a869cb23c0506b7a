package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.docs.Golden;
import dev.skiff.docs.Transcript;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The commands that the pages show print what the pages show, numbers and MAC addresses apart: the
 * blocks of each page are gone through in order, in a namespace of the page's own, while somebody
 * pings. {@code -Dskiff.golden.update=true} writes what they print into blocks without "...".
 */
@Tag("netns")
class CommandsIT {
  private static final String PING = "ping -i 0.2 " + SkiffProcess.IP + " >/dev/null 2>&1 &";

  @TempDir Path directory;
  private Netns netns;

  /** How far the page has been written anew. */
  private int written;

  @BeforeEach
  void makeNamespace() {
    netns = new Netns();
  }

  @AfterEach
  void deleteNamespace() {
    netns.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"cli.md", "guide-learning.md", "guide-daemon.md"})
  void whatThePageShowsIsWhatIsPrinted(String name) throws Exception {
    Path page = SkiffProcess.HOME.resolve("docs").resolve(name);
    List<Transcript.Shown> commands = Transcript.commands(page);
    assertFalse(commands.isEmpty(), name + " shows no command");
    boolean pinged = false;
    try (DocsShell shell = new DocsShell(netns, directory)) {
      for (Transcript.Shown shown : commands) {
        List<String> printed = shell.perform(shown);
        if (Golden.UPDATE && !shown.output().contains("...")) {
          update(page, shown, printed);
        } else {
          check(shown, printed);
        }
        if (!pinged && netns.has("skiff0")) {
          pinged = true;
          var _ = shell.run(PING);
        }
      }
    }
  }

  private static void check(Transcript.Shown shown, List<String> printed) {
    try {
      Transcript.assertShows(shown.output(), printed, Transcript::looseShape);
    } catch (AssertionError e) {
      throw new AssertionError("$ " + shown.line() + "\n" + e.getMessage(), e);
    }
  }

  private void update(Path page, Transcript.Shown shown, List<String> printed)
      throws java.io.IOException {
    String text = Files.readString(page);
    int at = text.indexOf("\n$ " + shown.line() + "\n", Math.max(0, written - 1)) + 1;
    assertTrue(at > 0, shown.line());
    int begin = text.indexOf('\n', at) + 1;
    int end = begin;
    for (String line : shown.output()) {
      end += line.length() + 1;
    }
    String output = printed.isEmpty() ? "" : String.join("\n", printed) + "\n";
    Files.writeString(page, text.substring(0, begin) + output + text.substring(end));
    written = begin;
  }
}
