package dev.skiff.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code iptables-save}: iptables-extensions(8). Pure functions. */
final class IptablesRules {
  private static final Pattern POLICY = Pattern.compile(":(INPUT|OUTPUT) DROP\\b.*");
  private static final Pattern DROPS = Pattern.compile("-A (\\S+) (.*)-j (DROP|REJECT)\\b.*");
  private static final Pattern INTERFACE = Pattern.compile("(?<!! )-[io] (\\S+)");
  private static final List<String> BUILT_IN =
      List.of("INPUT", "OUTPUT", "PREROUTING", "POSTROUTING");

  private IptablesRules() {}

  /** As {@link NftRules#obstacles}. */
  static List<String> obstacles(String save, String tap) {
    List<String> found = new ArrayList<>();
    for (String line : save.lines().toList()) {
      Matcher policy = POLICY.matcher(line);
      if (policy.matches()) {
        found.add("chain " + policy.group(1) + " drops what no rule of it accepts");
      }
      Matcher rule = DROPS.matcher(line);
      if (rule.matches() && concerns(rule.group(1), rule.group(2), tap)) {
        found.add("a rule drops ICMP or all: " + line);
      }
    }
    return found;
  }

  private static boolean concerns(String chain, String matches, String tap) {
    Matcher device = INTERFACE.matcher(matches);
    boolean onTap = false;
    while (device.find()) {
      if (!device.group(1).equals(tap)) {
        return false;
      }
      onTap = true;
    }
    boolean icmp = matches.toLowerCase(Locale.ROOT).matches(".*-p icmp\\b.*");
    return icmp || onTap || (matches.isBlank() && BUILT_IN.contains(chain));
  }
}
