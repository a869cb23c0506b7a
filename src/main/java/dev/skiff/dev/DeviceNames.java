package dev.skiff.dev;

import dev.skiff.sys.TunTap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** {@code dev_alloc_name}: names of devices. Any thread. */
final class DeviceNames {
  private static final String PATTERN = "%d";
  private static final String ANY = "eth" + PATTERN;

  private DeviceNames() {}

  /**
   * The name that a device gets: as asked, or the first free one of a pattern such as {@code
   * eth%d}. An empty name, or one of blanks as in 1996, asks for {@code eth%d}.
   *
   * @param get who has a name; null if nobody
   * @throws IllegalArgumentException if it cannot be a name, or is taken
   */
  static String choose(String wanted, Function<String, @Nullable NetDevice> get) {
    String name = wanted.isBlank() ? ANY : wanted;
    if (!name.endsWith(PATTERN)) {
      check(name);
      if (get.apply(name) != null) {
        throw new IllegalArgumentException(
            "there is a device called " + name + " already: choose another name, or eth%d");
      }
      return name;
    }
    String stem = name.substring(0, name.length() - PATTERN.length());
    int number = 0;
    while (get.apply(stem + number) != null) {
      number++;
    }
    check(stem + number);
    return stem + number;
  }

  private static void check(String name) {
    if (!TunTap.isValidName(name)) {
      throw new IllegalArgumentException(
          "'"
              + name
              + "' cannot be a device's name: use 1 to "
              + TunTap.MAX_NAME
              + " bytes without spaces, '/', ':' or '%', or %d at its end for a number");
    }
  }
}
