package dev.skiff.config;

import dev.skiff.daemon.DeviceSpec;
import dev.skiff.daemon.RunConfig;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import dev.skiff.header.MacAddr;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Makes {@link DeviceSpec}s of what was said. Used once. */
final class DeviceReader {
  /** Of these nothing can be said while the address is wrong. */
  private static final List<Key> GO_BY_THE_ADDRESS = List.of(Keys.GATEWAY, Keys.HOST_IP);

  private final Problems problems;

  DeviceReader(Problems problems) {
    this.problems = problems;
  }

  /** All devices, those apart with which something is wrong. */
  List<DeviceSpec> all(List<Said.Device> devices) {
    List<DeviceSpec> all = new ArrayList<>();
    for (Said.Device device : devices) {
      DeviceSpec spec = read(device);
      if (spec != null && fits(all, spec, device)) {
        all.add(spec);
      }
    }
    return all;
  }

  /** Whether it can be there beside the others. */
  private boolean fits(List<DeviceSpec> others, DeviceSpec spec, Said.Device device) {
    List<DeviceSpec> together = new ArrayList<>(others);
    together.add(spec);
    try {
      RunConfig.checkTogether(together);
      return true;
    } catch (IllegalArgumentException e) {
      problems.add(device.place(), String.valueOf(e.getMessage()));
      return false;
    }
  }

  /** One device; null, and problems, one for each key that is wrong, if something is. */
  private @Nullable DeviceSpec read(Said.Device device) {
    boolean hasIp = has(device, Keys.IP);
    boolean wrong = !has(device, Keys.TAP) || !hasIp;
    // With which of them it is no device any more, of that one the message tells.
    Map<Key, Said.Value> some = new LinkedHashMap<>();
    some.put(Keys.TAP, new Said.Value(List.of(Keys.TAP.example()), device.place()));
    DeviceSpec spec = null;
    for (Key key : Keys.of(Table.DEVICE)) {
      Said.Value value = device.values().get(key);
      if (value == null || (GO_BY_THE_ADDRESS.contains(key) && !some.containsKey(Keys.IP))) {
        continue;
      }
      Said.@Nullable Value before = some.put(key, value);
      try {
        spec = spec(some);
      } catch (IllegalArgumentException e) {
        problems.add(value.place(), String.valueOf(e.getMessage()));
        wrong = true;
        some.remove(key);
        if (before != null) {
          some.put(key, before);
        }
      }
    }
    return wrong ? null : spec;
  }

  private boolean has(Said.Device device, Key key) {
    boolean has = device.values().containsKey(key);
    if (!has) {
      boolean byFlags = device.place().isFlag();
      problems.add(
          byFlags ? Place.ofFlag(key.flag()) : device.place(),
          byFlags
              ? "Missing required option: '" + key.flag() + "=" + key.label() + "'"
              : "a device needs "
                  + key.name()
                  + ": write "
                  + key.name()
                  + " = "
                  + key.kind().toml(List.of(key.example())));
    }
    return has;
  }

  private static DeviceSpec spec(Map<Key, Said.Value> values) {
    Said.Value ips = values.get(Keys.IP);
    Said.Value tap = values.get(Keys.TAP);
    if (ips != null && ips.texts().isEmpty()) {
      throw new IllegalArgumentException("ip has no address: write ip = [\"198.51.100.2/24\"]");
    }
    return new DeviceSpec(
        tap == null ? "" : tap.text(),
        value(values, Keys.NETNS, Function.identity()),
        ips == null ? List.of() : ips.texts().stream().map(Ip4Prefix::parse).toList(),
        value(values, Keys.MAC, MacAddr::parse),
        value(values, Keys.GATEWAY, Ip4Addr::parse),
        value(values, Keys.HOST_IP, Ip4Prefix::parse),
        value(values, Keys.UPLINK, Function.identity()),
        value(values, Keys.MTU, DeviceReader::number),
        value(values, Keys.TXQUEUELEN, DeviceReader::number),
        value(values, Keys.SNDBUF, DeviceSpec::bytes));
  }

  private static <T> @Nullable T value(
      Map<Key, Said.Value> values, Key key, Function<String, T> parser) {
    Said.Value value = values.get(key);
    return value == null ? null : parser.apply(value.text());
  }

  static Integer number(String text) {
    try {
      return Integer.valueOf(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("'" + text + "' is not a number of that size", e);
    }
  }
}
