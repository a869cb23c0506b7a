package dev.skiff.cli;

import dev.skiff.control.Json;
import dev.skiff.text.Suggest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code skiff completion}: a script by which a shell completes commands and options. */
@picocli.CommandLine.Command(
    name = "completion",
    mixinStandardHelpOptions = true,
    description = {
      "Prints a script by which bash or zsh completes the commands and options of skiff.",
      "  bash: source <(skiff completion bash)     zsh: the same after autoload -U compinit; compinit",
      "For all users: skiff completion bash > /usr/share/bash-completion/completions/skiff"
    })
final class CompletionCommand implements Callable<Integer> {
  private static final List<String> SHELLS = List.of("bash", "zsh");

  @Option(names = "--json", description = "Print one line of JSON with the script in it.")
  private boolean json;

  @Parameters(
      paramLabel = "bash|zsh",
      arity = "0..1",
      completionCandidates = Shells.class,
      description = "The shell; by default bash.")
  private String shell = "bash";

  @Spec private @Nullable CommandSpec spec;

  /** What it can be completed to. */
  static final class Shells extends ArrayList<String> {
    private static final long serialVersionUID = 1;

    Shells() {
      super(SHELLS);
    }
  }

  @Override
  public Integer call() throws IOException {
    if (!SHELLS.contains(shell)) {
      throw new IllegalArgumentException(
          "'" + shell + "' is not bash or zsh" + Suggest.among(shell, SHELLS));
    }
    CommandSpec root = java.util.Objects.requireNonNull(spec).root();
    String script = AutoComplete.bash("skiff", root.commandLine()); // For zsh too.
    if (json) {
      System.out.println(Json.line(Map.of("completion", Map.of("shell", shell, "script", script))));
    } else {
      System.out.print(script);
    }
    return 0;
  }
}
