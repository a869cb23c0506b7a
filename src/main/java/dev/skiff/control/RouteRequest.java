package dev.skiff.control;

import dev.skiff.header.Ip4Addr;
import dev.skiff.ip.RouteOrigin;
import dev.skiff.ip.RoutePrefix;
import dev.skiff.ip.RouteSpec;
import dev.skiff.ip.RouteType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code skiff route} asks, as {@code ip route} does. Any thread.
 *
 * @param action what is to be done
 * @param spec the route that is to be made, or what routes are meant
 */
public record RouteRequest(Action action, RouteSpec spec) {
  /** All routes, shown. */
  public static final RouteRequest SHOW = new RouteRequest(Action.SHOW, RouteSpec.ANY);

  /** As {@code ip -json route} names them. */
  private static final List<String> MEMBERS =
      List.of("action", "type", "dst", "gateway", "dev", "protocol", "scope", "prefsrc", "metric");

  private static final String LINK = "link";

  /** What can be done. */
  public enum Action {
    /** Shows routes. */
    SHOW,
    /** Shows the route that is used for an address, and the source. */
    GET,
    /** Makes one for a prefix and metric that there is none for. */
    ADD,
    /** Makes one more for a prefix and metric. */
    APPEND,
    /** Makes one, in place of another or not. */
    REPLACE,
    /** Makes one in place of another. */
    CHANGE,
    /** Takes one away. */
    DEL,
    /** Takes all away that match, but those that come from addresses. */
    FLUSH;

    /** How people write it. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Whether it makes a route. */
    public boolean sets() {
      return this == ADD || this == APPEND || this == REPLACE || this == CHANGE;
    }

    /**
     * Reads a {@link #word}.
     *
     * @throws IllegalArgumentException with one line that says what there is
     */
    public static Action parse(String text) {
      return Members.action(values(), text, "route");
    }
  }

  /**
   * @throws IllegalArgumentException if something is missing, or too much: one line that says what
   */
  public RouteRequest {
    RoutePrefix dst = spec.dst();
    if (action.sets()) {
      spec.checkComplete();
    }
    if (action == Action.DEL && dst == null) {
      throw new IllegalArgumentException(
          "which route is missing: say route del default, or a prefix as 203.0.113.0/24");
    }
    if (action == Action.GET) {
      RouteSpec alone = new RouteSpec(null, dst, null, null, null, null, null);
      if (dst == null || dst.prefix() != Integer.SIZE || !alone.equals(spec)) {
        throw new IllegalArgumentException("say one address: route get 203.0.113.9");
      }
    }
  }

  /** The members of the request in JSON, by name. */
  Map<String, Object> members() {
    Map<String, Object> members = new LinkedHashMap<>();
    put(members, "action", action == Action.SHOW ? null : action.word());
    RouteType type = spec.type();
    put(members, "type", type == null ? null : type.word());
    put(members, "dst", spec.dst() == null ? null : spec.dst().toString());
    Integer via = spec.via();
    boolean link = via != null && via == Ip4Addr.ANY;
    put(members, "gateway", via == null || link ? null : Ip4Addr.format(via));
    put(members, "dev", spec.dev());
    RouteOrigin origin = spec.origin();
    put(members, "protocol", origin == null ? null : origin.word());
    put(members, "scope", link ? LINK : null);
    put(members, "prefsrc", spec.src() == null ? null : Ip4Addr.format(spec.src()));
    put(members, "metric", spec.metric());
    return members;
  }

  private static void put(Map<String, Object> members, String name, @Nullable Object value) {
    if (value != null) {
      members.put(name, value);
    }
  }

  /**
   * Reads a request in JSON.
   *
   * @throws IllegalArgumentException with one line that says what is wrong
   */
  static RouteRequest of(Map<String, ?> request) {
    Members.check(request, MEMBERS);
    String action = Members.text(request, "action");
    String type = Members.text(request, "type");
    String dst = Members.text(request, "dst");
    String gateway = Members.text(request, "gateway");
    String protocol = Members.text(request, "protocol");
    String scope = Members.text(request, "scope");
    String src = Members.text(request, "prefsrc");
    Integer metric = Members.number(request, "metric");
    if (scope != null && (!scope.equals(LINK) || gateway != null)) {
      throw new IllegalArgumentException("\"scope\" must be link, and then there is no gateway");
    }
    if (metric != null && metric < 0) {
      throw new IllegalArgumentException("\"metric\" must be 0 to " + Integer.MAX_VALUE);
    }
    Integer via = gateway == null ? null : (Integer) Ip4Addr.parse(gateway);
    RouteSpec spec =
        new RouteSpec(
            type == null ? null : RouteType.parse(type),
            dst == null ? null : RoutePrefix.parse(dst),
            scope == null ? via : (Integer) Ip4Addr.ANY,
            Members.text(request, "dev"),
            metric,
            src == null ? null : (Integer) Ip4Addr.parse(src),
            protocol == null ? null : RouteOrigin.parse(protocol));
    return new RouteRequest(action == null ? Action.SHOW : Action.parse(action), spec);
  }
}
