package dev.skiff.cli;

import dev.skiff.control.Command;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code skiff neigh}: the neighbour table, shown and set as by {@code ip neigh}. */
@picocli.CommandLine.Command(
    name = "neigh",
    mixinStandardHelpOptions = true,
    description = {
      "Shows the neighbour table of a running daemon, as ip neigh does, and sets it.",
      "  neigh [show] [ADDR] [dev NAME] [nud STATE]      neigh get ADDR [dev NAME]",
      "  neigh add|replace|change ADDR lladdr MAC [dev NAME] [nud permanent|noarp|reachable|stale]",
      "  neigh del ADDR [dev NAME]                       neigh flush [dev NAME] [nud STATE]",
      "What is added is permanent unless nud says otherwise. flush leaves permanent and noarp",
      "entries, unless nud names them. dev may be left out where there is one device."
    })
final class NeighCommand extends AskCommand {
  @Option(
      names = {"-s", "--statistics"},
      description =
          "With the seconds since an entry was last used, confirmed and updated, the requests sent"
              + " when it was last asked and the packets that wait; flush says how many there were.")
  private boolean statistics;

  @Parameters(paramLabel = "WORD", description = "See above.")
  private List<String> words = new ArrayList<>();

  @Override
  Command.Neigh command() {
    return new NeighWords(words).read();
  }

  /** Prints entries; after a change nothing, as ip neigh. */
  @Override
  void print(Map<String, Object> reply, PrintStream out) {
    if (statistics && reply.containsKey("flushed")) {
      out.printf("%s entries deleted%n", reply.get("flushed"));
    }
    if (command().request().action().sets()) {
      return;
    }
    for (Object item : list(reply.get("neigh"))) {
      printEntry(object(item), out);
    }
  }

  private void printEntry(Map<String, Object> n, PrintStream out) {
    Object lladdr = n.get("lladdr");
    out.printf(
        "%s dev %s%s%s %s%n",
        n.get("dst"),
        n.get("dev"),
        lladdr == null ? "" : " lladdr " + lladdr,
        statistics ? statistics(n) : "",
        n.get("state"));
  }

  private static String statistics(Map<String, Object> n) {
    return " used %s/%s/%s probes %s queued %s"
        .formatted(
            n.get("used_s"),
            orDash(n.get("confirmed_s")),
            n.get("updated_s"),
            n.get("probes"),
            n.get("queued"));
  }

  private static String orDash(@Nullable Object seconds) {
    return seconds == null ? "-" : seconds.toString();
  }
}
