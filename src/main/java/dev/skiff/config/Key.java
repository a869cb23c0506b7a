package dev.skiff.config;

/**
 * One thing that can be told. Any thread.
 *
 * @param table where it stands in the file
 * @param name its name in there
 * @param kind what values it has
 * @param example a value other than the usual one, as a flag would have it
 * @param live whether it changes at a reload; else at the next start
 * @param label what stands for its value in the help of its flag
 * @param meaning a sentence or two; {@code %%} is a percent sign
 */
public record Key(
    Table table,
    String name,
    Kind kind,
    String example,
    boolean live,
    String label,
    String meaning) {
  /** {@code neigh.gc_thresh3}: as dotted keys name it. */
  public String path() {
    return table == Table.TOP ? name : table.word() + "." + name;
  }

  /** Whether there is a flag for it alone; else one for its whole table. */
  public boolean hasFlag() {
    return table == Table.TOP || table == Table.DEVICE;
  }

  /** The flag that says it, alone or among others. */
  public String flag() {
    return hasFlag() ? "--" + name : table.flag();
  }

  /** Of what is on or off, the flag that says off. */
  public String noFlag() {
    return "--no-" + name;
  }

  /** What it means, for people. */
  public String text() {
    return meaning.replace("%%", "%");
  }

  @Override
  public String toString() {
    return path();
  }
}
