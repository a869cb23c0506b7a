package dev.skiff.cli;

import dev.skiff.header.IcmpHdr;
import dev.skiff.ip.PingSocket;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a ping tells, in the very words of ping from iputils 20221126, which programs read. Any
 * thread.
 */
final class PingText {
  private static final int US_PER_MS = 1000;
  private static final int HEADERS = 28;

  /** Data are shown in lines of so many bytes. */
  private static final int LINE = 32;

  /** The digits that C's {@code %g} has. */
  private static final MathContext SIX = new MathContext(6);

  private PingText() {}

  // ---- The first line ---------------------------------------------------------------------------

  /** {@code PING 198.51.100.1 (198.51.100.1) 56(84) bytes of data.} */
  static String header(String host, Map<String, ?> start) {
    Object src = start.get("src");
    Object dev = start.get("dev");
    String from = src == null ? "" : "from " + src + " " + (dev == null ? "" : dev) + ": ";
    long size = number(start, "size");
    return "PING %s (%s) %s%d(%d) bytes of data."
        .formatted(host, start.get("dst"), from, size, size + HEADERS);
  }

  /** {@code PATTERN: 0xff} */
  static String pattern(byte[] pattern) {
    return "PATTERN: 0x" + HexFormat.of().formatHex(pattern);
  }

  // ---- What comes back --------------------------------------------------------------------------

  /** {@code 64 bytes from 198.51.100.1: icmp_seq=1 ttl=64 time=0.345 ms}, and what is wrong. */
  static String reply(Map<String, ?> reply) {
    StringBuilder line = new StringBuilder();
    line.append(number(reply, "bytes")).append(" bytes from ").append(reply.get("from"));
    line.append(": icmp_seq=").append(number(reply, "icmp_seq"));
    line.append(" ttl=").append(number(reply, "ttl"));
    if (isSet(reply, "truncated")) {
      return line.append(" (truncated)").toString();
    }
    if (reply.containsKey("time_us")) {
      line.append(" time=").append(time(number(reply, "time_us"))).append(" ms");
    }
    if (isSet(reply, "dup")) {
      line.append(" (DUP!)");
    }
    if (reply.containsKey("wrong_at")) {
      wrongData(reply, line);
    }
    return line.toString();
  }

  /** A time in milliseconds: three digits behind the point, and fewer the longer it is. */
  static String time(long us) {
    if (us >= 100_000 - 50) {
      return Long.toString((us + 500) / US_PER_MS);
    }
    if (us >= 10_000 - 5) {
      return "%d.%d".formatted((us + 50) / US_PER_MS, (us + 50) % US_PER_MS / 100);
    }
    if (us >= US_PER_MS) {
      return "%d.%02d".formatted((us + 5) / US_PER_MS, (us + 5) % US_PER_MS / 10);
    }
    return millis(us);
  }

  private static void wrongData(Map<String, ?> reply, StringBuilder line) {
    line.append(
        "\nwrong data byte #%d should be 0x%x but was 0x%x"
            .formatted(number(reply, "wrong_at"), number(reply, "wanted"), number(reply, "was")));
    byte[] data = HexFormat.of().parseHex(String.valueOf(reply.get("data")));
    for (int i = PingSocket.STAMP; i < data.length; i++) {
      if (i % LINE == PingSocket.STAMP) {
        line.append("\n#").append(i).append('\t');
      }
      line.append(Integer.toHexString(data[i] & 0xFF)).append(' ');
    }
  }

  /** {@code From 198.51.100.2 icmp_seq=1 Destination Host Unreachable} */
  static String error(Map<String, ?> error) {
    return "From %s icmp_seq=%d %s"
        .formatted(
            error.get("from"),
            number(error, "icmp_seq"),
            icmp((int) number(error, "type"), (int) number(error, "code"), number(error, "info")));
  }

  /** What an ICMP message says. */
  static String icmp(int type, int code, long info) {
    return switch (type) {
      case IcmpHdr.DEST_UNREACH -> unreachable(code, info);
      case 4 -> "Source Quench";
      case 11 ->
          switch (code) {
            case 0 -> "Time to live exceeded";
            case 1 -> "Frag reassembly time exceeded";
            default -> "Time exceeded, Bad Code: " + code;
          };
      case 12 -> "Parameter problem: pointer = " + info;
      default -> "Bad ICMP type: " + type;
    };
  }

