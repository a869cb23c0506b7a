package dev.skiff.cli;

import dev.skiff.control.Command;
import dev.skiff.control.NeighRequest;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.MacAddr;
import dev.skiff.neigh.NeighbourState;
import dev.skiff.text.Suggest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the words of {@code skiff neigh}, which are those of {@code ip neigh}. Used once. */
final class NeighWords {
  private static final List<String> WORDS = List.of("dev", "lladdr", "nud", "to");

  private final List<String> words;
  private int at;
  private @Nullable String dev;
  private @Nullable Integer dst;
  private @Nullable Long lladdr;
  private @Nullable NeighbourState nud;

  NeighWords(List<String> words) {
    this.words = words;
  }

  /**
   * What they ask.
   *
   * @throws IllegalArgumentException with one line that says what is wrong
   */
  Command.Neigh read() {
    NeighRequest.Action action =
        words.isEmpty() ? NeighRequest.Action.SHOW : NeighRequest.Action.parse(words.get(at++));
    while (at < words.size()) {
      String word = words.get(at++);
      switch (word) {
        case "dev" -> dev = once(word, dev, next("a device's name behind dev"));
        case "lladdr" ->
            lladdr = once(word, lladdr, MacAddr.parse(next("a MAC address behind lladdr")));
        case "nud" -> {
          String state = next("a state behind nud");
          if (action != NeighRequest.Action.SHOW || !state.equals("all")) {
            nud = once(word, nud, NeighRequest.nud(state));
          }
        }
        case "to" -> dst = once("an address", dst, address(next("an address behind to")));
        default -> dst = once("an address", dst, address(word));
      }
    }
    return new Command.Neigh(new NeighRequest(action, dev, dst, lladdr, nud));
  }

  private static Integer address(String word) {
    if (!word.isEmpty() && Character.isLetter(word.charAt(0))) {
      throw new IllegalArgumentException(
          "'" + word + "' is no word of neigh" + Suggest.among(word, WORDS));
    }
    return Ip4Addr.parse(word);
  }

  private static <T> T once(String what, @Nullable T before, T now) {
    if (before != null) {
      throw new IllegalArgumentException("'" + what + "' is said twice: say it once");
    }
    return now;
  }

  private String next(String what) {
    if (at == words.size()) {
      throw new IllegalArgumentException(what + " is missing");
    }
    return words.get(at++);
  }
}
