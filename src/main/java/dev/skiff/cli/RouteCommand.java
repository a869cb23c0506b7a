package dev.skiff.cli;

import dev.skiff.control.Command;
import dev.skiff.control.RouteRequest.Action;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code skiff route}: the routes, shown and set as by {@code ip route}. */
@picocli.CommandLine.Command(
    name = "route",
    mixinStandardHelpOptions = true,
    description = {
      "Shows the routes of a running daemon, as ip route does, and sets them.",
      "  route [show] [ROUTE]          route get ADDR",
      "  route add|append|replace|change|del ROUTE",
      "  route flush ROUTE|all",
      "ROUTE is [unicast|blackhole|unreachable|prohibit] PREFIX|default [via GATEWAY] [dev NAME]",
      "  [metric N] [src ADDR] [proto boot|static]; for show, del and flush any part of that.",
      "Of the routes for one prefix the one with the least metric is used; append adds one of the",
      "same metric, used while the first one's gateway does not answer. Routes to our own networks",
      "come and go with addresses: flush leaves them. dev may be left out where there is via."
    })
final class RouteCommand extends AskCommand {
  @Option(
      names = {"-s", "--statistics"},
      description = "flush says how many there were.")
  private boolean statistics;

  @Parameters(paramLabel = "WORD", description = "See above.")
  private List<String> words = new ArrayList<>();

  @Override
  Command.Route command() {
    return RouteWords.read(words);
  }

  /** Prints routes; after a change nothing, as ip route. */
  @Override
  void print(Map<String, Object> reply, PrintStream out) {
    Action action = command().request().action();
    if (statistics && action == Action.FLUSH) {
      out.printf("%s routes deleted%n", reply.get("flushed"));
    }
    if (action == Action.SHOW || action == Action.GET) {
      for (Object item : list(reply.get("route"))) {
        out.println(text(object(item)));
      }
    }
  }

  /** A route as {@code ip route} prints it. */
  static String text(Map<String, Object> route) {
    StringBuilder text = new StringBuilder();
    String type = String.valueOf(route.get("type"));
    text.append(type.equals("unicast") ? "" : type + " ").append(route.get("dst"));
    append(text, "via", route.get("gateway"));
    append(text, "dev", route.get("dev"));
    Object protocol = route.get("protocol");
    append(text, "proto", "boot".equals(protocol) ? null : protocol);
    append(text, "scope", route.get("scope"));
    append(text, "src", route.get("prefsrc"));
    append(text, "metric", route.get("metric"));
    for (Object flag : list(route.get("flags"))) {
      text.append(' ').append(flag);
    }
    return text.toString();
  }

  private static void append(StringBuilder text, String name, @Nullable Object value) {
    if (value != null) {
      text.append(' ').append(name).append(' ').append(value);
    }
  }
}
