package dev.skiff.daemon;

import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import dev.skiff.header.MacAddr;
import dev.skiff.text.Settings;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads a {@link DeviceSpec}; used once. Any thread. */
final class DeviceSpecParser {
  /** What can be said, with an example of each. */
  private static final String[] EXAMPLES = {
    "tap=skiff0",
    "ip=198.51.100.2/24",
    "mac=02:00:5e:10:00:01",
    "gateway=198.51.100.1",
    "host-ip=198.51.100.1/24",
    "uplink=eth0",
    "mtu=1500",
    "netns=blue",
    "txqueuelen=1000",
    "sndbuf=1M"
  };

  private final Settings said;

  /**
   * Reads what is said.
   *
   * @throws IllegalArgumentException with one line that says what is wrong
   */
  DeviceSpecParser(String text) {
    said = Settings.parse(text, "a device", EXAMPLES);
  }

  /**
   * The device.
   *
   * @throws IllegalArgumentException with one line that says what is wrong
   */
  DeviceSpec parse() {
    return new DeviceSpec(
        said.must("tap"),
        said.text("netns"),
        read("ip", said.must("ip"), DeviceSpecParser::addresses),
        maybe("mac", MacAddr::parse),
        maybe("gateway", Ip4Addr::parse),
        maybe("host-ip", Ip4Prefix::parse),
        said.text("uplink"),
        maybe("mtu", DeviceSpecParser::number),
        maybe("txqueuelen", DeviceSpecParser::number),
        maybe("sndbuf", DeviceSpec::bytes));
  }

  private <T> @Nullable T maybe(String key, Function<String, T> reader) {
    String value = said.text(key);
    return value == null ? null : read(key, value, reader);
  }

  private static <T> T read(String key, String value, Function<String, T> reader) {
    try {
      return reader.apply(value);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(key + ": " + e.getMessage(), e);
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
