package dev.skiff.config;

import dev.skiff.daemon.ListenAddress;
import dev.skiff.daemon.LogLevel;
import dev.skiff.daemon.RunConfig;
import dev.skiff.daemon.Service;
import dev.skiff.dev.Acd;
import dev.skiff.dev.ArpConf;
import dev.skiff.header.Ip4Addr;
import dev.skiff.ip.IpParms;
import dev.skiff.ip.RouteSpec;
import dev.skiff.loop.IdleStrategy;
import dev.skiff.neigh.NeighbourParms;
import dev.skiff.stack.PoolConfig;
import dev.skiff.text.ByteSize;
import dev.skiff.wire.FaultSpec;
import dev.skiff.wire.IoMode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes a {@link RunConfig} of what was said. Used once. */
final class ConfigReader {
  private static final Pattern COLUMN = Pattern.compile("at column (\\d+): (.*)", Pattern.DOTALL);

  private final Said said;
  private final Problems problems;

  ConfigReader(Said said, Problems problems) {
    this.said = said;
    this.problems = problems;
  }

  /** All of it; null, and a problem, if something is wrong. */
  @Nullable RunConfig read() {
    var devices = new DeviceReader(problems).all(said.devices());
    ArpConf usual = ArpConf.USUAL.withAcd(value(Keys.ACD, Acd::parse, ArpConf.USUAL.acd()));
    ArpConf arp = table(Table.ARP, usual, ArpConf::with);
    NeighbourParms neigh = table(Table.NEIGH, NeighbourParms.USUAL, NeighbourParms::with);
    IpParms ipv4 = table(Table.IPV4, IpParms.USUAL, IpParms::with);
    FaultSpec fault = table(Table.FAULT, FaultSpec.OFF, (off, text) -> FaultSpec.parse(text));
    try {
      RunConfig config =
          new RunConfig(
              devices,
              value(Keys.SOCKET, Path::of, null),
              value(Keys.PCAP, Path::of, null),
              value(Keys.IO, IoMode::parse, IoMode.AUTO),
              fault,
              value(Keys.RX_COPYBREAK, DeviceReader::number, 0),
              value(Keys.BUFFER_MEMORY, ByteSize::parse, PoolConfig.USUAL_BYTES),
              arp,
              neigh,
              ipv4,
              values(Keys.ROUTE, RouteSpec::parse),
              value(Keys.IDLE, IdleStrategy::parse, IdleStrategy.BLOCK),
              values(Keys.GROUP, Ip4Addr::parse),
              service());
      return problems.isEmpty() ? config : null;
    } catch (IllegalArgumentException e) {
      wrongTogether(String.valueOf(e.getMessage()));
      return null;
    }
  }

  private Service service() {
    return new Service(
        value(Keys.USER, text -> text, null),
        value(Keys.PID_FILE, Path::of, null),
        value(Keys.METRICS, ListenAddress::parse, null),
        value(Keys.LOG_LEVEL, LogLevel::parse, LogLevel.WARN));
  }

  /** Whether the code is exercised before the start. */
  boolean warmUp() {
    return value(Keys.WARM_UP, Kind.ON::equals, true);
  }

  private <T extends @Nullable Object> T value(Key key, Function<String, T> parser, T otherwise) {
    Said.Value value = said.get(key);
    if (value == null) {
      return otherwise;
    }
    try {
      return parser.apply(value.text());
    } catch (IllegalArgumentException e) {
      problems.add(value.place(), String.valueOf(e.getMessage()));
      return otherwise;
    }
  }

  private <T> List<T> values(Key key, Function<String, T> parser) {
    List<T> all = new ArrayList<>();
    Said.Value value = said.get(key);
    if (value == null) {
      return all;
    }
    for (String text : value.texts()) {
      try {
        all.add(parser.apply(text));
      } catch (IllegalArgumentException e) {
        problems.add(
            value.place(), "'" + Problems.shown(text) + "': " + String.valueOf(e.getMessage()));
      }
    }
    return all;
  }

  // ---- Tables -----------------------------------------------------------------------------------

  /** A table's settings as its own parser reads them; what that refuses is left out and told. */
  private <T> T table(Table table, T usual, BiFunction<T, String, T> parser) {
    Map<Key, Said.Value> left = said.of(table);
    left.entrySet().removeIf(entry -> isNoSetting(entry.getKey(), entry.getValue()));
    while (!left.isEmpty()) {
      List<Integer> begins = new ArrayList<>();
      String text = settings(left, begins);
      try {
        return parser.apply(usual, text);
      } catch (IllegalArgumentException e) {
        String message = String.valueOf(e.getMessage());
        Matcher column = COLUMN.matcher(message);
        List<Key> keys = List.copyOf(left.keySet());
        Key wrong = culprit(message, keys);
        if (column.matches()) {
          wrong = keys.get(at(Integer.parseInt(column.group(1)) - 1, begins));
          message = column.group(2);
        }
        Said.Value value = left.remove(wrong);
        if (value != null) {
          problems.add(
              value.place(),
              message.startsWith(wrong.name()) ? message : wrong.name() + ": " + message);
        }
      }
    }
    return usual;
  }

  /** On one line it would be several settings, or none. */
  private boolean isNoSetting(Key key, Said.Value value) {
    String text = value.text();
    boolean none = text.isBlank() || text.indexOf(',') >= 0;
    if (none) {
      problems.add(
          value.place(),
          key.name()
              + " = '"
              + Problems.shown(text)
              + "': write it as "
              + key.kind().toml(List.of(key.example())));
    }
    return none;
  }

  private static String settings(Map<Key, Said.Value> values, List<Integer> begins) {
    StringBuilder text = new StringBuilder();
    values.forEach(
        (key, value) -> {
          text.append(text.isEmpty() ? "" : ",");
          begins.add(text.length());
          text.append(key.name()).append('=').append(value.text());
        });
    return text.toString();
  }

  /** The setting that stands at this place. */
  private static int at(int place, List<Integer> begins) {
    int at = 0;
    while (at + 1 < begins.size() && begins.get(at + 1) <= place) {
      at++;
    }
    return at;
  }

  /** The key with which a message begins; else the first. */
  private static Key culprit(String message, List<Key> keys) {
    for (Key key : keys) {
      if (message.matches("(?s)" + key.name() + "\\b(?!-).*")) {
        return key;
      }
    }
    return keys.getFirst();
  }

  // ---- What is wrong only together --------------------------------------------------------------

  /** A message that begins with a flag is about what was said of it. */
  private void wrongTogether(String message) {
    Map<String, Place> places = new LinkedHashMap<>();
    for (Key key : Keys.of(Table.TOP)) {
      Said.Value value = said.get(key);
      if (value != null) {
        places.put(key.flag(), value.place());
      }
    }
    places.entrySet().stream()
        .filter(entry -> message.matches("(?s)" + entry.getKey() + "\\b(?!-).*"))
        .map(Map.Entry::getValue)
        .findFirst()
        .or(() -> said.devices().stream().map(Said.Device::place).findFirst())
        .or(() -> places.values().stream().findFirst())
        .ifPresent(place -> problems.add(place, message));
  }
}
