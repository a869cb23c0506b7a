package dev.skiff.control;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code skiff link set} is to change of a device; null for what stays. Any thread.
 *
 * @param up whether it is to be up
 * @param mtu in bytes
 * @param address a MAC address
 * @param live whether the MAC address may change while the device is up
 * @param promisc whether frames for other stations are delivered
 * @param allmulticast whether every group is received
 * @param arp whether ARP is spoken
 * @param txqueuelen frames that a transmit band holds
 */
public record LinkSettings(
    @Nullable Boolean up,
    @Nullable Integer mtu,
    @Nullable String address,
    @Nullable Boolean live,
    @Nullable Boolean promisc,
    @Nullable Boolean allmulticast,
    @Nullable Boolean arp,
    @Nullable Integer txqueuelen) {
  /** The members that are to change, by name. */
  Map<String, Object> members() {
    Map<String, Object> members = new LinkedHashMap<>();
    put(members, "up", up);
    put(members, "mtu", mtu);
    put(members, "address", address);
    put(members, "live", live);
    put(members, "promisc", promisc);
    put(members, "allmulticast", allmulticast);
    put(members, "arp", arp);
    put(members, "txqueuelen", txqueuelen);
    return members;
  }

  private static void put(Map<String, Object> members, String name, @Nullable Object value) {
    if (value != null) {
      members.put(name, value);
    }
  }

  /**
   * Reads them.
   *
   * @throws IllegalArgumentException with one line, for a member that there is not or of another
   *     kind
   */
  public static LinkSettings of(Map<?, ?> members) {
    for (Object name : members.keySet()) {
      if (!Members.NAMES.contains(String.valueOf(name))) {
        throw new IllegalArgumentException(
            "\"set\": '" + name + "' must be one of " + String.join(", ", Members.NAMES));
      }
    }
    return new LinkSettings(
        Members.bool(members, "up"),
        Members.number(members, "mtu"),
        Members.text(members, "address"),
        Members.bool(members, "live"),
        Members.bool(members, "promisc"),
        Members.bool(members, "allmulticast"),
        Members.bool(members, "arp"),
        Members.number(members, "txqueuelen"));
  }

  /** Members of a JSON object by kind. */
  private static final class Members {
    static final List<String> NAMES =
        List.of("up", "mtu", "address", "live", "promisc", "allmulticast", "arp", "txqueuelen");

    private Members() {}

    static @Nullable Boolean bool(Map<?, ?> members, String name) {
      Object value = members.get(name);
      if (value == null || value instanceof Boolean) {
        return (Boolean) value;
      }
      throw new IllegalArgumentException("\"" + name + "\" must be true or false");
    }

    static @Nullable Integer number(Map<?, ?> members, String name) {
      Object value = members.get(name);
      if (value == null || value instanceof Integer) {
        return (Integer) value;
      }
      throw new IllegalArgumentException("\"" + name + "\" must be a number");
    }

    static @Nullable String text(Map<?, ?> members, String name) {
      Object value = members.get(name);
      if (value == null || value instanceof String) {
        return (String) value;
      }
      throw new IllegalArgumentException("\"" + name + "\" must be a string");
    }
  }
}
