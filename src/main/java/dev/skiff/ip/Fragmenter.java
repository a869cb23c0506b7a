package dev.skiff.ip;

import dev.skiff.dev.NetDevice;
import dev.skiff.header.IpHdr;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * {@code ip_fragment}: cuts a datagram that is longer than its path takes. RFC 791 3.2, RFC 1122
 * 3.3.3.
 *
 * <p>Thread: the loop thread.
 */
final class Fragmenter {
  private static final String HOLDER = "ip_fragment";

  /** Fragments carry a multiple of so many bytes, the last one excepted. */
  private static final int UNIT = 8;

  private final IpOutput output;
  private final IpCounters stats;

  Fragmenter(IpOutput output, IpCounters stats) {
    this.output = output;
    this.stats = stats;
  }

  /**
   * Sends a datagram in pieces, from copies of its bytes.
   *
   * @param skb lent: data and network header at a finished IP header, options included
   * @param mtu bytes of the longest piece, with its header
   * @return {@code CONSUMED} if all pieces were taken; else why one was not, and then none behind
   *     it
   */
  DropReason fragment(SkBuff skb, NetDevice dev, RouteCache.Rtable rt, int mtu, long nowNs) {
    skb.hop(HOLDER);
    int ip = skb.networkHeader();
    int headerLen = IpHdr.ihl(skb, ip) * 4;
    int each = (mtu - headerLen) / UNIT * UNIT;
    if (each < UNIT) {
      stats.count(IpStat.IP_FRAG_FAILS);
      return DropReason.PKT_TOO_BIG;
    }
    int total = skb.len() - headerLen;
    for (int offset = 0; offset < total; offset += each) {
      int n = Math.min(each, total - offset);
      SkBuff piece = piece(skb, dev, headerLen, offset, n, offset + n < total);
      if (piece == null) {
        stats.count(IpStat.IP_FRAG_FAILS);
        return DropReason.NOMEM;
      }
      DropReason reason = output.finish(piece, dev, rt, headerLen + n, nowNs);
      if (reason != DropReason.NOT_DROPPED) {
        stats.count(IpStat.IP_FRAG_FAILS);
        piece.free(reason);
        return reason;
      }
      stats.count(IpStat.IP_FRAG_CREATES);
    }
    stats.count(IpStat.IP_FRAG_OKS);
    return DropReason.CONSUMED;
  }

  private static @Nullable SkBuff piece(
      SkBuff skb, NetDevice dev, int headerLen, int offset, int n, boolean more) {
    int frameLen = Math.max(dev.headerLen() + headerLen + n, dev.link().minFrameLen());
    SkBuff piece = dev.pool().devAlloc(frameLen, HOLDER);
    if (piece == null) {
      return null;
    }
    piece.reserve(dev.headerLen());
    int to = piece.put(headerLen + n);
    piece.resetNetworkHeader();
    int from = skb.networkHeader();
    MemorySegment.copy(skb.segment(), from, piece.segment(), to, headerLen);
    MemorySegment.copy(
        skb.segment(), from + headerLen + offset, piece.segment(), to + headerLen, n);
    if (offset > 0 && headerLen > IpHdr.MIN_LEN) {
      // RFC 791 3.1: options without the copied flag stand in the first fragment only.
      IpOptions.fragment(piece, to);
    }
    int fragOff = offset / UNIT | (more ? IpHdr.MF : 0);
    IpHdr.rewrite(piece, to, IpHdr.tos(piece, to), headerLen + n, fragOff);
    return piece;
  }
}
