package dev.skiff.ip;

import dev.skiff.dev.NetDevice;
import dev.skiff.header.IpHdr;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.IpSummed;
import dev.skiff.skb.PacketType;
import dev.skiff.skb.SkBuff;
import dev.skiff.skb.SkBuffQueue;
import org.jspecify.annotations.Nullable;

/**
 * {@code struct ipq}: the fragments of one datagram that have come so far. They are held as they
 * are, each with its IP header at data, in the order in which they came: each is copied to its own
 * place when all are there. Used again and again. Thread: the loop thread.
 */
final class FragQueue extends FragTable.Node<FragQueue> {
  /** What one takes besides its fragments, about, in bytes: {@code fqdir->f->qsize}. */
  static final int BYTES = FragMap.BYTES + 256;

  private static final int BLOCK = 8;
  private static final int ECN_MASK = 3;

  // skb->cb of a fragment.
  private static final int CB_OFFSET = 0;
  private static final int CB_LEN = 1;
  private static final int CB_DEVICE = 2;

  // The key: RFC 791 3.2, "identification, source, destination, and protocol".
  private int saddr;
  private int daddr;
  private int idAndProtocol;

  final FragList.Link byAge = new FragList.Link(this);
  final FragList.Link bySource = new FragList.Link(this);
  @Nullable FragSource source;
  @Nullable FragQueue spare;

  /** When it is given up. */
  long deadlineNs;

  /** What it takes, {@link #BYTES} included. */
  int bytes;

  private final SkBuffQueue fragments = new SkBuffQueue("ip_frag");
  private final FragMap map = new FragMap();

  /** {@code q.len}: the end of the data as far as it is known. */
  private int end;

  /** {@code q.meat}: the bytes that have come. */
  private int meat;

  /** {@code INET_FRAG_LAST_IN}. */
  private boolean lastIn;

  private @Nullable SkBuff first;
  private @Nullable NetDevice firstDev;
  private int ecn;
  private int maxSize;
  private int maxDfSize;
  private PacketType pktType = PacketType.HOST;

  /** {@code ip4_frag_init}: begins anew, for the datagram that a fragment belongs to. */
  void begin(int saddr, int daddr, int idAndProtocol, long deadlineNs) {
    this.saddr = saddr;
    this.daddr = daddr;
    this.idAndProtocol = idAndProtocol;
    this.deadlineNs = deadlineNs;
    bytes = BYTES;
    end = 0;
    meat = 0;
    lastIn = false;
    ecn = 0;
    maxSize = 0;
    maxDfSize = 0;
    pktType = PacketType.HOST;
  }

  /** {@code ip4_obj_cmpfn}: whether it is the datagram with this key. */
  boolean is(int saddr, int daddr, int idAndProtocol) {
    return this.saddr == saddr && this.daddr == daddr && this.idAndProtocol == idAndProtocol;
  }

  int saddr() {
    return saddr;
  }

  /**
   * Whether a fragment can be a part of it.
   *
   * @param offset where its data begins, a multiple of 8
   * @param len bytes of data, more than 0; a multiple of 8 unless it is the last
   * @return {@code NOT_DROPPED} if it can; {@code DUP_FRAG}: it is there already; else the whole
   *     datagram is spoilt
   */
  DropReason check(int offset, int len, boolean last) {
    int itsEnd = offset + len;
    boolean beyond = lastIn && itsEnd > end;
    boolean twoEnds = last && (itsEnd < end || beyond);
    if (beyond || twoEnds) {
      return DropReason.IP_FRAGMENT_END;
    }
    return switch (map.fit(offset / BLOCK, blocks(itsEnd))) {
      case NEW -> DropReason.NOT_DROPPED;
      // The same range with another MF: whichever is right, the other is not.
      case DUPLICATE ->
          last == (lastIn && itsEnd == end) ? DropReason.DUP_FRAG : DropReason.IP_FRAGMENT_OVERLAP;
      case OVERLAP -> DropReason.IP_FRAGMENT_OVERLAP;
    };
  }

  private static int blocks(int bytes) {
    return (bytes + BLOCK - 1) / BLOCK;
  }

  /**
   * Notes a fragment that {@link #check} has found nothing against. It is still the caller's.
   *
   * @return whether that makes the datagram whole
   */
  boolean note(SkBuff skb, int offset, int len, boolean last, NetDevice dev) {
    int ip = skb.data();
    int headerLen = IpHdr.ihl(skb, ip) * 4;
    if (skb.len() - headerLen != len && skb.ipSummed() != IpSummed.UNNECESSARY) {
      skb.setCsum(0, IpSummed.NONE); // Its end was cut off.
    }
    skb.setCb(CB_OFFSET, offset);
    skb.setCb(CB_LEN, len);
    skb.setCb(CB_DEVICE, dev.index());
    map.add(offset / BLOCK, blocks(offset + len));
    meat += len;
    end = Math.max(end, offset + len);
    lastIn |= last;
    if (offset == 0) {
      first = skb;
      firstDev = dev;
    }
    ecn |= 1 << (IpHdr.tos(skb, ip) & ECN_MASK);
    maxSize = Math.max(maxSize, headerLen + len);
    if ((IpHdr.fragOff(skb, ip) & IpHdr.DF) != 0) {
      maxDfSize = Math.max(maxDfSize, headerLen + len);
    }
    // One that came in a link-layer broadcast is enough: no ICMP error about the whole, RFC 1122
    // 3.2.2.
    if (skb.pktType() != PacketType.HOST) {
      pktType = skb.pktType();
    }
    return first != null && lastIn && meat == end;
  }

  /** Holds a fragment that was noted. */
  void hold(SkBuff skb) {
    skb.orphan(); // As Linux: who has sent it, if it comes from here, need not wait as long.
    fragments.queueTail(skb);
  }

  /** Frees all that it holds. */
  void purge(DropReason reason) {
    var _ = fragments.purge(reason);
    map.clear();
    first = null;
    firstDev = null;
  }

  /** Whether a fragment that it holds came by a device. */
  boolean hasFrom(NetDevice dev) {
    for (SkBuff skb = fragments.peek(); skb != null; skb = fragments.next(skb)) {
      if (skb.cb(CB_DEVICE) == dev.index()) {
        return true;
      }
    }
    return false;
  }

  /** The fragments that it holds, the first that came first. */
  SkBuffQueue fragments() {
    return fragments;
  }

  /** Where a fragment's data begins in the whole's. */
  static int offsetOf(SkBuff fragment) {
    return (int) fragment.cb(CB_OFFSET);
  }

  /** Bytes of a fragment's data. */
  static int lenOf(SkBuff fragment) {
    return (int) fragment.cb(CB_LEN);
  }

  /** Fragment 0; null if it has not come. */
  @Nullable SkBuff first() {
    return first;
  }

  /** The device that fragment 0 came by; null if it has not come. */
  @Nullable NetDevice firstDev() {
    return firstDev;
  }

  /** Bytes of data in the whole, when all are there. */
  int dataLen() {
    return end;
  }

  /** A bit for each of the four ECN codepoints that a fragment had: bit 0 for Not-ECT. */
  int ecn() {
    return ecn;
  }

  /** Whether the longest fragment had DF. */
  boolean longestHadDf() {
    return maxDfSize == maxSize;
  }

  /** {@code HOST} if all fragments came to us alone. */
  PacketType pktType() {
    return pktType;
  }
}
