package dev.skiff.trace;

import dev.skiff.header.EtherType;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import dev.skiff.header.IpProto;
import dev.skiff.header.MacAddr;
import dev.skiff.skb.DropReason;
import dev.skiff.text.Suggest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Reads filters, in the words of pcap-filter(7) and a few of Skiff's own ({@code drop}, {@code
 * reason}, {@code held}). {@code not} binds closest, then {@code and}, then {@code or}.
 */
final class FilterParser {
  /** More than this is no filter that a person wrote. */
  static final int MAX_LENGTH = 1000;

  /** Deeper than this the parser, which calls itself, might run out of stack. */
  private static final int MAX_DEPTH = 50;

  private static final int HOST_PREFIX = 32;
  private static final List<String> WORDS =
      List.of(
          "arp", "ip", "ip6", "icmp", "tcp", "udp", "proto", "ether", "src", "dst", "host", "net",
          "port", "dev", "in", "out", "drop", "held", "reason", "less", "greater", "not", "and",
          "or", "(");

  /** What may stand right behind a protocol that has addresses, and behind one that has ports. */
  private static final List<String> HOSTS = List.of("src", "dst", "host", "net", "proto");

  private static final List<String> PORTS = List.of("src", "dst", "port");

  private record Token(String text, int at) {}

  private final String text;
  private final List<Token> tokens;
  private int next;
  private int depth;

  private FilterParser(String text) {
    this.text = text;
    tokens = tokens(text);
  }

