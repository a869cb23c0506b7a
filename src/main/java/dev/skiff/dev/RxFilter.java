package dev.skiff.dev;

import dev.skiff.header.MacAddr;
import dev.skiff.wire.RxMode;
import java.util.Arrays;

/**
 * What a device listens to beside its own address and broadcasts: promiscuous mode, all groups, or
 * the groups of {@code dev_mc_list}, each with the number of those who want it ({@code dmi_users}).
 * The wire is told whenever that changes, and at open. Thread: the loop thread; flags any.
 */
final class RxFilter {
  private final NetDevice dev;
  private volatile int promiscuity;
  private volatile int allmulti;
  private volatile int gflags;
  private long[] groups = new long[0];
  private int[] users = new int[0];

  RxFilter(NetDevice dev) {
    this.dev = dev;
  }

  boolean isPromiscuous() {
    return promiscuity > 0;
  }

  int flags() {
    return (promiscuity > 0 ? Iff.PROMISC : 0) | (allmulti > 0 ? Iff.ALLMULTI : 0);
  }

  // ---- Promiscuous mode and all groups ----------------------------------------------------------

  void setPromiscuity(int inc) {
    promiscuity = counted("promiscuity", promiscuity, inc, Iff.PROMISC);
    tellWire();
  }

  void setAllmulti(int inc) {
    allmulti = counted("allmulti", allmulti, inc, Iff.ALLMULTI);
    tellWire();
  }

  /** The user of flags is one of the users, and not for others to take away. */
  private int counted(String what, int users, int inc, int flag) {
    int others = users - ((gflags & flag) != 0 ? 1 : 0);
    if (others + inc < 0) {
      throw new IllegalArgumentException(
          dev.name() + ": " + what + " has " + others + " users, " + -inc + " cannot go");
    }
    return users + inc;
  }

  /** {@code dev->gflags}: what the user who speaks in flags has set. */
  int gflags() {
    return gflags;
  }

  /** {@code dev->gflags}: sets the two modes for the user who speaks in flags, as one of many. */
  void set(int flags) {
    int old = gflags;
    int promisc = promiscuity - one(old, Iff.PROMISC) + one(flags, Iff.PROMISC);
    int all = allmulti - one(old, Iff.ALLMULTI) + one(flags, Iff.ALLMULTI);
    promiscuity = promisc;
    allmulti = all;
    gflags = flags;
    if (old != flags) {
      tellWire();
    }
  }

  private static int one(int flags, int flag) {
    return (flags & flag) != 0 ? 1 : 0;
  }

  // ---- Groups -----------------------------------------------------------------------------------

  /** {@code dev_mc_add}. */
  void add(long group) {
    if (!MacAddr.isMulticast(group)) {
      throw new IllegalArgumentException(
          dev.name()
              + ": "
              + MacAddr.format(group)
              + " is no group's address: its first byte is even");
    }
    int at = indexOf(group);
    if (at >= 0) {
      users[at]++;
      return;
    }
    int n = groups.length;
    groups = Arrays.copyOf(groups, n + 1);
    users = Arrays.copyOf(users, n + 1);
    groups[n] = group;
    users[n] = 1;
    tellWire();
  }

  /** {@code dev_mc_delete}. */
  void delete(long group) {
    int at = indexOf(group);
    if (at < 0) {
      throw new IllegalStateException(
          dev.name() + ": nobody has joined " + MacAddr.format(group) + ", so nobody can leave it");
    }
    if (--users[at] > 0) {
      return;
    }
    int last = groups.length - 1;
    groups[at] = groups[last];
    users[at] = users[last];
    groups = Arrays.copyOf(groups, last);
    users = Arrays.copyOf(users, last);
    tellWire();
  }

  private int indexOf(long group) {
    for (int i = 0; i < groups.length; i++) {
      if (groups[i] == group) {
        return i;
      }
    }
    return -1;
  }

  int users(long group) {
    int at = indexOf(group);
    return at < 0 ? 0 : users[at];
  }

  // ---- The wire ---------------------------------------------------------------------------------

  /** {@code dev_mc_upload}: tells the wire; does nothing while the device is down. */
  private void tellWire() {
    if (dev.isUp()) {
      upload();
    }
  }

  /** Tells the wire, which is open. */
  void upload() {
    RxMode mode;
    if (promiscuity > 0) {
      mode = RxMode.PROMISC;
    } else if (allmulti > 0) {
      mode = RxMode.ALLMULTI;
    } else {
      mode = groups.length > 0 ? RxMode.LIST : RxMode.NONE;
    }
    dev.wire().setMulticastList(mode, groups.clone());
  }
}
