package dev.skiff.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.skiff.docs.Golden;
import dev.skiff.docs.Transcript;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** docs/cli.md has what each command says of itself, and an example of each. */
class CliPageTest {
  private static final String PAGE = "cli.md";

  /** All commands that do something: those with subcommands only ask which. */
  private static List<CommandLine> commands(CommandLine parent) {
    List<CommandLine> all = new ArrayList<>();
    for (CommandLine command : parent.getSubcommands().values()) {
      if (command.getCommandSpec().usageMessage().hidden()) {
        continue;
      }
      all.add(command);
      all.addAll(commands(command));
    }
    return all;
  }

  private static String help(CommandLine command) {
    return command.getUsageMessage(Ansi.OFF).lines().map(String::stripTrailing).toList().stream()
        .reduce((a, b) -> a + "\n" + b)
        .orElse("");
  }

  @Test
  void thePageShowsTheHelpOfEveryCommand() {
    CommandLine skiff = Main.commandLine();
    Golden.shownOn(PAGE, "skiff --help", help(skiff));
    for (CommandLine command : commands(skiff)) {
      Golden.shownOn(PAGE, name(command) + " --help", help(command));
    }
  }

  private static String name(CommandLine command) {
    return command.getCommandSpec().qualifiedName();
  }

  /** CommandsIT runs the examples. */
  @Test
  void thePageShowsAnExampleOfEveryCommand() throws IOException {
    String page = Files.readString(Golden.DOCS.resolve(PAGE));
    List<String> missing = new ArrayList<>();
    for (CommandLine command : commands(Main.commandLine())) {
      Pattern example =
          Pattern.compile("^\\$ " + Pattern.quote(name(command)) + "\\b", Pattern.MULTILINE);
      if (command.getSubcommands().isEmpty() && !example.matcher(page).find()) {
        missing.add(name(command));
      }
    }
    assertEquals(List.of(), missing, "commands without an example on docs/" + PAGE);
  }

  /** CommandsIT writes into the page: what it printed is to be nowhere but behind its command. */
  @Test
  void thePageBeginsWithHowACommandIsWritten() throws IOException {
    String page = Files.readString(Golden.DOCS.resolve(PAGE));
    assertEquals("# Commands\n\n    skiff COMMAND [OPTION...]\n", page.substring(0, 42));
  }

  @Test
  void anExampleShowsSomething() throws IOException {
    for (String page : List.of(PAGE, "guide-daemon.md", "guide-learning.md", "quick-start.md")) {
      for (Transcript.Shown shown : Transcript.commands(Golden.DOCS.resolve(page))) {
        assertNotEquals(List.of("..."), shown.output(), page + ": $ " + shown.line());
      }
    }
  }
}
