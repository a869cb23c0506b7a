package dev.skiff.control;

import dev.skiff.header.Ip4Addr;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a client may ask of a daemon. */
public sealed interface Command {
  /** The version of the protocol that this program speaks. */
  int VERSION = 1;

  /** Of what was sent wrong no more is sent back. */
  int MOST_SHOWN = 20;

  /** A command that is answered by one line. */
  sealed interface Asked extends Command {}

  /** What the daemon is: device, addresses, uptime. */
  record Status() implements Asked {}

  /** All counters. */
  record Stat() implements Asked {}

  /** How packets ended. */
  record Drops() implements Asked {}

  /** The neighbour table, and what shall be different in it. */
  record Neigh(NeighRequest request) implements Asked {
    @Override
    public Map<String, Object> arguments() {
      return request.members();
    }
  }

  /** The routes, and what shall be different of them. */
  record Route(RouteRequest request) implements Asked {
    @Override
    public Map<String, Object> arguments() {
      return request.members();
    }
  }

  /** The addresses, and what shall be different of them. */
  record Addr(AddrRequest request) implements Asked {
    @Override
    public Map<String, Object> arguments() {
      return request.members();
    }
  }

  /**
   * What breaks a wire on purpose, and what shall from now on if {@code spec} is not null.
   *
   * @param dev the device's name; null if there is only one
   * @param spec as {@link dev.skiff.wire.FaultSpec#parse} reads it
   */
  record Fault(@Nullable String dev, @Nullable String spec) implements Asked {
    @Override
    public Map<String, Object> arguments() {
      Map<String, Object> arguments = new LinkedHashMap<>();
      if (dev != null) {
        arguments.put("dev", dev);
      }
      if (spec != null) {
        arguments.put("spec", spec);
      }
      return arguments;
    }
  }

  /**
   * The devices, and what shall be different of one from now on if {@code set} is not null.
   *
   * @param dev the device's name; null for all that there are
   */
  record Link(@Nullable String dev, @Nullable LinkSettings set) implements Asked {
    @Override
    public Map<String, Object> arguments() {
      Map<String, Object> arguments = new LinkedHashMap<>();
      if (dev != null) {
        arguments.put("dev", dev);
      }
      if (set != null) {
        arguments.put("set", set.members());
      }
      return arguments;
    }
  }

  /**
   * The groups of devices, and which is to be joined or left if one of the two is not null.
   *
   * @param dev the device's name; null for all, or for the only one
   * @param add the group that one more wants
   * @param del the group that one fewer wants
   */
  record Maddr(@Nullable String dev, @Nullable String add, @Nullable String del) implements Asked {
    /**
     * @throws IllegalArgumentException with one line that says what is wrong
     */
    public Maddr {
      if (add != null && del != null) {
        throw new IllegalArgumentException("a group is joined or left: say add or del");
      }
      String group = add != null ? add : del;
      if (group != null) {
        var _ = Ip4Addr.parse(group);
      }
    }

    /** Whether it changes something. */
    public boolean sets() {
      return add != null || del != null;
    }

    @Override
    public Map<String, Object> arguments() {
      Map<String, Object> arguments = new LinkedHashMap<>();
      if (dev != null) {
        arguments.put("dev", dev);
      }
      if (add != null) {
        arguments.put("add", add);
      }
      if (del != null) {
        arguments.put("del", del);
      }
      return arguments;
    }
  }

  /**
   * How much is logged, and how much shall be if {@code level} is not null.
   *
   * @param level in words
   * @param logger whose; null for all
   */
  record LogLevel(@Nullable String level, @Nullable String logger) implements Asked {
    /**
     * @throws IllegalArgumentException with one line that says what is wrong
     */
    public LogLevel {
      if (level == null && logger != null) {
        throw new IllegalArgumentException("\"level\" must be there beside \"logger\"");
      }
    }

    private static LogLevel of(Map<String, ?> request) {
      Members.check(request, List.of("level", "logger"));
      return new LogLevel(Members.text(request, "level"), Members.text(request, "logger"));
    }

    @Override
    public String word() {
      return "log_level";
    }

    @Override
    public Map<String, Object> arguments() {
      Map<String, Object> arguments = new LinkedHashMap<>();
      if (level != null) {
        arguments.put("level", level);
      }
      if (logger != null) {
        arguments.put("logger", logger);
      }
      return arguments;
    }
  }

  /** A command that is answered by a line and then, until the client closes, a stream. */
  sealed interface Streamed extends Command {}

  /** Frames as pcapng: those that match {@code filter}. */
  record Capture(String filter) implements Streamed {
    @Override
    public Map<String, Object> arguments() {
      return Map.of("filter", filter);
    }
  }

  /** The way of the next {@code count} packets that match {@code filter}, as text or as JSON. */
  record Trace(String filter, int count, boolean json) implements Streamed {
    /** The most packets that may be asked for. */
    public static final int MAX_COUNT = 1000;

    /** As text. */
    public Trace(String filter, int count) {
      this(filter, count, false);
    }

    @Override
    public Map<String, Object> arguments() {
      return Map.of("filter", filter, "count", count, "json", json);
    }
  }

  /** Echo requests from the daemon's stack, and what becomes of them: a line of JSON for each. */
  record Ping(PingRequest request) implements Streamed {
    @Override
    public Map<String, Object> arguments() {
      return request.members();
    }
  }

  /**
   * What the daemon answers beside what is known here: see {@link Answers#with}.
   *
   * @param word what it is called on the wire
   */
  record Own(String word, Map<String, Object> arguments) implements Asked {}

