package dev.skiff.control;

import dev.skiff.header.Ip4Addr;
import dev.skiff.ip.PingSocket;
import dev.skiff.ip.PmtuDisc;
import dev.skiff.text.Suggest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code skiff ping} asks, as {@code ping} of iputils does. Any thread.
 *
 * @param dst who is pinged, a host's address
 * @param count requests, 1 to 2,147,483,647; 0 until it is ended
 * @param intervalMs between two requests, 2 to 3,600,000; nothing to a flood
 * @param preload requests that go out at once in the beginning, 1 to 64
 * @param flood whether a request follows each reply at once, and without replies one each 10 ms
 * @param size bytes of data, 0 to 65,507
 * @param ttl time to live, 1 to 255; 0 for the stack's own
 * @param tos type of service, 0 to 255
 * @param df whether requests may be fragmented
 * @param pattern the data in hexadecimal, up to 16 bytes, repeated; empty for 0, 1, 2 ...
 * @param from our address, or our device's name, that they come from; null for IP's choice
 * @param waitMs how long an answer is waited for if none came at all, 1 to 3,600,000
 * @param deadlineS after how many seconds it ends in any case, 1 to 2,147,483,647; 0 for never
 * @param quiet whether nothing but the summary is wanted
 */
public record PingRequest(
    int dst,
    int count,
    int intervalMs,
    int preload,
    boolean flood,
    int size,
    int ttl,
    int tos,
    PmtuDisc df,
    String pattern,
    @Nullable String from,
    int waitMs,
    int deadlineS,
    boolean quiet) {
  /** The most requests at once in the beginning. */
  public static final int MAX_PRELOAD = 64;

  /** The shortest time between two requests, in milliseconds, as a user's of iputils. */
  public static final int MIN_INTERVAL_MS = 2;

  /** The longest times, in milliseconds. */
  public static final int MAX_MS = 3_600_000;

  /** Time between two requests unless it is said otherwise, in milliseconds. */
  public static final int USUAL_INTERVAL_MS = 1000;

  /** How long an answer is waited for unless it is said otherwise, in milliseconds. */
  public static final int USUAL_WAIT_MS = 10_000;

  private static final int MAX_PATTERN = 16;
  private static final int MAX_BYTE = 255;
  private static final List<String> MEMBERS =
      List.of(
          "dst",
          "count",
          "interval_ms",
          "preload",
          "flood",
          "size",
          "ttl",
          "tos",
          "df",
          "pattern",
          "from",
          "wait_ms",
          "deadline_s",
          "quiet");

  /**
   * @throws IllegalArgumentException if something is out of range: one line that says what
   */
  public PingRequest {
    if (!Ip4Addr.isUnicast(dst)) {
      throw new IllegalArgumentException(
          Ip4Addr.format(dst) + " is no host's address: broadcasts and groups are not pinged");
    }
    check("count", count, 0, Integer.MAX_VALUE);
    check("interval in ms", intervalMs, MIN_INTERVAL_MS, MAX_MS);
    check("preload", preload, 1, MAX_PRELOAD);
    check("size", size, 0, PingSocket.MAX_SIZE);
    check("ttl", ttl, 0, MAX_BYTE);
    check("tos", tos, 0, MAX_BYTE);
    check("wait in ms", waitMs, 1, MAX_MS);
    check("deadline in s", deadlineS, 0, Integer.MAX_VALUE);
    var _ = bytes(pattern);
    if (flood && count == 0 && deadlineS == 0) {
      throw new IllegalArgumentException("a flood needs an end: give a count or a deadline");
    }
  }

  /** One that is as {@code ping HOST} is. */
  public static PingRequest to(int dst) {
    return of(Map.of("dst", Ip4Addr.format(dst)));
  }

  private static void check(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(name + " " + value + ": must be " + least + " to " + most);
    }
  }

  /** The bytes of {@link #pattern}. */
  public byte[] patternBytes() {
    return bytes(pattern);
  }

  /**
   * Reads a pattern: two digits a byte, and one for the last if their number is odd.
   *
   * @throws IllegalArgumentException if it is none
   */
  private static byte[] bytes(String pattern) {
    boolean odd = pattern.length() % 2 != 0;
    String even =
        odd
            ? pattern.substring(0, pattern.length() - 1)
                + "0"
                + pattern.substring(pattern.length() - 1)
            : pattern;
    try {
      byte[] bytes = HexFormat.of().parseHex(even);
      if (bytes.length <= MAX_PATTERN) {
        return bytes;
      }
    } catch (IllegalArgumentException e) {
      // Said below, of all of it.
    }
    throw new IllegalArgumentException(
        "pattern '" + pattern + "': give up to " + 2 * MAX_PATTERN + " hex digits, as in a55a");
  }

  /**
   * Reads whether requests may be fragmented, as people write it.
   *
   * @throws IllegalArgumentException with one line that says what there is
   */
  public static PmtuDisc df(String text) {
    for (PmtuDisc df : PmtuDisc.values()) {
      if (word(df).equals(text)) {
        return df;
      }
    }
    List<String> words = Arrays.stream(PmtuDisc.values()).map(PingRequest::word).toList();
    throw new IllegalArgumentException(
        "'" + text + "' is not do, want or dont" + Suggest.among(text, words));
  }

  private static String word(PmtuDisc df) {
    return df.name().toLowerCase(Locale.ROOT);
  }

  /** The members of the request in JSON, by name. */
  Map<String, Object> members() {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("dst", Ip4Addr.format(dst));
    members.put("count", count);
    members.put("interval_ms", intervalMs);
    members.put("preload", preload);
    members.put("flood", flood);
    members.put("size", size);
    members.put("ttl", ttl);
    members.put("tos", tos);
    members.put("df", word(df));
    members.put("pattern", pattern);
    if (from != null) {
      members.put("from", from);
    }
    members.put("wait_ms", waitMs);
    members.put("deadline_s", deadlineS);
    members.put("quiet", quiet);
    return members;
  }

  /**
   * Reads a request in JSON; only {@code dst} must be there.
   *
   * @throws IllegalArgumentException with one line that says what is wrong
   */
  static PingRequest of(Map<String, ?> request) {
    for (String name : request.keySet()) {
      if (!MEMBERS.contains(name) && !name.equals("v") && !name.equals("cmd")) {
        throw new IllegalArgumentException(
            "'" + name + "' must be one of " + String.join(", ", MEMBERS));
      }
    }
    String dst = text(request, "dst");
    if (dst == null) {
      throw new IllegalArgumentException("\"dst\" is missing: say whom, as in \"198.51.100.1\"");
    }
    String df = text(request, "df");
    String pattern = text(request, "pattern");
    return new PingRequest(
        Ip4Addr.parse(dst),
        number(request, "count", 0),
        number(request, "interval_ms", USUAL_INTERVAL_MS),
        number(request, "preload", 1),
        flag(request, "flood"),
        number(request, "size", PingSocket.USUAL_SIZE),
        number(request, "ttl", 0),
        number(request, "tos", 0),
        df == null ? PmtuDisc.WANT : df(df),
        pattern == null ? "" : pattern,
        text(request, "from"),
        number(request, "wait_ms", USUAL_WAIT_MS),
        number(request, "deadline_s", 0),
        flag(request, "quiet"));
  }

  private static @Nullable String text(Map<String, ?> request, String member) {
    Object value = request.get(member);
    if (value == null || value instanceof String) {
      return (String) value;
    }
    throw new IllegalArgumentException("\"" + member + "\" must be a string");
  }

  private static int number(Map<String, ?> request, String member, int usual) {
    Object value = request.get(member);
    if (value == null) {
      return usual;
    }
    if (value instanceof Integer number) {
      return number;
    }
    throw new IllegalArgumentException("\"" + member + "\" must be an integer");
  }

  private static boolean flag(Map<String, ?> request, String member) {
    Object value = request.get(member);
    if (value == null || value instanceof Boolean) {
      return Boolean.TRUE.equals(value);
    }
    throw new IllegalArgumentException("\"" + member + "\" must be true or false");
  }
}
