package dev.skiff.cli;

import dev.skiff.control.AddrRequest;
import dev.skiff.control.AddrRequest.Action;
import dev.skiff.control.Command;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import dev.skiff.text.Suggest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the words of {@code skiff addr}, which are those of {@code ip addr}. Used once. */
final class AddrWords {
  private static final List<String> WORDS = List.of("dev", "local");

  private final List<String> words;
  private int at;
  private @Nullable String dev;
  private @Nullable Integer local;
  private @Nullable Integer prefixlen;

  AddrWords(List<String> words) {
    this.words = words;
  }

  /**
   * What they ask.
   *
   * @throws IllegalArgumentException with one line that says what is wrong
   */
  Command.Addr read() {
    Action action = words.isEmpty() ? Action.SHOW : Action.parse(words.get(at++));
    while (at < words.size()) {
      String word = words.get(at++);
      switch (word) {
        case "dev" -> device(next("a device's name behind dev"));
        case "local" -> address(next("an address behind local"));
        default -> {
          boolean letter = !word.isEmpty() && Character.isLetter(word.charAt(0));
          if (letter && action == Action.SHOW) {
            device(word); // ip addr show NAME, too.
          } else if (letter) {
            throw new IllegalArgumentException(
                "'" + word + "' is no word of addr" + Suggest.among(word, WORDS));
          } else {
            address(word);
          }
        }
      }
    }
    return new Command.Addr(new AddrRequest(action, dev, local, prefixlen));
  }

  private void device(String name) {
    if (dev != null) {
      throw new IllegalArgumentException("'dev' is said twice: say it once");
    }
    dev = name;
  }

  private void address(String word) {
    if (local != null) {
      throw new IllegalArgumentException("'an address' is said twice: say it once");
    }
    if (word.indexOf('/') < 0) {
      local = Ip4Addr.parse(word);
    } else {
      Ip4Prefix both = Ip4Prefix.parse(word);
      local = both.address();
      prefixlen = both.prefix();
    }
  }

  private String next(String what) {
    if (at == words.size()) {
      throw new IllegalArgumentException(what + " is missing");
    }
    return words.get(at++);
  }
}
