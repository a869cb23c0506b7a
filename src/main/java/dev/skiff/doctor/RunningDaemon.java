package dev.skiff.doctor;

import dev.skiff.control.Command;
import dev.skiff.control.ControlClient;
import dev.skiff.control.ControlPath;
import dev.skiff.header.Ip4Prefix;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The daemon that runs, if one does, and what it says.
 *
 * @param sockets the control sockets that come into question
 * @param error why the one of them does not answer; empty if it does, or there is not one
 * @param status what {@code skiff status} has, empty without an answer; and so on
 */
record RunningDaemon(
    List<Path> sockets,
    String error,
    Map<?, ?> status,
    List<?> drops,
    Map<?, ?> stat,
    List<?> links) {
  /** None, or none that is ours. */
  static final RunningDaemon NONE = silent(List.of(), "");

  static RunningDaemon silent(List<Path> sockets, String error) {
    return new RunningDaemon(sockets, error, Map.of(), List.of(), Map.of(), List.of());
  }

  /** Looks for one, and asks it. */
  static RunningDaemon find(Asked asked) {
    List<Path> sockets = sockets(asked);
    if (sockets.size() != 1) {
      return silent(sockets, "");
    }
    Path socket = sockets.getFirst();
    try {
      return new RunningDaemon(
          sockets,
          "",
          map(ask(socket, new Command.Status()).get("status")),
          list(ask(socket, new Command.Drops()).get("drops")),
          map(ask(socket, new Command.Stat()).get("stat")),
          list(ask(socket, new Command.Link(null, null)).get("link")));
    } catch (IOException | IllegalArgumentException e) {
      return silent(sockets, String.valueOf(e.getMessage()));
    }
  }

  private static Map<String, Object> ask(Path socket, Command command) throws IOException {
    return ControlClient.body(ControlClient.ask(socket, command));
  }

  private static List<Path> sockets(Asked asked) {
    Path named = asked.socket();
    if (named != null) {
      return List.of(named);
    }
    Path directory = ControlPath.directory();
    List<Path> found = new ArrayList<>();
    if (directory != null) {
      String pattern = asked.tap() == null ? "*.sock" : asked.tap() + ".sock";
      try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, pattern)) {
        files.forEach(found::add);
      } catch (IOException | java.nio.file.DirectoryIteratorException e) {
        return found; // No directory, no daemon; one that may not be read is not ours.
      }
    }
    found.sort(null);
    return found;
  }

  boolean answers() {
    return !status.isEmpty();
  }

  /** Its process number; -1 if it does not say. */
  long pid() {
    return status.get("pid") instanceof Number n ? n.longValue() : -1;
  }

  @Nullable String firstDevice() {
    List<?> devices = list(status.get("devices"));
    return devices.isEmpty() ? null : text(map(devices.getFirst()), "name");
  }

  /** Its own addresses, on all devices. */
  List<Ip4Prefix> addresses() {
    List<Ip4Prefix> all = new ArrayList<>();
    for (Object dev : list(status.get("devices"))) {
      for (Object address : list(map(dev).get("addresses"))) {
        all.add(Ip4Prefix.parse(text(map(address), "local")));
      }
    }
    return all;
  }

  /** What it says of a device in {@code skiff link}; empty if nothing. */
  Map<?, ?> link(String device) {
    return links.stream()
        .map(RunningDaemon::map)
        .filter(link -> device.equals(link.get("ifname")))
        .findFirst()
        .orElse(Map.of());
  }

  static Map<?, ?> map(@Nullable Object value) {
    return value instanceof Map<?, ?> map ? map : Map.of();
  }

  static List<?> list(@Nullable Object value) {
    return value instanceof List<?> list ? list : List.of();
  }

  static String text(Map<?, ?> map, String name) {
    Object value = map.get(name);
    return value == null ? "" : value.toString();
  }

  static long number(@Nullable Object value) {
    return value instanceof Number n ? n.longValue() : 0;
  }
}
