package dev.skiff.config;

import dev.skiff.daemon.DeviceSpec;
import dev.skiff.text.Settings;
import dev.skiff.wire.FaultSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What flags said. Any thread.
 *
 * @param given the values of each flag that is there, in their order, by its name with dashes
 */
public record Flags(Map<String, List<String>> given) {
  /** None. */
  public static final Flags NONE = new Flags(Map.of());

  /** Which devices there are is said by one of these. */
  private static final Set<String> NAMING = Set.of(Keys.TAP.flag(), Table.DEVICE.flag());

  /** Keeps a copy of its own. */
  public Flags {
    given = new LinkedHashMap<>(given);
  }

  /** Whether they say which device it is about, so that no file needs to. */
  public boolean nameDevice() {
    return given.keySet().stream().anyMatch(NAMING::contains);
  }

  /** Has the last word about what a file said. */
  void override(Said file, Problems problems) {
    Said said = new Said();
    for (Key key : Keys.of(Table.TOP)) {
      List<String> texts = given.get(key.flag());
      if (texts != null) {
        said.put(key, texts, Place.ofFlag(key.flag()));
      }
      String no = key.noFlag();
      if (key.kind() == Kind.SWITCH && given.containsKey(no)) {
        if (texts != null) {
          problems.add(Place.ofFlag(no), no + " and " + key.flag() + " contradict each other");
        }
        said.put(key, List.of(Kind.OFF), Place.ofFlag(no));
      }
    }
    for (Table table : List.of(Table.ARP, Table.NEIGH, Table.IPV4, Table.FAULT)) {
      for (String text : given.getOrDefault(table.flag(), List.of())) {
        settings(said, table, text, problems);
      }
    }
    devices(said, file, problems);
    file.override(said);
  }

  /** Each setting by itself, so that it overrides the file's of that name alone. */
  private static void settings(Said said, Table table, String text, Problems problems) {
    Place place = Place.ofFlag(table.flag());
    try {
      for (Map.Entry<String, String> setting : split(table, text).entrySet()) {
        Key key = Keys.find(table, setting.getKey());
        if (key != null) {
          said.put(key, List.of(setting.getValue()), place);
        }
      }
    } catch (IllegalArgumentException e) {
      problems.add(place, String.valueOf(e.getMessage()));
    }
    if (table == Table.FAULT) {
      said.saysFaultAnew();
    }
  }

  private static Map<String, String> split(Table table, String text) {
    if (table == Table.FAULT) {
      return FaultSpec.parse(text).settings(); // It says in which column something is wrong.
    }
    String[] examples =
        Keys.of(table).stream().map(key -> key.name() + "=" + key.example()).toArray(String[]::new);
    return Settings.parse(text, table.of(), examples).all();
  }

  // ---- Devices ----------------------------------------------------------------------------------

  private void devices(Said said, Said file, Problems problems) {
    List<String> specs = given.get(Table.DEVICE.flag());
    Map<Key, Said.Value> one = new LinkedHashMap<>();
    for (Key key : Keys.of(Table.DEVICE)) {
      List<String> texts = given.get(key.flag());
      if (texts != null) {
        one.put(key, new Said.Value(texts, Place.ofFlag(key.flag())));
      }
    }
    if (specs != null) {
      if (!one.isEmpty()) {
        problems.add(
            Place.ofFlag(Table.DEVICE.flag()),
            "--dev says all about its device: leave out --tap, --ip and what belongs to them");
      }
      specs.forEach(text -> said.addIfThere(device(text, problems)));
    } else if (!one.isEmpty()) {
      one(one, said, file, problems);
    }
  }

  /** About the file's only device, or the only one there is. */
  private void one(Map<Key, Said.Value> values, Said said, Said file, Problems problems) {
    Place first = values.values().iterator().next().place();
    if (file.devices().size() > 1) {
      problems.add(
          first,
          first.flag()
              + " is about one device, and the file has "
              + file.devices().size()
              + ": say it there, or all about each with --dev");
      return;
    }
    Said.Device device =
        new Said.Device(file.devices().isEmpty() ? first : file.devices().getFirst().place());
    if (!file.devices().isEmpty()) {
      device.values().putAll(file.devices().getFirst().values());
    }
    device.values().putAll(values);
    said.add(device);
  }

  private static Said.@Nullable Device device(String text, Problems problems) {
    Place place = Place.ofFlag(Table.DEVICE.flag());
    try {
      Said.Device device = new Said.Device(place);
      Effective.of(DeviceSpec.parse(text))
          .forEach((key, texts) -> device.values().put(key, new Said.Value(texts, place)));
      return device;
    } catch (IllegalArgumentException e) {
      problems.add(place, place.flag() + ": " + e.getMessage());
      return null;
    }
  }
}
