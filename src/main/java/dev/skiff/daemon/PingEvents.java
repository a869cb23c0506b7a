package dev.skiff.daemon;

import dev.skiff.dev.NetDevice;
import dev.skiff.header.Ip4Addr;
import dev.skiff.ip.IcmpError;
import dev.skiff.ip.PingReply;
import dev.skiff.ip.PingSocket;
import dev.skiff.skb.DropReason;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a ping tells, an object of JSON each; the names are part of the protocol. Any thread. */
final class PingEvents {
  private static final String SUMMARY = "summary";
  private static final String SEQ = "icmp_seq";
  private static final String FROM = "from";

  /** The most bytes of wrong data that are shown: all that an Ethernet frame has. */
  private static final int MAX_SHOWN = 1472;

  private PingEvents() {}

  private static Map<String, Object> event(String name) {
    Map<String, Object> event = new LinkedHashMap<>();
    event.put("event", name);
    return event;
  }

  /**
   * It begins.
   *
   * @param source our address that was chosen; 0.0.0.0 if none was
   * @param dev our device that was chosen
   */
  static Map<String, Object> start(
      PingSocket socket, int source, @Nullable NetDevice dev, int size) {
    Map<String, Object> start = event("start");
    start.put("dst", Ip4Addr.format(socket.daddr()));
    if (source != Ip4Addr.ANY) {
      start.put("src", Ip4Addr.format(source));
    }
    if (dev != null) {
      start.put("dev", dev.name());
    }
    start.put("size", size);
    start.put("id", socket.id());
    return start;
  }

  /** A request went out. */
  static Map<String, Object> sent(int sequence) {
    Map<String, Object> sent = event("sent");
    sent.put(SEQ, sequence);
    return sent;
  }

  /**
   * A request did not go out.
   *
   * @param errno the reason in the words of the C library
   * @param mtu of the path, if the request is longer
   */
  static Map<String, Object> local(int sequence, DropReason reason, String errno, int mtu) {
    Map<String, Object> local = event("local");
    local.put(SEQ, sequence);
    local.put("reason", reason.name());
    if (reason == DropReason.PKT_TOO_BIG) {
      local.put("mtu", mtu);
    } else {
      local.put("error", errno);
    }
    return local;
  }

  /**
   * A reply came.
   *
   * @param timed whether the data are long enough to carry a time
   */
  static Map<String, Object> reply(PingReply reply, long rttUs, boolean timed) {
    Map<String, Object> members = event("reply");
    members.put("bytes", reply.bytes());
    members.put(FROM, Ip4Addr.format(reply.source()));
    members.put(SEQ, reply.sequence());
    members.put("ttl", reply.ttl());
    if (reply.isTruncated()) {
      members.put("truncated", true);
    } else if (timed) {
      members.put("time_us", rttUs);
    }
    if (reply.isDuplicate()) {
      members.put("dup", true);
    }
    if (reply.wrongAt() >= 0) {
      byte[] data = reply.data();
      members.put("wrong_at", reply.wrongAt());
      members.put("wanted", reply.wanted());
      members.put("was", data[reply.wrongAt()] & 0xFF);
      members.put("data", HexFormat.of().formatHex(data, 0, Math.min(MAX_SHOWN, data.length)));
    }
    return members;
  }

  /** A request did not get there. */
  static Map<String, Object> error(int sequence, int from, IcmpError why) {
    Map<String, Object> error = event("error");
    error.put(FROM, Ip4Addr.format(from));
    error.put(SEQ, sequence);
    error.put("type", why.type());
    error.put("code", why.code());
    error.put("info", why.info());
    return error;
  }

  /** It has ended. */
  static Map<String, Object> summary(Map<String, Object> figures) {
    Map<String, Object> summary = event(SUMMARY);
    summary.putAll(figures);
    return summary;
  }

  /** Whether it is the last that is told. */
  static boolean isSummary(Map<String, Object> event) {
    return SUMMARY.equals(event.get("event"));
  }
}
