package dev.skiff.control;

import java.util.Locale;
import java.util.Map;

/** What a client may ask of a daemon. */
public sealed interface Command {
  /** The version of the protocol that this program speaks. */
  int VERSION = 1;

  /** What the daemon is: device, addresses, uptime. */
  record Status() implements Command {}

  /** All counters. */
  record Stat() implements Command {}

  /** How packets ended. */
  record Drops() implements Command {}

  /** The neighbour table. */
  record Neigh() implements Command {}

  /** The word that stands for it on the wire. */
  default String word() {
    return getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }

  /**
   * Reads a request.
   *
   * @throws IllegalArgumentException with one line that says what is wrong
   */
  static Command of(Map<String, ?> request) {
    Object version = request.get("v");
    if (!(version instanceof Integer number) || number != VERSION) {
      throw new IllegalArgumentException(
          "this daemon speaks version " + VERSION + " of the protocol: send \"v\":" + VERSION);
    }
    String word = String.valueOf(request.get("cmd"));
    return switch (word) {
      case "status" -> new Status();
      case "stat" -> new Stat();
      case "drops" -> new Drops();
      case "neigh" -> new Neigh();
      default ->
          throw new IllegalArgumentException(
              "unknown \"cmd\" '" + word + "': send status, stat, drops or neigh");
    };
  }
}
