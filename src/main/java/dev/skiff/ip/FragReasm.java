package dev.skiff.ip;

import dev.skiff.header.EthHdr;
import dev.skiff.header.EtherType;
import dev.skiff.header.InetChecksum;
import dev.skiff.header.IpHdr;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.IpSummed;
import dev.skiff.skb.SkBuff;
import dev.skiff.skb.SkBuffPool;
import org.jspecify.annotations.Nullable;

/**
 * {@code ip_frag_reasm}: makes one datagram of all its fragments. Linux chains them; here they are
 * copied, once, and summed on the way. Thread: the loop thread.
 */
final class FragReasm {
  /** The most bytes in a datagram: RFC 791 3.1, total length. */
  static final int MOST_BYTES = 0xFFFF;

  /** Whom the ledger names as the holder of the whole. */
  static final String HOLDER = "ip_frag_reasm";

  /** Room for what a reply in place has in front; the IP header is aligned as a received one's. */
  static final int HEADROOM = SkBuff.NET_SKB_PAD + SkBuff.NET_IP_ALIGN + EthHdr.HLEN;

  /**
   * A reply in place to a short datagram is padded. It ends where the datagram ended, and may begin
   * behind the most options, which it has not: RFC 791 3.1.
   */
  private static final int SHORTEST = EthHdr.ZLEN - EthHdr.HLEN + 40;

  /** {@code INET_ECN_CE}: congestion experienced. */
  private static final int CE = 3;

  private static final int NOT_ECT_SEEN = 1;
  private static final int CE_SEEN = 1 << CE;

  private FragReasm() {}

  /**
   * Whether the fragments of a datagram that are all there may be one.
   *
   * @param first fragment 0, whose header becomes that of the whole
   */
  static DropReason check(FragQueue q, SkBuff first) {
    if (IpHdr.ihl(first, first.data()) * 4 + q.dataLen() > MOST_BYTES) {
      return DropReason.IP_FRAGMENT_TOO_LONG;
    }
    // ip_frag_ecn_table; RFC 3168 5.3: with CE in one and Not-ECT in another it MUST be dropped.
    boolean mixed = (q.ecn() & NOT_ECT_SEEN) != 0 && q.ecn() != NOT_ECT_SEEN;
    return mixed ? DropReason.IP_FRAGMENT_ECN : DropReason.NOT_DROPPED;
  }

  /**
   * Copies all fragments of a datagram into one buffer. They stay whose they are.
   *
   * @param first fragment 0
   * @param last the one that came last, which is not held yet
   * @return the datagram, data at its IP header; null, counted, if there is no buffer for it
   */
  static @Nullable SkBuff copy(FragQueue q, SkBuff first, SkBuff last, SkBuffPool pool) {
    int headerLen = IpHdr.ihl(first, first.data()) * 4;
    int totLen = headerLen + q.dataLen();
    SkBuff whole = pool.alloc(HEADROOM + Math.max(totLen, SHORTEST), HOLDER);
    if (whole == null) {
      return null;
    }
    whole.reserve(HEADROOM);
    int ip = whole.put(totLen);
    whole.resetMacHeader(); // There is no link header: it was each fragment's own.
    whole.resetNetworkHeader();
    first.copyTo(first.data(), whole.segment(), ip, headerLen);
    int sum = copyData(last, whole, ip + headerLen);
    for (SkBuff skb = q.fragments().peek(); skb != null; skb = q.fragments().next(skb)) {
      sum = InetChecksum.add(sum, copyData(skb, whole, ip + headerLen));
    }
    whole.setCsum(sum, IpSummed.COMPLETE);
    int tos = IpHdr.tos(first, first.data()) | ((q.ecn() & CE_SEEN) != 0 ? CE : 0);
    // As Linux: DF, if the longest fragment had it. Nobody sends this datagram on; who is told of
    // an error about it gets to see it.
    IpHdr.rewrite(whole, ip, tos, totLen, q.longestHadDf() ? IpHdr.DF : 0);
    whole.setProtocol(EtherType.IP);
    whole.setPktType(q.pktType());
    whole.setDeviceIndex(last.deviceIndex());
    whole.setStampNs(last.stampNs());
    return whole;
  }

  /** Copies the data of one fragment to its place; its sum, which begins at an even offset. */
  private static int copyData(SkBuff skb, SkBuff whole, int to) {
    int from = skb.data() + IpHdr.ihl(skb, skb.data()) * 4;
    int n = FragQueue.lenOf(skb);
    int at = to + FragQueue.offsetOf(skb);
    if (skb.ipSummed() == IpSummed.COMPLETE) {
      skb.copyTo(from, whole.segment(), at, n);
      return skb.csum();
    }
    return InetChecksum.copyAndSum(skb.segment(), from, whole.segment(), at, n);
  }
}
