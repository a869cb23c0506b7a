package dev.skiff.cli;

import dev.skiff.control.Command;
import dev.skiff.control.LinkSettings;
import dev.skiff.dev.DeviceConfig;
import dev.skiff.header.MacAddr;
import dev.skiff.text.Suggest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the words of {@code skiff link}, which are those of {@code ip link}. Used once. */
final class LinkWords {
  private static final List<String> VERBS = List.of("show", "set");
  private static final List<String> SETTINGS =
      List.of(
          "up", "down", "mtu", "address", "promisc", "allmulticast", "arp", "txqueuelen", "live");

  private final List<String> words;
  private int at;

  LinkWords(List<String> words) {
    this.words = words;
  }

  /**
   * What they ask.
   *
   * @throws IllegalArgumentException with one line that says what is wrong
   */
  Command.Link read() {
    if (words.isEmpty()) {
      return new Command.Link(null, null);
    }
    String verb = next("a verb");
    return switch (verb) {
      case "show", "list", "ls" -> show();
      case "set" -> set();
      default ->
          throw new IllegalArgumentException(
              "'" + verb + "' is nothing that link does" + Suggest.among(verb, VERBS));
    };
  }

  private Command.Link show() {
    if (at == words.size()) {
      return new Command.Link(null, null);
    }
    String dev = device();
    if (at < words.size()) {
      throw new IllegalArgumentException(
          "'" + words.get(at) + "' is too much: say link show [dev] NAME");
    }
    return new Command.Link(dev, null);
  }

  private Command.Link set() {
    String dev = device();
    Map<String, Object> members = new LinkedHashMap<>();
    if (at == words.size()) {
      throw new IllegalArgumentException(
          "say what of " + dev + " is to be set: " + String.join(", ", SETTINGS));
    }
    while (at < words.size()) {
      String word = next("a setting");
      switch (word) {
        case "up" -> put(members, "up", true);
        case "down" -> put(members, "up", false);
        case "live" -> put(members, "live", true);
        case "mtu" -> put(members, word, mtu());
        case "txqueuelen" -> put(members, word, number(word));
        case "address" -> put(members, word, mac());
        case "promisc", "allmulticast", "arp" -> put(members, word, onOff(word));
        default ->
            throw new IllegalArgumentException(
                "'" + word + "' cannot be set" + Suggest.among(word, SETTINGS));
      }
    }
    return new Command.Link(dev, LinkSettings.of(members));
  }

  private static void put(Map<String, Object> members, String name, Object value) {
    if (members.putIfAbsent(name, value) != null) {
      throw new IllegalArgumentException("'" + name + "' is set twice: say it once");
    }
  }

  private String device() {
    String word = next("a device's name");
    return word.equals("dev") ? next("a device's name") : word;
  }

  private int number(String what) {
    String word = next("a number behind " + what);
    try {
      return Integer.parseInt(word);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(what + ": '" + word + "' is not a number", e);
    }
  }

  private int mtu() {
    int mtu = number("mtu");
    DeviceConfig.checkMtu(mtu);
    return mtu;
  }

  private String mac() {
    return MacAddr.format(MacAddr.parse(next("a MAC address behind address")));
  }

  private boolean onOff(String what) {
    String word = next("on or off behind " + what);
    return switch (word) {
      case "on" -> true;
      case "off" -> false;
      default -> throw new IllegalArgumentException(what + ": say on or off, not '" + word + "'");
    };
  }

  private String next(String what) {
    if (at == words.size()) {
      throw new IllegalArgumentException(what + " is missing");
    }
    return words.get(at++);
  }
}
