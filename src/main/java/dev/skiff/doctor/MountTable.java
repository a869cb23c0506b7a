package dev.skiff.doctor;

import java.util.List;

/** {@code /proc/self/mountinfo}: proc(5). Pure functions. */
final class MountTable {
  private static final int MOUNT_POINT = 4;
  private static final int OPTIONS = 5;

  private MountTable() {}

  /**
   * The options of the mount that a path is on, those of its file system included.
   *
   * @return separated by commas; empty if it is not known
   */
  static String optionsOf(String path, String mountinfo) {
    String best = "";
    String options = "";
    for (String line : mountinfo.lines().toList()) {
      String[] field = line.split(" ", -1);
      String point = field.length > OPTIONS ? field[MOUNT_POINT] : "";
      // Of two mounts on one place the later one is seen.
      if (!point.isEmpty() && contains(point, path) && point.length() >= best.length()) {
        best = point;
        options = field[OPTIONS] + "," + field[field.length - 1];
      }
    }
    return options;
  }

  private static boolean contains(String point, String path) {
    return point.equals("/") || path.equals(point) || path.startsWith(point + "/");
  }

  static boolean has(String options, String option) {
    return List.of(options.split(",", -1)).contains(option);
  }
}
