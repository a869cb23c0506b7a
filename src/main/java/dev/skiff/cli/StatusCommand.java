package dev.skiff.cli;

import dev.skiff.control.Command;
import java.io.PrintStream;
import java.util.Map;

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
    for (Object item : list(status.get("devices"))) {
      Map<String, Object> dev = object(item);
      out.printf(
          "%s: %s mtu %s link/ether %s%s%n",
          dev.get("name"),
          paint().state(Boolean.TRUE.equals(dev.get("up")) ? "UP" : "DOWN"),
          dev.get("mtu"),
          dev.get("mac"),
          LinkCommand.inet(dev.get("addresses")));
      if (dev.get("failure") != null) {
        out.printf("    %s%n", paint().bad(String.valueOf(dev.get("failure"))));
      }
    }
  }
}
