package dev.skiff.cli;

import dev.skiff.control.Command;
import dev.skiff.control.ControlClient;
import dev.skiff.control.Json;
import java.io.IOException;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code skiff stat}: counters, as {@code nstat} prints them. */
@picocli.CommandLine.Command(
    name = "stat",
    mixinStandardHelpOptions = true,
    description =
        "Shows the counters of a running daemon that are not zero, once or again and again.")
final class StatCommand extends CountersCommand {
  @Option(
      names = {"-z", "--zeros"},
      description = "Show zeros too.")
  private boolean zeros;

  @Parameters(
      paramLabel = "PATTERN",
      arity = "0..*",
      description =
          "Which: names as Icmp.InEchos, groups as skiff0, or patterns as 'Icmp.*'; by default all.")
  private List<String> patterns = List.of();

  @Override
  Command command() {
    return new Command.Stat();
  }

  @Override
  boolean showsZeros() {
    return zeros;
  }

  @Override
  Map<String, Long> counters(Map<String, Object> reply) throws IOException {
    Map<String, Long> all = new LinkedHashMap<>();
    object(reply.get("stat"))
        .forEach(
            (group, counters) ->
                object(counters)
                    .forEach(
                        (name, value) -> {
                          if (value instanceof Number n) {
                            all.put(group + "." + name, n.longValue());
                          }
                        }));
    return new Chosen(patterns(patterns)).of(all);
  }

  @Override
  void print(Map<String, Object> reply, PrintStream out) throws IOException {
    counters(reply)
        .forEach(
            (name, value) -> {
              if (zeros || value != 0) {
                out.printf("%-32s %s%n", name, value);
              }
            });
  }

  /** The reply, with the counters that are wanted. */
  @Override
  String json(String line) throws IOException {
    if (patterns(patterns).isEmpty()) {
      return line;
    }
    Map<String, Object> reply = ControlClient.body(line);
    Map<String, Object> groups = new LinkedHashMap<>();
    counters(reply).forEach((name, value) -> put(groups, name, value));
    reply.put("stat", groups);
    return Json.line(reply);
  }

  @Override
  void put(Map<String, Object> groups, String name, Map<String, Object> rate) {
    put(groups, name, (Object) rate);
  }

  /** Names of devices have no dot in front of that of the counter, or a last one at least. */
  @SuppressWarnings("unchecked")
  private static void put(Map<String, Object> groups, String name, Object value) {
    int dot = name.lastIndexOf('.');
    ((Map<String, Object>)
            groups.computeIfAbsent(name.substring(0, dot), group -> new LinkedHashMap<>()))
        .put(name.substring(dot + 1), value);
  }
}
