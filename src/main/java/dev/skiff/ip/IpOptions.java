package dev.skiff.ip;

import dev.skiff.header.IpHdr;
import dev.skiff.header.IpOpt;
import dev.skiff.skb.Packet;
import dev.skiff.skb.SkBuff;
import java.util.function.IntPredicate;

/**
 * {@code struct ip_options}: the options of one datagram, walked once, with what is to be known of
 * them. RFC 791 3.1, RFC 1122 3.2.1.8; net/ipv4/ip_options.c.
 *
 * <p>Of the options understood, record route, timestamp, router alert and the two source routes,
 * there is at most one each. All others, those too that are obsolete as the stream id, MUST be
 * ignored silently (RFC 1122 3.2.1.8), and are. Nothing here allocates. Thread: the loop thread.
 */
public final class IpOptions {
  /** The most bytes that they take: a header has 60, of which 20 are no options. RFC 791 3.1. */
  public static final int MAX_LEN = 40;

  private static final int NONE = OptionArea.NONE;

  private static final int RIGHT = OptionArea.RIGHT;

  private final OptionArea area = new OptionArea();

  /** Who has sent the datagram that these came with. */
  private int saddr;

  private int firstHop;

  // Where each option begins in the data, or NONE.
  private int srr = NONE;
  private int rr = NONE;
  private int ts = NONE;
  private int routerAlert = NONE;

  // What is filled in when they are sent: the 4 or 8 bytes in front of where the pointer points.
  private boolean rrNeedsAddress;
  private boolean tsNeedsAddress;
  private boolean tsNeedsTime;

  /** {@code IPOPT_RA}: a router alert alone, as IGMP messages carry it. RFC 2113 2.1. */
  public static IpOptions ofRouterAlert() {
    IpOptions options = new IpOptions();
    options.routerAlert = options.area.extend(IpOpt.ROUTER_ALERT, IpOpt.ROUTER_ALERT_LEN);
    return options;
  }

  /** Forgets what it knew. */
  public void clear() {
    area.clear();
    saddr = 0;
    firstHop = 0;
    srr = NONE;
    rr = NONE;
    ts = NONE;
    routerAlert = NONE;
    rrNeedsAddress = false;
    tsNeedsAddress = false;
    tsNeedsTime = false;
  }

  // ---- Those received ---------------------------------------------------------------------------

  /**
   * {@code ip_options_compile}: reads the options of a received header. The packet stays as it is,
   * since an error about it has to quote it as it came (RFC 1122 3.2.2); what the kernel writes
   * into it here, {@link #echo} writes into the answer.
   *
   * @param ip the offset of a header that is whole, {@code ihl} words of it
   * @return 0 if they are well-formed; else the offset of the wrong byte in the header, 20 to 59,
   *     for a parameter problem. What stands in front of it is known then
   */
  int compile(Packet packet, int ip) {
    clear();
    saddr = IpHdr.saddr(packet, ip);
    area.read(packet, ip + IpHdr.MIN_LEN, IpHdr.ihl(packet, ip) * 4 - IpHdr.MIN_LEN);
    for (int at = 0; at < area.length(); ) {
      int type = area.u8(at);
      if (type == IpOpt.END) {
        break; // RFC 791 3.1: what follows is padding.
      }
      if (type == IpOpt.NOOP) {
        at++;
        continue;
      }
      int left = area.length() - at;
      if (left < IpOpt.MIN_LEN || area.len(at) < IpOpt.MIN_LEN || area.len(at) > left) {
        return IpHdr.MIN_LEN + at;
      }
      int wrong = wrongByte(type, at);
      if (wrong != RIGHT) {
        return IpHdr.MIN_LEN + at + wrong;
      }
      at += area.len(at);
    }
    return 0;
  }

  /** Notes an option that fits into the header, unless a byte of it is wrong: which, from 0. */
  private int wrongByte(int type, int at) {
    return switch (type) {
      case IpOpt.LSRR, IpOpt.SSRR -> noteSourceRoute(at);
      case IpOpt.RR -> noteRecordRoute(at);
      case IpOpt.TIMESTAMP -> noteTimestamp(at);
      case IpOpt.ROUTER_ALERT -> noteRouterAlert(at);
      default -> RIGHT;
    };
  }

  private int noteSourceRoute(int at) {
    int wrong = area.wrongInSourceRoute(at);
    if (wrong != RIGHT) {
      return wrong;
    }
    if (srr != NONE) {
      return 0; // RFC 1122 3.2.1.8 (c): MUST NOT be in a datagram more than once.
    }
    srr = at;
    return RIGHT;
  }

