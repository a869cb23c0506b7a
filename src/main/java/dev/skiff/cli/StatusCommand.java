package dev.skiff.cli;

import dev.skiff.control.Command;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code skiff status}: what a daemon is. */
@picocli.CommandLine.Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = "Shows what a running daemon is: device, addresses, uptime.")
final class StatusCommand extends AskCommand {
  @Override
  Command command() {
    return new Command.Status();
  }

  @Override
  void print(Map<String, Object> reply, PrintStream out) {
    Map<String, Object> status = object(reply.get("status"));
    out.printf(
        "skiff %s, pid %s, up %s s, faults %s%n",
        status.get("version"), status.get("pid"), status.get("uptime_s"), status.get("faults"));
    if (status.get("credentials") != null) {
      out.println(credentials(object(status.get("credentials"))));
    }
    for (Object item : list(status.get("devices"))) {
      Map<String, Object> dev = object(item);
      out.printf(
          "%s: %s mtu %s link/ether %s%s%s%n",
          dev.get("name"),
          paint().state(Boolean.TRUE.equals(dev.get("up")) ? "UP" : "DOWN"),
          dev.get("mtu"),
          dev.get("mac"),
          LinkCommand.inet(dev.get("addresses")),
          uplink(dev.get("uplink")));
      if (dev.get("failure") != null) {
        out.printf("    %s%n", paint().bad(String.valueOf(dev.get("failure"))));
      }
    }
  }

  /** As in " uplink eth0 by br-skiff0"; empty if there is none. */
  private static String uplink(@Nullable Object uplink) {
    return uplink == null
        ? ""
        : " uplink " + object(uplink).get("dev") + " by " + object(uplink).get("bridge");
  }

  /** As in "runs as nobody (65534:65534), no capabilities, no_new_privs". */
  private static String credentials(Map<String, Object> who) {
    String line = "runs as " + who.get("user") + " (" + who.get("uid") + ":" + who.get("gid") + ")";
    if (who.get("kept") != null) {
      line += " as at the start: " + who.get("kept");
    }
    List<?> capabilities = list(who.get("capabilities"));
    line +=
        capabilities.isEmpty()
            ? ", no capabilities"
            : ", capabilities "
                + String.join(" ", capabilities.stream().map(String::valueOf).toList());
    return line + (Boolean.TRUE.equals(who.get("no_new_privs")) ? ", no_new_privs" : "");
  }
}
