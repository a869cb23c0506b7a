package dev.skiff.dev;

import dev.skiff.header.Ip4Addr;
import dev.skiff.header.MacAddr;
import java.util.Arrays;

/**
 * {@code in_device->mc_list}: the IPv4 groups that a device is a member of, each with the number of
 * those who want it. While there is one, the device listens to the group's MAC address.
 *
 * <p>Thread: the loop thread, or before it starts; what it says may be read by any.
 */
final class McList {
  private final NetDevice dev;

  /** Never written to. */
  private volatile int[] groups = {};

  private int[] users = {};

  McList(NetDevice dev) {
    this.dev = dev;
  }

  int[] groups() {
    return groups.clone();
  }

  boolean has(int group) {
    for (int member : groups) {
      if (member == group) {
        return true;
      }
    }
    return false;
  }

  int users(int group) {
    int at = indexOf(group);
    return at < 0 ? 0 : users[at];
  }

  /** One more wants it: whether this is the first. */
  boolean add(int group) {
    if (!Ip4Addr.isMulticast(group)) {
      throw new IllegalArgumentException(
          dev.name()
              + ": "
              + Ip4Addr.format(group)
              + " is no group: those are 224.0.0.0 to 239.255.255.255");
    }
    int at = indexOf(group);
    if (at >= 0) {
      users[at]++;
      return false;
    }
    int n = groups.length;
    if (n - (has(Ip4Addr.ALL_HOSTS) ? 1 : 0) == InDevice.MAX_GROUPS && group != Ip4Addr.ALL_HOSTS) {
      throw new IllegalArgumentException(
          dev.name() + " is in " + InDevice.MAX_GROUPS + " groups already: leave one");
    }
    dev.mcAdd(MacAddr.ofIp4Multicast(group));
    users = Arrays.copyOf(users, n + 1);
    users[n] = 1;
    int[] more = Arrays.copyOf(groups, n + 1);
    more[n] = group;
    groups = more;
    return true;
  }

  /** One fewer wants it: whether this was the last. */
  boolean delete(int group) {
    int at = indexOf(group);
    if (at < 0) {
      throw new IllegalArgumentException(
          dev.name() + " is not in group " + Ip4Addr.format(group) + ", so nobody can leave it");
    }
    if (--users[at] > 0) {
      return false;
    }
    int last = groups.length - 1;
    int[] fewer = Arrays.copyOf(groups, last);
    System.arraycopy(groups, at + 1, fewer, at, last - at);
    System.arraycopy(users, at + 1, users, at, last - at);
    groups = fewer;
    dev.mcDelete(MacAddr.ofIp4Multicast(group));
    return true;
  }

  private int indexOf(int group) {
    for (int i = 0; i < groups.length; i++) {
      if (groups[i] == group) {
        return i;
      }
    }
    return -1;
  }
}
