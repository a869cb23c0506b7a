package dev.skiff.daemon;

import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import dev.skiff.header.MacAddr;
import dev.skiff.text.Suggest;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads a {@link DeviceSpec}; used once. Any thread. */
final class DeviceSpecParser {
  /** What can be said, with an example of each. */
  private enum Key {
    TAP("tap=skiff0"),
    IP("ip=198.51.100.2/24"),
    MAC("mac=02:00:5e:10:00:01"),
    GATEWAY("gateway=198.51.100.1"),
    HOST_IP("host-ip=198.51.100.1/24"),
    MTU("mtu=1500"),
    NETNS("netns=blue"),
    TXQUEUELEN("txqueuelen=1000"),
    SNDBUF("sndbuf=1M");

    private static final List<String> WORDS = Arrays.stream(values()).map(Key::word).toList();

    private final String example;

    Key(String example) {
      this.example = example;
    }

    String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  private final Map<Key, String> said = new EnumMap<>(Key.class);

  /**
   * Reads it.
   *
   * @throws IllegalArgumentException with one line that says what is wrong
   */
  DeviceSpec parse(String text) {
    for (String setting : text.split(",", -1)) {
      add(setting.strip());
    }
    return new DeviceSpec(
        must(Key.TAP),
        said.get(Key.NETNS),
        read(Key.IP, must(Key.IP), DeviceSpecParser::addresses),
        maybe(Key.MAC, MacAddr::parse),
        maybe(Key.GATEWAY, Ip4Addr::parse),
        maybe(Key.HOST_IP, Ip4Prefix::parse),
        maybe(Key.MTU, DeviceSpecParser::number),
        maybe(Key.TXQUEUELEN, DeviceSpecParser::number),
        maybe(Key.SNDBUF, DeviceSpec::bytes));
  }

  private void add(String setting) {
    int equals = setting.indexOf('=');
    String word = equals < 0 ? setting : setting.substring(0, equals);
    Key key = null;
    for (Key candidate : Key.values()) {
      if (candidate.word().equals(word)) {
        key = candidate;
      }
    }
    if (key == null) {
      throw new IllegalArgumentException(
          "'" + word + "' is no setting of a device" + Suggest.among(word, Key.WORDS));
    }
    if (equals < 0 || equals == setting.length() - 1) {
      throw new IllegalArgumentException("'" + word + "' has no value: say " + key.example);
    }
    if (said.putIfAbsent(key, setting.substring(equals + 1)) != null) {
      throw new IllegalArgumentException("'" + word + "' is said twice: say it once");
    }
  }

  private String must(Key key) {
    String value = said.get(key);
    if (value == null) {
      throw new IllegalArgumentException(key.word() + " is missing: say " + key.example);
    }
    return value;
  }

  private <T> @Nullable T maybe(Key key, Function<String, T> reader) {
    String value = said.get(key);
    return value == null ? null : read(key, value, reader);
  }

  private static <T> T read(Key key, String value, Function<String, T> reader) {
    try {
      return reader.apply(value);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(key.word() + ": " + e.getMessage(), e);
    }
  }

  /** One, or several with a plus between them, since a comma ends the setting. */
  private static List<Ip4Prefix> addresses(String text) {
    return Arrays.stream(text.split("\\+", -1)).map(Ip4Prefix::parse).toList();
  }

  private static Integer number(String text) {
    try {
      return Integer.valueOf(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("'" + text + "' is not a number", e);
    }
  }
}
