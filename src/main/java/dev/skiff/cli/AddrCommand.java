package dev.skiff.cli;

import dev.skiff.control.AddrRequest.Action;
import dev.skiff.control.Command;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code skiff addr}: IPv4 addresses, shown and set as by {@code ip addr}. */
@picocli.CommandLine.Command(
    name = "addr",
    mixinStandardHelpOptions = true,
    description = {
      "Shows the IPv4 addresses of a running daemon's devices, as ip addr does, and sets them.",
      "  addr [show] [[dev] NAME]",
      "  addr add ADDR/PREFIX [dev NAME]        addr del ADDR[/PREFIX] [dev NAME]",
      "  addr flush [dev NAME]",
      "An address brings the route to its network, and takes it away. If the first of a network is",
      "taken away, the next one takes its place (in Linux, with promote_secondaries). dev may be",
      "left out where there is one device."
    })
final class AddrCommand extends AskCommand {
  @Option(
      names = {"-s", "--statistics"},
      description = "flush says how many there were.")
  private boolean statistics;

  @Parameters(paramLabel = "WORD", description = "See above.")
  private List<String> words = new ArrayList<>();

  @Override
  Command.Addr command() {
    return new AddrWords(words).read();
  }

  /** Prints addresses; after a change nothing, as ip addr. */
  @Override
  void print(Map<String, Object> reply, PrintStream out) {
    Action action = command().request().action();
    if (statistics && action == Action.FLUSH) {
      out.printf("%s addresses deleted%n", reply.get("flushed"));
    }
    if (action == Action.SHOW) {
      for (Object item : list(reply.get("addr"))) {
        printDevice(object(item), out);
      }
    }
  }

  private void printDevice(Map<String, Object> dev, PrintStream out) {
    out.println(LinkCommand.head(dev, paint()));
    for (Object item : list(dev.get("addr_info"))) {
      out.println("    " + text(object(item), dev.get("ifname")));
    }
  }

  /** An address as {@code ip addr} prints it. */
  static String text(Map<String, Object> address, @Nullable Object device) {
    Object broadcast = address.get("broadcast");
    return "inet "
        + address.get("local")
        + "/"
        + address.get("prefixlen")
        + (broadcast == null ? "" : " brd " + broadcast)
        + " scope "
        + address.get("scope")
        + (Boolean.TRUE.equals(address.get("secondary")) ? " secondary" : "")
        + ("valid".equals(address.get("state")) ? "" : " " + address.get("state"))
        + " "
        + device;
  }
}
