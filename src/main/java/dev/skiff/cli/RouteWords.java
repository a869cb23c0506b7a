package dev.skiff.cli;

import dev.skiff.control.Command;
import dev.skiff.control.RouteRequest;
import dev.skiff.control.RouteRequest.Action;
import dev.skiff.ip.RouteSpec;
import java.util.List;

/** Reads the words of {@code skiff route}, which are those of {@code ip route}. */
final class RouteWords {
  private RouteWords() {}

  /**
   * What they ask.
   *
   * @throws IllegalArgumentException with one line that says what is wrong
   */
  static Command.Route read(List<String> words) {
    if (words.isEmpty()) {
      return new Command.Route(RouteRequest.SHOW);
    }
    Action action = Action.parse(words.getFirst());
    List<String> more = words.subList(1, words.size());
    if (action == Action.FLUSH && more.isEmpty()) {
      throw new IllegalArgumentException(
          "say which: flush dev NAME, flush 203.0.113.0/24, flush blackhole, or flush all");
    }
    boolean all = action == Action.FLUSH && more.equals(List.of("all"));
    return new Command.Route(new RouteRequest(action, all ? RouteSpec.ANY : RouteSpec.of(more)));
  }
}
