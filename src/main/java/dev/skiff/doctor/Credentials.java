package dev.skiff.doctor;

import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * Who we are: {@code /proc/self/status} and {@code uid_map}, see proc(5) and capabilities(7).
 *
 * @param uid the effective user
 * @param gid the effective group
 * @param effective {@code CapEff}
 * @param noNewPrivs whether no program that we start can get more than we have
 * @param seccomp 0: off, 1: strict, 2: a filter; -1 if it is not said
 * @param userNamespace whether root here is not the machine's root
 */
record Credentials(
    int uid,
    int gid,
    BigInteger effective,
    boolean noNewPrivs,
    int seccomp,
    boolean userNamespace) {
  private static final String WHOLE_MAP = "0 0 4294967295";

  /** A capability by its bit: linux/capability.h. */
  enum Capability {
    SETGID(6),
    SETUID(7),
    NET_ADMIN(12),
    SYS_ADMIN(21);

    private final int bit;

    Capability(int bit) {
      this.bit = bit;
    }
  }

  static Credentials of(Machine machine) {
    String status = machine.read("/proc/self/status");
    String map = machine.read("/proc/self/uid_map");
    return parse(status == null ? "" : status, map == null ? WHOLE_MAP : map);
  }

  static Credentials parse(String status, String uidMap) {
    return new Credentials(
        number(field(status, "Uid"), 1),
        number(field(status, "Gid"), 1),
        hex(field(status, "CapEff")),
        "1".equals(field(status, "NoNewPrivs")),
        field(status, "Seccomp") == null ? -1 : number(field(status, "Seccomp"), 0),
        !uidMap.strip().replaceAll("\\s+", " ").equals(WHOLE_MAP));
  }

  private static @Nullable String field(String status, String name) {
    return status
        .lines()
        .filter(line -> line.startsWith(name + ":"))
        .map(line -> line.substring(name.length() + 1).strip())
        .findFirst()
        .orElse(null);
  }

  /** Of the words of a field the one at {@code index}, of those of Uid and Gid: the effective. */
  private static int number(@Nullable String field, int index) {
    String[] words = field == null ? new String[0] : field.split("\\s+", -1);
    String word = words.length > index ? words[index] : "";
    return word.matches("\\d{1,10}") ? (int) Long.parseLong(word) : -1;
  }

  private static BigInteger hex(@Nullable String field) {
    return field != null && field.matches("[0-9a-f]+")
        ? new BigInteger(field, 16)
        : BigInteger.ZERO;
  }

  boolean has(Capability capability) {
    return effective.testBit(capability.bit);
  }

  boolean isRoot() {
    return uid == 0;
  }
}
