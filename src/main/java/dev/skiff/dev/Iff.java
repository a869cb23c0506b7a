package dev.skiff.dev;

import java.util.ArrayList;
import java.util.List;

/** {@code dev->flags}: the {@code IFF_} bits of {@code <linux/if.h>}. Any thread. */
public final class Iff {
  /** It is open. Without it nothing is received. */
  public static final int UP = 0x1;

  /** It has a broadcast address. */
  public static final int BROADCAST = 0x2;

  /** Its driver is to say more; here it does not, since a counter says all. */
  public static final int DEBUG = 0x4;

  /** It has one far end. */
  public static final int POINTOPOINT = 0x10;

  /** It is open and somebody is at the far end. */
  public static final int RUNNING = 0x40;

  /** No ARP is spoken on it. */
  public static final int NOARP = 0x80;

  /** Frames for other stations are delivered too. */
  public static final int PROMISC = 0x100;

  /** Every multicast group is received. */
  public static final int ALLMULTI = 0x200;

  /** It can be sent multicasts. */
  public static final int MULTICAST = 0x1000;

  /** What {@link NetDevice#changeFlags} may change. */
  static final int CHANGEABLE = UP | DEBUG | NOARP | PROMISC | ALLMULTI;

  private static final int[] BITS = {
    BROADCAST, POINTOPOINT, DEBUG, NOARP, MULTICAST, ALLMULTI, PROMISC, UP
  };
  private static final String[] NAMES = {
    "BROADCAST", "POINTOPOINT", "DEBUG", "NOARP", "MULTICAST", "ALLMULTI", "PROMISC", "UP"
  };

  private Iff() {}

  /**
   * The names, as {@code ip link} prints them: {@code NO-CARRIER} for a device that is up and not
   * running, {@code LOWER_UP} for one that is.
   */
  public static List<String> names(int flags) {
    List<String> names = new ArrayList<>();
    if ((flags & (UP | RUNNING)) == UP) {
      names.add("NO-CARRIER");
    }
    for (int i = 0; i < BITS.length; i++) {
      if ((flags & BITS[i]) != 0) {
        names.add(NAMES[i]);
      }
    }
    if ((flags & RUNNING) != 0) {
      names.add("LOWER_UP");
    }
    return names;
  }
}
