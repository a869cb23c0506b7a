package dev.skiff.ip;

import dev.skiff.header.Ip4Addr;
import dev.skiff.text.Suggest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the words of {@code ip route} that describe a route. Used once. */
final class RouteSpecReader {
  private static final List<String> WORDS =
      List.of("to", "via", "dev", "metric", "src", "proto", "scope", "type", "default");
  private static final List<String> SCOPES = List.of("link", "global");

  private final List<String> words;
  private int at;
  private @Nullable RouteType type;
  private @Nullable RoutePrefix dst;
  private @Nullable Integer via;
  private @Nullable String dev;
  private @Nullable Integer metric;
  private @Nullable Integer src;
  private @Nullable RouteOrigin origin;
  private @Nullable String scope;

  RouteSpecReader(List<String> words) {
    this.words = words;
  }

  /**
   * What they say.
   *
   * @throws IllegalArgumentException with one line that says what is wrong
   */
  RouteSpec read() {
    while (at < words.size()) {
      String word = words.get(at++);
      switch (word) {
        case "to" -> dst = once("a prefix", dst, prefix(next("a prefix behind to")));
        case "via" -> via = once(word, via, gateway());
        case "dev" -> dev = once(word, dev, next("a device's name behind dev"));
        case "metric", "preference" -> metric = once(word, metric, metric(next("a number")));
        case "src" -> src = once(word, src, Ip4Addr.parse(next("an address behind src")));
        case "proto", "protocol" ->
            origin = once(word, origin, RouteOrigin.parse(next("who made it, behind proto")));
        case "scope" -> scope = once(word, scope, scope(next("link or global behind scope")));
        case "type" -> type = once(word, type, RouteType.parse(next("a type behind type")));
        default -> other(word);
      }
    }
    checkScope();
    return new RouteSpec(type, dst, via, dev, metric, src, origin);
  }

  private void other(String word) {
    if (RouteType.isWord(word)) {
      type = once("a type", type, RouteType.parse(word));
    } else {
      dst = once("a prefix", dst, prefix(word));
    }
  }

  private int gateway() {
    String word = next("a gateway behind via");
    int ip = Ip4Addr.parse(word.equals("inet") ? next("a gateway behind via inet") : word);
    if (!Ip4Addr.isUnicast(ip)) {
      throw new IllegalArgumentException("gateway " + Ip4Addr.format(ip) + " is no host");
    }
    return ip;
  }

  private static RoutePrefix prefix(String word) {
    boolean letter = !word.isEmpty() && Character.isLetter(word.charAt(0));
    if (letter && !word.equals("default")) {
      List<String> all = new ArrayList<>(WORDS);
      all.addAll(RouteType.words());
      throw new IllegalArgumentException(
          "'" + word + "' is no word of route" + Suggest.among(word, all));
    }
    return RoutePrefix.parse(word);
  }

  private static int metric(String word) {
    try {
      int number = Integer.parseInt(word);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new IllegalArgumentException(
        "metric '" + word + "' is not a number from 0 to " + Integer.MAX_VALUE);
  }

  private static String scope(String word) {
    if (!SCOPES.contains(word)) {
      throw new IllegalArgumentException(
          "'" + word + "' is no scope" + Suggest.among(word, SCOPES));
    }
    return word;
  }

  /** Scope link says that there is no gateway, which 0.0.0.0 stands for; global that there is. */
  private void checkScope() {
    if (scope == null) {
      return;
    }
    boolean link = scope.equals("link");
    if (link == (via != null)) {
      throw new IllegalArgumentException(
          "scope "
              + scope
              + (link ? " has no gateway" : " needs a gateway")
              + ": leave it out, it follows from via");
    }
    via = link ? (Integer) Ip4Addr.ANY : via;
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
