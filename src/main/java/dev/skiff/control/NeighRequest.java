package dev.skiff.control;

import dev.skiff.header.Ip4Addr;
import dev.skiff.header.MacAddr;
import dev.skiff.neigh.NeighbourState;
import dev.skiff.text.Suggest;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code skiff neigh} asks, as {@code ip neigh} does. Any thread.
 *
 * @param action what is to be done
 * @param dev the device's name; null for all, or for the only one
 * @param dst whose entry; null for all
 * @param lladdr its MAC address; null where none is set
 * @param nud the state to be set, or that entries are in; null for the usual one, or for any
 */
public record NeighRequest(
    Action action,
    @Nullable String dev,
    @Nullable Integer dst,
    @Nullable Long lladdr,
    @Nullable NeighbourState nud) {
  /** All entries, shown. */
  public static final NeighRequest SHOW = new NeighRequest(Action.SHOW, null, null, null, null);

  private static final List<String> MEMBERS = List.of("action", "dev", "dst", "lladdr", "nud");

  /** What can be done. */
  public enum Action {
    /** Shows entries. */
    SHOW,
    /** Shows one, which must be there. */
    GET,
    /** Sets one that must not be there. */
    ADD,
    /** Sets one, whether it is there or not. */
    REPLACE,
    /** Sets one that must be there. */
    CHANGE,
    /** Forgets one that must be there. */
    DEL,
    /** Forgets all, or those of a device or in a state; permanent and noarp only by that state. */
    FLUSH;

    /** How people write it. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Whether it sets an entry. */
    public boolean sets() {
      return this == ADD || this == REPLACE || this == CHANGE;
    }

    /**
     * Reads a {@link #word}.
     *
     * @throws IllegalArgumentException with one line that says what there is
     */
    public static Action parse(String text) {
      return Members.action(values(), text, "neigh");
    }
  }

  /**
   * @throws IllegalArgumentException if something is missing, or too much: one line that says what
   */
  public NeighRequest {
    boolean aboutOne = action.sets() || action == Action.GET || action == Action.DEL;
    if (aboutOne && dst == null) {
      throw new IllegalArgumentException(
          "whose entry is missing: say neigh " + action.word() + " 198.51.100.1 ...");
    }
    if (action == Action.FLUSH && dst != null) {
      throw new IllegalArgumentException("flush is for many: say neigh del for one address");
    }
    if (action.sets() && lladdr == null) {
      throw new IllegalArgumentException(
          "its MAC address is missing: say lladdr 02:00:5e:10:00:02");
    }
    if (action.sets() && nud != null && !nud.isConnected() && nud != NeighbourState.STALE) {
      throw new IllegalArgumentException(
          "nud " + nud.word() + " cannot be set: say permanent, noarp, reachable or stale");
    }
    if (nud != null && (action == Action.DEL || action == Action.GET)) {
      throw new IllegalArgumentException("nud is of no use with " + action.word());
    }
    if (!action.sets() && action != Action.DEL && lladdr != null) {
      throw new IllegalArgumentException("lladdr is of no use with " + action.word());
    }
  }

  /**
   * Reads a state as people write it.
   *
   * @throws IllegalArgumentException with one line that says what there is
   */
  public static NeighbourState nud(String text) {
    for (NeighbourState state : NeighbourState.values()) {
      if (state.word().equals(text.toLowerCase(Locale.ROOT))) {
        return state;
      }
    }
    List<String> words = Arrays.stream(NeighbourState.values()).map(NeighbourState::word).toList();
    throw new IllegalArgumentException("'" + text + "' is no state" + Suggest.among(text, words));
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
    if (dst != null) {
      members.put("dst", Ip4Addr.format(dst));
    }
    if (lladdr != null) {
      members.put("lladdr", MacAddr.format(lladdr));
    }
    if (nud != null) {
      members.put("nud", nud.word());
    }
    return members;
  }

  /**
   * Reads a request in JSON.
   *
   * @throws IllegalArgumentException with one line that says what is wrong
   */
  static NeighRequest of(Map<String, ?> request) {
    Members.check(request, MEMBERS);
    String action = Members.text(request, "action");
    String dst = Members.text(request, "dst");
    String lladdr = Members.text(request, "lladdr");
    String nud = Members.text(request, "nud");
    return new NeighRequest(
        action == null ? Action.SHOW : Action.parse(action),
        Members.text(request, "dev"),
        dst == null ? null : (Integer) Ip4Addr.parse(dst),
        lladdr == null ? null : (Long) MacAddr.parse(lladdr),
        nud == null ? null : nud(nud));
  }
}
