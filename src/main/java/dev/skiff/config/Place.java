package dev.skiff.config;

/**
 * Where something was said. Any thread.
 *
 * @param file the file; empty if it was a flag
 * @param line in the file, from 1
 * @param column in the line, from 1
 * @param flag the flag; empty if it was the file
 */
record Place(String file, int line, int column, String flag) {
  static Place of(String file, int line, int column) {
    return new Place(file, line, column, "");
  }

  static Place ofFlag(String flag) {
    return new Place("", 0, 0, flag);
  }

  boolean isFlag() {
    return !flag.isEmpty();
  }

  @Override
  public String toString() {
    return isFlag() ? flag : file + ":" + line + ":" + column;
  }
}
