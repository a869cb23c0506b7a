package dev.skiff.control;

import dev.skiff.dev.NetDevice;
import dev.skiff.header.Ip4Addr;
import dev.skiff.igmp.Igmp;
import java.util.LinkedHashMap;
import java.util.Map;

/** Shows and sets the groups of devices for {@code skiff maddr}. Thread: the loop thread. */
final class Groups {
  private Groups() {}

  /** A device's groups as {@code ip maddr} shows them. */
  static Reply.Maddr show(NetDevice dev) {
    Map<String, Integer> groups = new LinkedHashMap<>();
    for (int group : dev.inDev().groups()) {
      groups.put(Ip4Addr.format(group), dev.inDev().groupUsers(group));
    }
    return new Reply.Maddr(dev.index() + 1, dev.name(), groups);
  }

  /**
   * Joins or leaves a group.
   *
   * @throws IllegalArgumentException if it cannot: one line that says why
   */
  static void set(Igmp igmp, NetDevice dev, Command.Maddr command) {
    if (command.add() != null) {
      igmp.join(dev, Ip4Addr.parse(command.add()));
    }
    if (command.del() != null) {
      igmp.leave(dev, Ip4Addr.parse(command.del()));
    }
  }
}
