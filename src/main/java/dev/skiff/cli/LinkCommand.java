package dev.skiff.cli;

import dev.skiff.control.Command;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Parameters;

/** {@code skiff link}: devices, shown and set as by {@code ip -s link}. */
@picocli.CommandLine.Command(
    name = "link",
    mixinStandardHelpOptions = true,
    description = {
      "Shows the devices of a running daemon, as ip -s link does, and sets them.",
      "  link [show [NAME]]",
      "  link set NAME {up | down | mtu N | address MAC [live] | promisc on|off |",
      "                 allmulticast on|off | arp on|off | txqueuelen N}...",
      "An address is changed while the device is down; live says that it need not be."
    })
final class LinkCommand extends AskCommand {
  @Parameters(paramLabel = "WORD", description = "See above.")
  private List<String> words = new ArrayList<>();

  @Override
  Command.Link command() {
    return new LinkWords(words).read();
  }

  /** Prints devices; after a setting nothing, as ip link. */
  @Override
  void print(Map<String, Object> reply, PrintStream out) {
    if (command().set() != null) {
      return;
    }
    for (Object item : list(reply.get("link"))) {
      print(out, object(item));
    }
  }

  private void print(PrintStream out, Map<String, Object> link) {
    out.println(head(link, paint()));
    for (Object address : list(link.get("addresses"))) {
      out.printf("   %s%n", inet(List.of(address)));
    }
    if (link.get("failure") != null) {
      out.printf("    %s: %s%n", paint().bad("failed"), link.get("failure"));
    }
    if (link.get("io") != null) {
      out.printf("    io: %s%n", link.get("io"));
    }
    Map<String, Object> stats = object(link.get("stats"));
    table(
        out,
        "RX:",
        stats,
        "rx_bytes",
        "rx_packets",
        "rx_errors",
        "rx_dropped",
        "rx_missed_errors",
        "multicast");
    table(
        out,
        "TX:",
        stats,
        "tx_bytes",
        "tx_packets",
        "tx_errors",
        "tx_dropped",
        "tx_carrier_errors",
        "tx_timeout");
    Map<String, Object> host = object(link.get("host"));
    if (!host.isEmpty()) {
      table(out, "host RX:", host, "rx_bytes", "rx_packets", "rx_errors", "rx_dropped");
      table(out, "host TX:", host, "tx_bytes", "tx_packets", "tx_errors", "tx_dropped");
    }
  }

  /** The two lines that a device begins with. */
  static String head(Map<String, Object> link, Paint paint) {
    return "%s: %s: <%s> mtu %s qdisc %s state %s qlen %s%n    link/ether %s brd %s"
        .formatted(
            link.get("ifindex"),
            link.get("ifname"),
            String.join(",", list(link.get("flags")).stream().map(String::valueOf).toList()),
            link.get("mtu"),
            link.get("qdisc"),
            paint.state(String.valueOf(link.get("operstate"))),
            link.get("txqlen"),
            link.get("address"),
            link.get("broadcast"));
  }

  /** Addresses, each with its state if it is not used. */
  static String inet(@Nullable Object addresses) {
    StringBuilder text = new StringBuilder();
    for (Object item : list(addresses)) {
      Map<String, Object> address = object(item);
      String state = String.valueOf(address.get("state"));
      text.append(" inet ").append(address.get("local"));
      text.append(state.equals("valid") ? "" : " " + state);
    }
    return text.toString();
  }

  /** A line of names and one of numbers, each as wide as the wider of the two. */
  private static void table(
      PrintStream out, String title, Map<String, Object> stats, String... names) {
    StringBuilder heads = new StringBuilder("    " + title);
    StringBuilder numbers = new StringBuilder(" ".repeat(heads.length()));
    for (String name : names) {
      String head = name.replaceFirst("^[rt]x_", "").replaceFirst("_errors$", "");
      String number = value(stats.get(name));
      int width = Math.max(head.length(), number.length()) + 2;
      heads.append(" ".repeat(width - head.length())).append(head);
      numbers.append(" ".repeat(width - number.length())).append(number);
    }
    out.println(heads);
    out.println(numbers);
  }

  private static String value(@Nullable Object number) {
    return number == null ? "-" : number.toString();
  }
}
