package dev.skiff.netns;

import dev.skiff.Datagram;
import dev.skiff.Frames;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.MacAddr;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A frame that came back, field by field. Left out is what may be anything: the id of a datagram,
 * and with it the header checksum, of which only is said whether it is right; and the time of day
 * is "now".
 */
final class Answer {
  private static final int IP = Frames.ETH_HLEN;
  private static final int ETHERTYPE_IP = 0x0800;
  private static final int OPTION_TIMESTAMP = 68;
  private static final int MS_PER_S = 1000;
  private static final int NOW_MS = 10_000;

  private final Map<String, String> fields = new LinkedHashMap<>();
  private final byte[] frame;

  Answer(byte[] frame) {
    this.frame = frame;
    fields.put("eth.dst", MacAddr.format(Frames.u48(frame, 0)));
    fields.put("eth.src", MacAddr.format(Frames.u48(frame, 6)));
    fields.put("eth.type", hex(12, 2));
    if (Frames.u16(frame, 12) == ETHERTYPE_IP) {
      ip();
    } else {
      fields.put("payload", hex(IP, Math.min(28, frame.length - IP)));
    }
  }

  /**
   * What time has brought: in any order, since that of timers is anybody's; and without ARP, by
   * which neighbours that are not there are asked for again.
   */
  static List<byte[]> ofTime(List<byte[]> frames) {
    return frames.stream()
        .filter(frame -> Frames.u16(frame, 12) == ETHERTYPE_IP)
        .sorted(Comparator.comparing(frame -> new Answer(frame).fields.toString()))
        .toList();
  }

  private void ip() {
    int headerLen = (Frames.u8(frame, IP) & 0xF) * 4;
    int totLen = Frames.u16(frame, IP + 2);
    int fragOff = Frames.u16(frame, IP + 6);
    fields.put("ip.version", "" + (Frames.u8(frame, IP) >> 4));
    fields.put("ip.tos", hex(IP + 1, 1));
    fields.put("ip.tot_len", "" + totLen);
    fields.put("ip.df", "" + (fragOff >> 14 & 1));
    fields.put("ip.mf", "" + (fragOff >> 13 & 1));
    fields.put("ip.offset", "" + (fragOff & 0x1FFF));
    fields.put("ip.ttl", "" + Frames.u8(frame, IP + 8));
    fields.put("ip.protocol", "" + Frames.u8(frame, IP + 9));
    fields.put("ip.check", Frames.checksum(frame, IP, headerLen) == 0 ? "right" : "WRONG");
    fields.put("ip.saddr", Ip4Addr.format(Frames.u32(frame, IP + 12)));
    fields.put("ip.daddr", Ip4Addr.format(Frames.u32(frame, IP + 16)));
    fields.put("ip.options", options(headerLen - Frames.IP_HLEN));
    int transport = IP + headerLen;
    int length = IP + totLen - transport;
    boolean whole = (fragOff & 0x3FFF) == 0;
    if (Frames.u8(frame, IP + 9) == Datagram.ICMP && whole && length >= Frames.ICMP_HLEN) {
      icmp(transport, length);
    } else {
      fields.put("payload", hex(transport, length));
    }
    fields.put("padding", padding(IP + totLen));
  }

  private void icmp(int icmp, int length) {
    fields.put("icmp.type", "" + Frames.u8(frame, icmp));
    fields.put("icmp.code", "" + Frames.u8(frame, icmp + 1));
    fields.put("icmp.check", Frames.checksum(frame, icmp, length) == 0 ? "right" : "WRONG");
    fields.put("icmp.rest", hex(icmp + 4, 4));
    boolean isTimestamp = Frames.u8(frame, icmp) == 14 && length >= 20;
    fields.put(
        "icmp.data",
        isTimestamp
            ? hex(icmp + 8, 4) + time(icmp + 12) + time(icmp + 16)
            : hex(icmp + 8, length - 8));
  }

  /** The options, with the times that were written into them just now as "now". */
  private String options(int length) {
    int begin = IP + Frames.IP_HLEN;
    StringBuilder text = new StringBuilder();
    int at = begin;
    while (at < begin + length) {
      if (Frames.u8(frame, at) == OPTION_TIMESTAMP && Frames.u8(frame, at + 1) >= 4) {
        int end = at + Frames.u8(frame, at + 1);
        text.append(hex(at, 4));
        for (at += 4; at + 4 <= end; at += 4) {
          text.append(time(at));
        }
      } else {
        text.append(hex(at, 1));
        at++;
      }
    }
    return text.toString();
  }

  private String time(int at) {
    int now = (int) (LocalTime.now(ZoneOffset.UTC).toNanoOfDay() / 1_000_000);
    int ago = now - Frames.u32(frame, at);
    return ago >= -MS_PER_S && ago < NOW_MS ? "(now)" : hex(at, 4);
  }

  private String padding(int from) {
    byte[] rest = Arrays.copyOfRange(frame, from, Math.max(from, frame.length));
    return Arrays.equals(rest, new byte[rest.length]) ? "zeros" : HexFormat.of().formatHex(rest);
  }

  private String hex(int from, int n) {
    int end = Math.min(frame.length, from + Math.max(0, n));
    return HexFormat.of().formatHex(frame, Math.min(from, end), end);
  }

  /** What it is, in short: "icmp 3/3 to 198.51.100.1". */
  private String what() {
    String kind = "type 0x" + fields.get("eth.type");
    if (fields.containsKey("icmp.type")) {
      kind = "icmp " + fields.get("icmp.type") + "/" + fields.get("icmp.code");
    } else if (fields.containsKey("ip.protocol")) {
      kind = "ip protocol " + fields.get("ip.protocol");
    }
    return kind + (fields.containsKey("ip.daddr") ? " to " + fields.get("ip.daddr") : "");
  }

  /** All in which the second's answers differ from the first's, each in one line. */
  static List<String> differences(List<byte[]> first, List<byte[]> second) {
    List<Answer> ours = first.stream().map(Answer::new).toList();
    List<Answer> theirs = second.stream().map(Answer::new).toList();
    List<String> those = ours.stream().map(Answer::what).toList();
    List<String> these = theirs.stream().map(Answer::what).toList();
    if (!those.equals(these)) {
      return List.of(words(those) + " | " + words(these));
    }
    List<String> differences = new ArrayList<>();
    for (int i = 0; i < ours.size(); i++) {
      Map<String, String> mine = ours.get(i).fields;
      Map<String, String> yours = theirs.get(i).fields;
      for (String field : mine.keySet()) {
        if (!mine.get(field).equals(yours.get(field))) {
          differences.add(field + ": " + mine.get(field) + " | " + yours.get(field));
        }
      }
    }
    return differences.stream().distinct().toList();
  }

  private static String words(List<String> answers) {
    return answers.isEmpty() ? "nothing" : String.join(", ", answers);
  }
}