  private static String unreachable(int code, long info) {
    return switch (code) {
      case 0 -> "Destination Net Unreachable";
      case 1 -> "Destination Host Unreachable";
      case 2 -> "Destination Protocol Unreachable";
      case 3 -> "Destination Port Unreachable";
      case 4 -> "Frag needed and DF set (mtu = " + info + ")";
      case 5 -> "Source Route Failed";
      case 6 -> "Destination Net Unknown";
      case 7 -> "Destination Host Unknown";
      case 8 -> "Source Host Isolated";
      case 9 -> "Destination Net Prohibited";
      case 10 -> "Destination Host Prohibited";
      case 11 -> "Destination Net Unreachable for Type of Service";
      case 12 -> "Destination Host Unreachable for Type of Service";
      case 13 -> "Packet filtered";
      case 14 -> "Precedence Violation";
      case 15 -> "Precedence Cutoff";
      default -> "Dest Unreachable, Bad Code: " + code;
    };
  }

  /** {@code ping: sendmsg: Network is unreachable}: one that was not sent. */
  static String local(Map<String, ?> local) {
    return local.containsKey("mtu")
        ? "ping: local error: message too long, mtu=" + number(local, "mtu")
        : "ping: sendmsg: " + local.get("error");
  }

  // ---- The last lines ---------------------------------------------------------------------------

  /** The statistics, with the empty line in front of them and the one that ends them. */
  static String summary(String host, Map<String, ?> summary, boolean flood) {
    long transmitted = number(summary, "transmitted");
    long received = number(summary, "received");
    StringBuilder text = new StringBuilder();
    text.append("\n--- ").append(host).append(" ping statistics ---\n");
    text.append(transmitted).append(" packets transmitted, ");
    text.append(received).append(" received");
    append(text, number(summary, "duplicates"), " duplicates");
    append(text, number(summary, "errors"), " errors");
    long us = number(summary, "time_us");
    if (transmitted > 0) {
      text.append(", ").append(loss(transmitted, received)).append("% packet loss");
      text.append(", time ").append((us + US_PER_MS / 2) / US_PER_MS).append("ms");
    }
    text.append('\n');
    String comma = "";
    if (summary.containsKey("rtt_min_us")) {
      text.append("rtt min/avg/max/mdev = ").append(millis(summary, "rtt_min_us"));
      text.append('/').append(millis(summary, "rtt_avg_us"));
      text.append('/').append(millis(summary, "rtt_max_us"));
      text.append('/').append(millis(summary, "rtt_mdev_us")).append(" ms");
      comma = ", ";
    }
    if (number(summary, "pipe") > 1) {
      text.append(comma).append("pipe ").append(number(summary, "pipe"));
      comma = ", ";
    }
    if (received > 0 && flood && transmitted > 1) {
      text.append(comma).append("ipg/ewma ").append(millis(us / (transmitted - 1)));
      text.append('/').append(millis(summary, "rtt_ewma_us")).append(" ms");
    }
    return text.toString();
  }

  private static void append(StringBuilder text, long n, String what) {
    if (n > 0) {
      text.append(", +").append(n).append(what);
    }
  }

  private static String loss(long transmitted, long received) {
    double percent = (double) (transmitted - received) * 100 / transmitted;
    return new BigDecimal(percent).round(SIX).stripTrailingZeros().toPlainString();
  }

  private static String millis(Map<String, ?> summary, String member) {
    return millis(number(summary, member));
  }

  private static String millis(long us) {
    return "%d.%03d".formatted(us / US_PER_MS, us % US_PER_MS);
  }

  /** A number of an event; 0 if it is not there. */
  static long number(Map<String, ?> event, String member) {
    @Nullable Object value = event.get(member);
    return value instanceof Number number ? number.longValue() : 0;
  }

  private static boolean isSet(Map<String, ?> event, String member) {
    return Boolean.TRUE.equals(event.get(member));
  }
}