  static Filter parse(String text) {
    if (text.length() > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "the filter is longer than " + MAX_LENGTH + " characters: make it shorter");
    }
    FilterParser parser = new FilterParser(text);
    if (parser.tokens.isEmpty()) {
      return Filter.ALL;
    }
    Filter filter = parser.or();
    if (parser.next < parser.tokens.size()) {
      Token token = parser.tokens.get(parser.next);
      throw parser.error(
          token.at,
          token.text.equals(")")
              ? "')' without '('"
              : "'" + token.text + "' comes unexpected: put 'and' or 'or' before it");
    }
    return filter;
  }

  private static List<Token> tokens(String text) {
    List<Token> tokens = new ArrayList<>();
    int i = 0;
    while (i < text.length()) {
      int start = i;
      char c = text.charAt(i++);
      if (Character.isWhitespace(c)) {
        continue;
      }
      if (c == '&' || c == '|') {
        i += i < text.length() && text.charAt(i) == c ? 1 : 0;
      } else if (c != '(' && c != ')' && c != '!') {
        while (i < text.length() && isWordPart(text.charAt(i))) {
          i++;
        }
      }
      tokens.add(new Token(text.substring(start, i), start));
    }
    return tokens;
  }

  private static boolean isWordPart(char c) {
    return !Character.isWhitespace(c) && "()!&|".indexOf(c) < 0;
  }

  // ---- Connectives ------------------------------------------------------------------------------

  private Filter or() {
    Filter left = and();
    while (accept("or", "||")) {
      left = new Filter.Or(left, and());
    }
    return left;
  }

  private Filter and() {
    Filter left = not();
    while (accept("and", "&&")) {
      left = new Filter.And(left, not());
    }
    return left;
  }

  private Filter not() {
    int at = at();
    if (++depth > MAX_DEPTH) {
      throw error(at, "more than " + MAX_DEPTH + " levels of 'not' and '(': make it simpler");
    }
    try {
      if (accept("not", "!")) {
        return new Filter.Not(not());
      }
      if (accept("(", "(")) {
        Filter inner = or();
        if (!accept(")", ")")) {
          throw error(at, "this '(' is never closed: add ')'");
        }
        return inner;
      }
      return primitive();
    } finally {
      depth--;
    }
  }

  // ---- Primitives -------------------------------------------------------------------------------

  private Filter primitive() {
    int at = at();
    String word = take("a condition, such as 'icmp' or 'host 198.51.100.1'");
    return switch (word.toLowerCase(Locale.ROOT)) {
      case "arp" -> qualified(new Filter.EtherProto(EtherType.ARP), HOSTS);
      case "ip" -> qualified(new Filter.EtherProto(EtherType.IP), HOSTS);
      case "ip6" -> new Filter.EtherProto(EtherType.IPV6);
      case "icmp" -> new Filter.Proto(IpProto.ICMP);
      case "tcp" -> qualified(new Filter.Proto(IpProto.TCP), PORTS);
      case "udp" -> qualified(new Filter.Proto(IpProto.UDP), PORTS);
      case "proto" -> new Filter.Proto(number("an IP protocol number, 0 to 255", 0xFF));
      case "ether" -> ether();
      case "src" -> address(Filter.Side.SRC, at, kind("src"));
      case "dst" -> address(Filter.Side.DST, at, kind("dst"));
      case "host", "net", "port" -> address(Filter.Side.ANY, at, word);
      case "dev", "ifname" -> new Filter.Device(take("a device, such as skiff0"));
      case "in" -> new Filter.Direction(true);
      case "out" -> new Filter.Direction(false);
      case "drop" -> new Filter.Drop();
      case "held" -> new Filter.Reason(DropReason.NOT_DROPPED);
      case "reason" -> new Filter.Reason(reason());
      case "less" -> new Filter.Length(0, number("a length in bytes", Integer.MAX_VALUE));
      case "greater" ->
          new Filter.Length(number("a length in bytes", Integer.MAX_VALUE), Integer.MAX_VALUE);
      default -> throw error(at, "unknown word '" + word + "'" + Suggest.among(word, WORDS));
    };
  }

  /** {@code tcp port 80} is {@code tcp and port 80}. */
  private Filter qualified(Filter protocol, List<String> words) {
    boolean more =
        next < tokens.size() && words.contains(tokens.get(next).text.toLowerCase(Locale.ROOT));
    return more ? new Filter.And(protocol, primitive()) : protocol;
  }

  /** What is looked for; {@code src 198.51.100.1} is {@code src host 198.51.100.1}. */
  private String kind(String side) {
    String word = take("'host', 'net', 'port' or an address after '" + side + "'");
    if (!Character.isDigit(word.charAt(0))) {
      return word;
    }
    next--;
    return word.indexOf('/') < 0 ? "host" : "net";
  }

  private Filter address(Filter.Side side, int at, String kind) {
    return switch (kind.toLowerCase(Locale.ROOT)) {
      case "host" ->
          new Filter.Net(
              side, new Ip4Prefix(value("an IPv4 address", Ip4Addr::parse), HOST_PREFIX));
      case "net" ->
          new Filter.Net(side, value("a network, such as 198.51.100.0/24", Ip4Prefix::parse));
      case "port" -> new Filter.Port(side, number("a port, 0 to 65535", 0xFFFF));
      default ->
          throw error(
              at, "'src' and 'dst' want 'host', 'net', 'port' or an address, not '" + kind + "'");
    };
  }

  private Filter ether() {
    int at = at();
    String kind = take("'src', 'dst', 'host' or 'proto' after 'ether'").toLowerCase(Locale.ROOT);
    return switch (kind) {
      case "src" -> new Filter.Ether(Filter.Side.SRC, mac());
      case "dst" -> new Filter.Ether(Filter.Side.DST, mac());
      case "host" -> new Filter.Ether(Filter.Side.ANY, mac());
      case "proto" -> new Filter.EtherProto(number("an EtherType, such as 0x88b5", 0xFFFF));
      default ->
          throw error(at, "'ether' wants 'src', 'dst', 'host' or 'proto', not '" + kind + "'");
    };
  }

  private long mac() {
    return value("a MAC address", MacAddr::parse);
  }

  private int number(String what, int most) {
    return value(
        what,
        word -> {
          long number = Long.decode(word);
          if (number < 0 || number > most) {
            throw new IllegalArgumentException(word + " is not " + what);
          }
          return (int) number;
        });
  }

  private DropReason reason() {
    int at = at();
    String word = take("a reason, such as OTHERHOST");
    for (DropReason reason : DropReason.values()) {
      if (word.equalsIgnoreCase(reason.name()) || word.equalsIgnoreCase(reason.kernelName())) {
        return reason;
      }
    }
    List<String> names = Stream.of(DropReason.values()).map(DropReason::name).toList();
    throw error(
        at,
        "unknown reason '"
            + word
            + "'"
            + Suggest.among(word.toUpperCase(Locale.ROOT), names)
            + " (see skiff drops)");
  }

  private <T> T value(String what, Function<String, T> parser) {
    int at = at();
    String word = take(what);
    try {
      return parser.apply(word);
    } catch (NumberFormatException e) {
      throw error(at, "'" + word + "' is not " + what);
    } catch (IllegalArgumentException e) {
      throw error(at, String.valueOf(e.getMessage()));
    }
  }

  // ---- Tokens -----------------------------------------------------------------------------------

  private int at() {
    return next < tokens.size() ? tokens.get(next).at : text.length();
  }

  private boolean accept(String... words) {
    if (next < tokens.size()
        && Arrays.stream(words).anyMatch(tokens.get(next).text::equalsIgnoreCase)) {
      next++;
      return true;
    }
    return false;
  }

  private String take(String what) {
    if (next == tokens.size()) {
      throw error(text.length(), "it ends where " + what + " should stand");
    }
    return tokens.get(next++).text;
  }

  private IllegalArgumentException error(int at, String what) {
    return new IllegalArgumentException(
        "filter '" + text + "': at column " + (at + 1) + ": " + what);
  }
}
