package dev.skiff.ip;

/** Where an address stands in a table of a fixed size, which nobody without the key can choose. */
final class KeyedHash {
  private static final int MIX = 0x9E37_79B1;

  private KeyedHash() {}

  /**
   * A hash whose upper bits are the good ones. The key is mixed in behind too: of one that was only
   * added in front, equal places would stay equal.
   */
  static int of(int address, int key) {
    int hash = (address ^ key) * MIX;
    return (hash ^ hash >>> 15 ^ key) * MIX;
  }
}
