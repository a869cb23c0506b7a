package dev.skiff.control;

import dev.skiff.dev.DeviceConfig;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code skiff addr} asks, as {@code ip addr} does. Any thread.
 *
 * @param action what is to be done
 * @param dev the device's name; null for all, or for the only one
 * @param local the address; null for all
 * @param prefixlen the length of its network's prefix; null if it was not said
 */
public record AddrRequest(
    Action action, @Nullable String dev, @Nullable Integer local, @Nullable Integer prefixlen) {
  /** All addresses, shown. */
  public static final AddrRequest SHOW = new AddrRequest(Action.SHOW, null, null, null);

  /** As {@code ip -json addr} names them. */
  private static final List<String> MEMBERS = List.of("action", "dev", "local", "prefixlen");

  /** What can be done. */
  public enum Action {
    /** Shows addresses. */
    SHOW,
    /** Gives a device one more. */
    ADD,
    /** Takes one away. */
    DEL,
    /** Takes all of a device away. */
    FLUSH;

    /** How people write it. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Reads a {@link #word}.
     *
     * @throws IllegalArgumentException with one line that says what there is
     */
    public static Action parse(String text) {
      return Members.action(values(), text, "addr");
    }
  }

  /**
   * @throws IllegalArgumentException if something is missing, or too much: one line that says what
   */
  public AddrRequest {
    boolean aboutOne = action == Action.ADD || action == Action.DEL;
    if (aboutOne && local == null) {
      throw new IllegalArgumentException(
          "the address is missing: say addr " + action.word() + " 198.51.100.3/24");
    }
    if (!aboutOne && local != null) {
      throw new IllegalArgumentException(
          action.word() + " is for all addresses of a device: leave the address out");
    }
    if (prefixlen != null && (prefixlen < 1 || prefixlen > Integer.SIZE)) {
      throw new IllegalArgumentException(
          "prefix /" + prefixlen + " is out of range: use /1 to /32");
    }
    if (action == Action.ADD && local != null) {
      DeviceConfig.checkAddress(prefixOf(local, prefixlen));
    }
  }

  /** {@code ip addr} takes an address without a prefix for a /32. */
  private static Ip4Prefix prefixOf(int local, @Nullable Integer prefixlen) {
    return new Ip4Prefix(local, prefixlen == null ? Integer.SIZE : prefixlen);
  }

  /** The address with its network; null if there is none. */
  @Nullable Ip4Prefix address() {
    return local == null ? null : prefixOf(local, prefixlen);
  }

  /** The members of the request in JSON, by name. */
  Map<String, Object> members() {
    Map<String, Object> members = new LinkedHashMap<>();
    if (action != Action.SHOW) {
      members.put("action", action.word());
    }
    if (dev != null) {
      members.put("dev", dev);
    }
    if (local != null) {
      members.put("local", Ip4Addr.format(local));
    }
    if (prefixlen != null) {
      members.put("prefixlen", prefixlen);
    }
    return members;
  }

  /**
   * Reads a request in JSON.
   *
   * @throws IllegalArgumentException with one line that says what is wrong
   */
  static AddrRequest of(Map<String, ?> request) {
    Members.check(request, MEMBERS);
    String action = Members.text(request, "action");
    String local = Members.text(request, "local");
    return new AddrRequest(
        action == null ? Action.SHOW : Action.parse(action),
        Members.text(request, "dev"),
        local == null ? null : (Integer) Ip4Addr.parse(local),
        Members.number(request, "prefixlen"));
  }
}