  /**
   * What the daemon answers by a stream, beside those known here: see {@link Streams#words}.
   *
   * @param word what it is called on the wire
   */
  record OwnStream(String word, Map<String, Object> arguments) implements Streamed {}

  /**
   * The last records of the log and, if {@code follow}, those that come: a line of JSON for each.
   *
   * @param count of what is kept the last so many, 0 to {@link #MAX_COUNT}
   * @param level only what is at least this bad; null for all
   */
  record Log(int count, boolean follow, @Nullable String level) implements Streamed {
    /** The most records that are kept. */
    public static final int MAX_COUNT = 1000;

    /**
     * @throws IllegalArgumentException with one line that says what is wrong
     */
    public Log {
      if (count < 0 || count > MAX_COUNT) {
        throw new IllegalArgumentException("\"count\" must be 0 to " + MAX_COUNT);
      }
    }

    private static Log of(Map<String, ?> request) {
      Members.check(request, List.of("count", "follow", "level"));
      Integer count = Members.number(request, "count");
      Object follow = request.get("follow");
      if (follow != null && !(follow instanceof Boolean)) {
        throw new IllegalArgumentException("\"follow\" must be true or false");
      }
      return new Log(
          count == null ? MAX_COUNT : count,
          Boolean.TRUE.equals(follow),
          Members.text(request, "level"));
    }

    @Override
    public Map<String, Object> arguments() {
      Map<String, Object> arguments = new LinkedHashMap<>();
      arguments.put("count", count);
      arguments.put("follow", follow);
      if (level != null) {
        arguments.put("level", level);
      }
      return arguments;
    }
  }

  /** The word that stands for it on the wire. */
  default String word() {
    return getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }

  /** What the request carries beside the word. */
  default Map<String, Object> arguments() {
    return Map.of();
  }

  /** All words that {@link #of} knows. */
  List<String> WORDS =
      List.of(
          "status",
          "stat",
          "drops",
          "neigh",
          "route",
          "addr",
          "link",
          "fault",
          "maddr",
          "capture",
          "trace",
          "ping",
          "log",
          "log_level");

  /**
   * Looks whether a request is of the version of the protocol that we speak.
   *
   * @throws IllegalArgumentException with one line that names both
   */
  static void checkVersion(Map<String, ?> request) {
    Object version = request.get("v");
    if (!(version instanceof Integer number) || number != VERSION) {
      throw new IllegalArgumentException(
          (version == null ? "\"v\" is missing" : "\"v\" is " + shortened(version))
              + ": this daemon speaks version "
              + VERSION
              + " of the protocol: send \"v\":"
              + VERSION
              + ", or use the skiff that belongs to this daemon");
    }
  }

  private static String shortened(Object value) {
    String text = value.toString();
    return text.length() <= MOST_SHOWN ? text : text.substring(0, MOST_SHOWN) + "...";
  }

  /**
   * Reads a request.
   *
   * @throws IllegalArgumentException with one line that says what is wrong
   */
  static Command of(Map<String, ?> request) {
    checkVersion(request);
    String word = String.valueOf(request.get("cmd"));
    return switch (word) {
      case "status" -> Members.none(request, new Status());
      case "stat" -> Members.none(request, new Stat());
      case "drops" -> Members.none(request, new Drops());
      case "neigh" -> new Neigh(NeighRequest.of(request));
      case "route" -> new Route(RouteRequest.of(request));
      case "addr" -> new Addr(AddrRequest.of(request));
      case "fault" -> {
        Members.check(request, List.of("dev", "spec"));
        yield new Fault(Members.text(request, "dev"), Members.text(request, "spec"));
      }
      case "link" -> {
        Members.check(request, List.of("dev", "set"));
        yield new Link(Members.text(request, "dev"), settings(request));
      }
      case "maddr" -> {
        Members.check(request, List.of("dev", "add", "del"));
        yield new Maddr(
            Members.text(request, "dev"),
            Members.text(request, "add"),
            Members.text(request, "del"));
      }
      case "capture" -> {
        Members.check(request, List.of("filter"));
        yield new Capture(Objects.requireNonNullElse(Members.text(request, "filter"), ""));
      }
      case "trace" -> {
        Members.check(request, List.of("filter", "count", "json"));
        yield new Trace(
            Objects.requireNonNullElse(Members.text(request, "filter"), ""),
            count(request),
            Members.flag(request, "json"));
      }
      case "ping" -> new Ping(PingRequest.of(request));
      case "log" -> Log.of(request);
      case "log_level" -> LogLevel.of(request);
      default ->
          throw new IllegalArgumentException(
              "unknown \"cmd\" '" + word + "': send one of " + String.join(", ", WORDS));
    };
  }

  private static @Nullable LinkSettings settings(Map<String, ?> request) {
    Object set = request.get("set");
    if (set == null) {
      return null;
    }
    if (set instanceof Map<?, ?> members) {
      return LinkSettings.of(members);
    }
    throw new IllegalArgumentException("\"set\" must be an object, as {\"mtu\":1400}");
  }

  private static int count(Map<String, ?> request) {
    Object value = request.get("count");
    if (value == null) {
      return 1;
    }
    if (value instanceof Integer count && count >= 1 && count <= Trace.MAX_COUNT) {
      return count;
    }
    throw new IllegalArgumentException("\"count\" must be 1 to " + Trace.MAX_COUNT);
  }
}
