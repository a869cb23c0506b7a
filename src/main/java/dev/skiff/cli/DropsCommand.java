package dev.skiff.cli;

import dev.skiff.control.Command;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code skiff drops}: which packets were lost, and why. */
@picocli.CommandLine.Command(
    name = "drops",
    mixinStandardHelpOptions = true,
    description =
        "Shows how many packets a running daemon dropped, by reason, once or again and again.")
final class DropsCommand extends CountersCommand {
  @Override
  Command command() {
    return new Command.Drops();
  }

  @Override
  boolean showsZeros() {
    return true; // Only what has happened is told at all.
  }

  @Override
  Map<String, Long> counters(Map<String, Object> reply) {
    var _ = patterns(List.of());
    Map<String, Long> counts = new LinkedHashMap<>();
    for (Object item : list(reply.get("drops"))) {
      Map<String, Object> drop = object(item);
      if (drop.get("count") instanceof Number n) {
        counts.put(String.valueOf(drop.get("reason")), n.longValue());
      }
    }
    return counts;
  }

  @Override
  String text(String name, Map<String, Object> reply) {
    for (Object item : list(reply.get("drops"))) {
      if (name.equals(object(item).get("reason"))) {
        return "  " + object(item).get("text");
      }
    }
    return "";
  }

  @Override
  void put(Map<String, Object> reasons, String name, Map<String, Object> rate) {
    reasons.put(name, rate);
  }

  @Override
  void print(Map<String, Object> reply, PrintStream out) {
    List<?> drops = list(reply.get("drops"));
    if (drops.isEmpty()) {
      out.println("no drops");
    }
    for (Object item : drops) {
      Map<String, Object> drop = object(item);
      out.printf(
          "%-24s %s  %s%n",
          drop.get("reason"), paint().bad("%8s".formatted(drop.get("count"))), drop.get("text"));
    }
  }
}