  private int noteRecordRoute(int at) {
    int wrong = rr == NONE ? area.wrongInRecordRoute(at) : 0;
    if (wrong == RIGHT) {
      rr = at;
    }
    return wrong;
  }

  private int noteTimestamp(int at) {
    int wrong = ts == NONE ? area.wrongInTimestamp(at) : 0;
    if (wrong == RIGHT) {
      ts = at;
    }
    return wrong;
  }

  private int noteRouterAlert(int at) {
    if (area.len(at) < IpOpt.ROUTER_ALERT_LEN) {
      return IpOpt.LENGTH;
    }
    // RFC 2113 2.1: 0 is "examine packet"; other values are reserved.
    if (area.u8(at + 2) == 0 && area.u8(at + 3) == 0) {
      routerAlert = at;
    }
    return RIGHT;
  }

  // ---- What they say ----------------------------------------------------------------------------

  /** Whether there are none. */
  public boolean isEmpty() {
    return area.length() == 0;
  }

  /** Bytes that they take in the header, a multiple of 4, 0 to 40. */
  public int length() {
    return area.length();
  }

  /** Whether there is a record route. */
  public boolean hasRecordRoute() {
    return rr != NONE;
  }

  /** Whether there is a timestamp option. */
  public boolean hasTimestamp() {
    return ts != NONE;
  }

  /** Whether routers are to look at the datagram: RFC 2113. */
  public boolean hasRouterAlert() {
    return routerAlert != NONE;
  }

  /** Whether there is a source route, loose or strict. */
  public boolean hasSourceRoute() {
    return srr != NONE;
  }

  /** {@code is_strictroute}: whether there is a source route, and a strict one. */
  public boolean isStrictRoute() {
    return srr != NONE && area.u8(srr) == IpOpt.SSRR;
  }

  /**
   * Whether a datagram with these has come to where it was to go: it has no source route, or one at
   * whose end it is. RFC 1122 3.2.1.8 (c).
   */
  public boolean isSourceRouteExhausted() {
    return srr == NONE || area.isFull(srr);
  }

  /** {@code opt->srr}: where the source route begins in the IP header; 0 if there is none. */
  int sourceRouteAt() {
    return srr == NONE ? 0 : IpHdr.MIN_LEN + srr;
  }

  /** Where a datagram with them goes first: {@code daddr} unless they have a source route. */
  int firstHop(int daddr) {
    return srr == NONE ? daddr : firstHop;
  }

  // ---- Those of an answer -----------------------------------------------------------------------

  /**
   * {@code ip_options_echo}: become the options of the answer to a datagram that had {@code
   * received}.
   *
   * <p>RFC 1122 3.2.2.6: in an echo reply record route and timestamp SHOULD be updated to include
   * this host, without truncation, and the source route MUST be reversed. As in Linux the host
   * stands in them twice if there is room: once as where the datagram came in, and once as where
   * the answer goes out, which {@link #build} fills in. An overflow is counted once.
   *
   * @param received what {@link #compile} has found well-formed; another than this
   * @param specDst the address that it came to, an own one: RFC 1122 3.2.1.6
   * @param isLocal whether an address is our own
   * @param msOfDay milliseconds since midnight UT, 0 to 86,399,999
   * @return false if, once we stand in it, some room is left but not enough: RFC 791 3.1 has such a
   *     datagram discarded, and Linux does not answer it
   */
  boolean echo(IpOptions received, int specDst, IntPredicate isLocal, int msOfDay) {
    clear();
    boolean whole = true;
    if (received.rr != NONE) {
      rr = area.append(received.area, received.rr);
      whole = record(specDst);
    }
    if (received.ts != NONE) {
      ts = area.append(received.area, received.ts);
      whole &= stamp(specDst, isLocal, msOfDay);
    }
    if (received.srr != NONE) {
      reverse(received);
    }
    area.pad();
    return whole;
  }

  private boolean record(int specDst) {
    int slot = area.claim(rr, Integer.BYTES);
    if (slot == NONE) {
      return true;
    }
    area.put32(slot, specDst);
    rrNeedsAddress = area.claim(rr, Integer.BYTES) != NONE;
    return !area.overruns(rr, Integer.BYTES);
  }

