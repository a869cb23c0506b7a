package dev.skiff.cli;

import dev.skiff.control.Json;
import dev.skiff.sys.Netns;
import dev.skiff.sys.Platform;
import dev.skiff.sys.TunTap;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code skiff tap}: persistent TAP devices, as {@code ip tuntap} makes and deletes them. */
@Command(
    name = "tap",
    mixinStandardHelpOptions = true,
    description = "Makes and deletes TAP devices that stay when nobody holds them.",
    subcommands = {TapCreateCommand.class, TapDeleteCommand.class})
final class TapCommand implements Runnable {
  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    if (spec != null) {
      throw new ParameterException(spec.commandLine(), "say what to do: create or delete");
    }
  }

  /** What both have in common: which device, and where. */
  abstract static class OnDevice implements Callable<Integer> {
    @Parameters(paramLabel = "NAME", description = "The TAP device.")
    private String name = "";

    @Option(
        names = "--netns",
        paramLabel = "NS",
        description = "The network namespace, by name or file; by default the one we are in.")
    private @Nullable String netns;

    @Option(names = "--json", description = "Print one line of JSON with the device's name.")
    private boolean json;

    /** Does it, in the network namespace: the device's name. */
    abstract String call(String name) throws IOException;

    /**
     * Looks for mistakes of usage, before anything is done.
     *
     * @throws IllegalArgumentException with one line
     */
    void check(String name) {}

    /** Whether a device can be called so, for this command. */
    boolean isValid(String name) {
      return TunTap.isValidName(name);
    }

    /**
     * Looks for all mistakes of usage.
     *
     * @throws IllegalArgumentException with one line
     */
    final void checkAll() {
      if (!isValid(name)) {
        throw new IllegalArgumentException(
            "'"
                + name
                + "' cannot be a device's name: use 1 to "
                + TunTap.MAX_NAME
                + " plain bytes");
      }
      if (netns != null && netns.isEmpty()) {
        throw new IllegalArgumentException("--netns is empty: give a name, or leave it out");
      }
      check(name);
    }

    @Override
    public final Integer call() throws IOException {
      checkAll();
      Platform.check();
      String called = Netns.call(netns, () -> call(name));
      if (json) {
        System.out.println(Json.line(Map.of("tap", Map.of("name", called))));
      } else if (!called.equals(name)) {
        System.out.println(called);
      }
      return 0;
    }
  }
}
