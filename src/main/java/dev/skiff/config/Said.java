package dev.skiff.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What was said, by a file, by flags or by both, and where; not yet whether it is right. */
final class Said {
  /**
   * What was said of one key.
   *
   * @param texts as a flag would have them
   */
  record Value(List<String> texts, Place place) {
    String text() {
      return texts.isEmpty() ? "" : texts.getFirst();
    }
  }

  /**
   * What was said of one device.
   *
   * @param place where it begins
   */
  record Device(Place place, Map<Key, Value> values) {
    Device(Place place) {
      this(place, new LinkedHashMap<>());
    }
  }

  private final Map<Key, Value> values = new LinkedHashMap<>();
  private final List<Device> devices = new ArrayList<>();
  private boolean faultAnew;

  void put(Key key, List<String> texts, Place place) {
    values.put(key, new Value(texts, place));
  }

  void add(Device device) {
    devices.add(device);
  }

  void addIfThere(@Nullable Device device) {
    if (device != null) {
      devices.add(device);
    }
  }

  @Nullable Value get(Key key) {
    return values.get(key);
  }

  /** What was said of a table's keys. */
  Map<Key, Value> of(Table table) {
    Map<Key, Value> some = new LinkedHashMap<>();
    values.forEach(
        (key, value) -> {
          if (key.table() == table) {
            some.put(key, value);
          }
        });
    return some;
  }

  List<Device> devices() {
    return devices;
  }

  /** It says all about the fault: half of one and half of another would be neither. */
  void saysFaultAnew() {
    faultAnew = true;
  }

  /** The same, where {@code other} has the last word about each key that it says. */
  void override(Said other) {
    if (other.faultAnew) {
      values.keySet().removeIf(key -> key.table() == Table.FAULT);
    }
    values.putAll(other.values);
    if (!other.devices.isEmpty()) {
      devices.clear();
      devices.addAll(other.devices);
    }
  }
}