  private boolean stamp(int specDst, IntPredicate isLocal, int msOfDay) {
    if (area.isFull(ts) && area.countsOverflow(ts)) {
      area.countOverflow(ts);
    }
    int slot = claimStamp(isLocal);
    if (slot == NONE) {
      return true;
    }
    boolean writesAddress = area.flag(ts) == IpOpt.TS_TSANDADDR;
    if (writesAddress) {
      area.put32(slot, specDst);
    }
    area.put32(ts + area.pointer(ts) - 1 - Integer.BYTES, msOfDay);
    tsNeedsTime = claimStamp(isLocal) != NONE;
    tsNeedsAddress = tsNeedsTime && writesAddress;
    return tsNeedsTime || !area.overruns(ts, writesAddress ? area.stampLen(ts) : Integer.BYTES);
  }

  /** Room for one more stamp, which of those for prespecified addresses must be for ours. */
  private int claimStamp(IntPredicate isLocal) {
    int n = area.stampLen(ts);
    boolean wanted =
        switch (area.flag(ts)) {
          case IpOpt.TS_TSONLY, IpOpt.TS_TSANDADDR -> true;
          case IpOpt.TS_PRESPEC ->
              area.room(ts) >= n && isLocal.test(area.get32(ts + area.pointer(ts) - 1));
          default -> false; // Nobody knows what a stamp would look like.
        };
    return wanted ? area.claim(ts, n) : NONE;
  }

  /**
   * RFC 1122 3.2.1.8 (c): the way back is the recorded route in the opposite direction. Behind its
   * last hop is where the datagram came from, which some senders record too: once is enough.
   */
  private void reverse(IpOptions received) {
    int from = received.srr;
    int recorded = Math.min(received.area.pointer(from), received.area.len(from) + 1) - 1;
    int hop = recorded - Integer.BYTES;
    if (hop < IpOpt.ROUTE_ADDRESSES) {
      return; // It came here directly.
    }
    int to = area.length();
    int n = IpOpt.ROUTE_ADDRESSES;
    int first = received.area.get32(from + hop);
    int last = first;
    for (hop -= Integer.BYTES; hop >= IpOpt.ROUTE_ADDRESSES; hop -= Integer.BYTES) {
      last = received.area.get32(from + hop);
      area.put32(to + n, last);
      n += Integer.BYTES;
    }
    if (last == received.saddr) {
      n -= Integer.BYTES;
    }
    n += Integer.BYTES; // The last one's place, for the destination.
    if (n <= IpOpt.ROUTE_ADDRESSES) {
      return;
    }
    srr = area.extend(received.area.u8(from), n);
    area.setPointer(srr, IpOpt.ROUTE_MIN_POINTER);
    firstHop = first;
  }

  // ---- Into a header to be sent -----------------------------------------------------------------

  /**
   * {@code ip_options_build}: writes them behind the 20 bytes at {@code ip}, with what is known
   * only now.
   *
   * @param saddr the address of the device by which it goes, for record route and timestamp
   * @param daddr where it is to come in the end: the last hop of a source route
   * @param msOfDay milliseconds since midnight UT, 0 to 86,399,999
   */
  void build(SkBuff skb, int ip, int saddr, int daddr, int msOfDay) {
    int to = ip + IpHdr.MIN_LEN;
    area.write(skb, to);
    if (srr != NONE) {
      skb.set32(to + srr + area.len(srr) - Integer.BYTES, daddr);
    }
    if (rrNeedsAddress) {
      skb.set32(to + rr + area.pointer(rr) - 1 - Integer.BYTES, saddr);
    }
    if (tsNeedsAddress) {
      skb.set32(to + ts + area.pointer(ts) - 1 - 2 * Integer.BYTES, saddr);
    }
    if (tsNeedsTime) {
      skb.set32(to + ts + area.pointer(ts) - 1 - Integer.BYTES, msOfDay);
    }
  }

  /**
   * {@code ip_options_fragment}: of the header at {@code ip}, those options that only the first
   * fragment carries become NOPs. RFC 791 3.1, the copied flag. The checksum is the caller's.
   */
  static void fragment(SkBuff skb, int ip) {
    int end = ip + IpHdr.ihl(skb, ip) * 4;
    for (int at = ip + IpHdr.MIN_LEN; at < end; ) {
      int type = skb.u8(at);
      if (type == IpOpt.END) {
        return;
      }
      if (type == IpOpt.NOOP) {
        at++;
        continue;
      }
      int n = at + 1 < end ? skb.u8(at + IpOpt.LENGTH) : 0;
      if (n < IpOpt.MIN_LEN || n > end - at) {
        return;
      }
      for (int next = at + n; at < next; at++) {
        if ((type & IpOpt.COPIED) == 0) {
          skb.set8(at, IpOpt.NOOP);
        }
      }
    }
  }
}
