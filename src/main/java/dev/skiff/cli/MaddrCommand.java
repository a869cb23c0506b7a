package dev.skiff.cli;

import dev.skiff.control.Command;
import dev.skiff.text.Suggest;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Parameters;

/** {@code skiff maddr}: the groups of devices, shown as by {@code ip maddr}, joined and left. */
@picocli.CommandLine.Command(
    name = "maddr",
    mixinStandardHelpOptions = true,
    description = {
      "Shows the IPv4 groups of a running daemon's devices, as ip maddr does, joins and leaves them.",
      "  maddr [show] [dev NAME]      maddr add GROUP [dev NAME]      maddr del GROUP [dev NAME]",
      "Routers are told by IGMP version 2. dev may be left out where there is one device."
    })
final class MaddrCommand extends AskCommand {
  private static final List<String> ACTIONS = List.of("show", "add", "del");

  @Parameters(paramLabel = "WORD", description = "See above.")
  private List<String> words = new ArrayList<>();

  @Override
  Command.Maddr command() {
    List<String> left = new ArrayList<>(words);
    String action = left.isEmpty() || left.getFirst().equals("dev") ? "show" : left.removeFirst();
    if (!ACTIONS.contains(action)) {
      throw new IllegalArgumentException(
          "'" + action + "' is nothing that maddr does" + Suggest.among(action, ACTIONS));
    }
    String group = null;
    if (!action.equals("show")) {
      if (left.isEmpty()) {
        throw new IllegalArgumentException(
            "which group is missing: say maddr " + action + " 239.1.2.3");
      }
      group = left.removeFirst();
    }
    String dev = device(left);
    return new Command.Maddr(
        dev, action.equals("add") ? group : null, action.equals("del") ? group : null);
  }

  private static @Nullable String device(List<String> left) {
    if (left.isEmpty()) {
      return null;
    }
    if (left.size() != 2 || !left.getFirst().equals("dev")) {
      throw new IllegalArgumentException(
          "'" + String.join(" ", left) + "' is too much, or not enough: say dev NAME");
    }
    return left.getLast();
  }

  /** Prints groups; after a change nothing, as ip maddr. */
  @Override
  void print(Map<String, Object> reply, PrintStream out) {
    if (command().sets()) {
      return;
    }
    for (Object item : list(reply.get("maddr"))) {
      Map<String, Object> device = object(item);
      out.printf("%s:\t%s%n", device.get("ifindex"), device.get("ifname"));
      for (Object each : list(device.get("maddr"))) {
        Map<String, Object> address = object(each);
        Object users = address.get("users");
        out.printf(
            "\tinet  %s%s%n", address.get("address"), users == null ? "" : " users " + users);
      }
    }
  }
}
