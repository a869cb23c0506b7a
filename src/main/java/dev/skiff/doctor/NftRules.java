package dev.skiff.doctor;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code nft -j list ruleset}: libnftables-json(5). Pure functions. */
final class NftRules {
  private static final List<String> HOOKS =
      List.of("input", "output", "prerouting", "postrouting", "ingress", "egress");
  private static final List<String> INTERFACES = List.of("iifname", "oifname", "iif", "oif");

  private NftRules() {}

  /**
   * Rules and policies that may drop ICMP or ARP on {@code tap}, each in words. Whether an earlier
   * rule lets them pass is not known here.
   */
  static List<String> obstacles(String json, String tap) {
    List<String> found = new ArrayList<>();
    Set<String> base = new HashSet<>();
    List<?> items;
    try {
      items = RunningDaemon.list(RunningDaemon.map(JSON.std.anyFrom(json)).get("nftables"));
    } catch (IOException e) {
      return List.of("its rules are not to be read: " + firstLine(json));
    }
    for (Object item : items) {
      Map<?, ?> chain = RunningDaemon.map(RunningDaemon.map(item).get("chain"));
      if (HOOKS.contains(RunningDaemon.text(chain, "hook"))) {
        base.add(chainOf(chain, "name"));
        if (RunningDaemon.text(chain, "policy").equals("drop")) {
          found.add("chain " + chainOf(chain, "name") + " drops what no rule of it accepts");
        }
      }
    }
    for (Object item : items) {
      Map<?, ?> rule = RunningDaemon.map(RunningDaemon.map(item).get("rule"));
      if (drops(rule) && concerns(rule, tap, base.contains(chainOf(rule, "chain")))) {
        found.add(
            "a rule of chain "
                + chainOf(rule, "chain")
                + " drops "
                + what(rule)
                + " (handle "
                + RunningDaemon.text(rule, "handle")
                + ")");
      }
    }
    return found;
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("");
  }

  private static String chainOf(Map<?, ?> item, String name) {
    return RunningDaemon.text(item, "family")
        + " "
        + RunningDaemon.text(item, "table")
        + " "
        + RunningDaemon.text(item, name);
  }

  private static List<?> expressions(Map<?, ?> rule) {
    return RunningDaemon.list(rule.get("expr"));
  }

  private static boolean drops(Map<?, ?> rule) {
    return expressions(rule).stream()
        .map(RunningDaemon::map)
        .anyMatch(part -> part.containsKey("drop") || part.containsKey("reject"));
  }

  private static boolean concerns(Map<?, ?> rule, String tap, boolean isBase) {
    int matches = 0;
    boolean onTap = false;
    for (Object part : expressions(rule)) {
      Map<?, ?> match = RunningDaemon.map(RunningDaemon.map(part).get("match"));
      if (match.isEmpty()) {
        continue;
      }
      matches++;
      if (INTERFACES.contains(key(match))) {
        boolean names = match.get("right") instanceof String name && name.equals(tap);
        if (!names && "==".equals(match.get("op")) && match.get("right") instanceof String) {
          return false; // Another interface's.
        }
        onTap |= names;
      }
    }
    String family = RunningDaemon.text(rule, "family");
    return family.equals("arp") || isAboutIcmp(rule) || (matches == 0 && isBase) || onTap;
  }

  /** What a match of meta data looks at. */
  private static String key(Map<?, ?> match) {
    Map<?, ?> left = RunningDaemon.map(match.get("left"));
    return RunningDaemon.text(RunningDaemon.map(left.get("meta")), "key");
  }

  private static boolean isAboutIcmp(Map<?, ?> rule) {
    for (Object part : expressions(rule)) {
      Map<?, ?> match = RunningDaemon.map(RunningDaemon.map(part).get("match"));
      Map<?, ?> left = RunningDaemon.map(match.get("left"));
      String protocol = RunningDaemon.text(RunningDaemon.map(left.get("payload")), "protocol");
      String right = String.valueOf(match.get("right"));
      // "icmp" by itself or in a set, and not "icmpv6".
      if (protocol.equals("icmp")
          || protocol.equals("arp")
          || right.matches(".*(?<![-\\w])(icmp|arp)(?![-\\w]).*")) {
        return true;
      }
    }
    return false;
  }

  private static String what(Map<?, ?> rule) {
    if (RunningDaemon.text(rule, "family").equals("arp")) {
      return "ARP";
    }
    return isAboutIcmp(rule) ? "ICMP or ARP" : "all";
  }
}
