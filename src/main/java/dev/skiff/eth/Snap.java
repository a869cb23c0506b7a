package dev.skiff.eth;

import dev.skiff.dev.NetDevice;
import dev.skiff.dev.PacketHandler;
import dev.skiff.header.EtherType;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;

/**
 * The Sub-Network Access Protocol over 802.2 LLC, {@code snap_rcv} of net/802/psnap.c: a frame with
 * a length in place of the type, and the type five bytes behind it. RFC 1042, and RFC 1122 2.3.3: a
 * host SHOULD be able to receive IP so, intermixed with RFC 894. Nothing is sent in this form.
 *
 * <pre>
 *   0    1    2    3              6         8
 *  +----+----+----+--------------+---------+--------
 *  | AA | AA | 03 |   00 00 00   |  type   | payload
 *  +----+----+----+--------------+---------+--------
 *   DSAP SSAP ctrl      OUI
 * </pre>
 *
 * <p>Thread: the loop thread.
 */
public final class Snap implements PacketHandler {
  /** Bytes in the length field, the last of the link header. */
  private static final int LENGTH = 2;

  private static final int LEN = 8;
  private static final int LLC_SNAP = 0xAAAA03;
  private static final int OUI = 3;
  private static final int TYPE = 6;
  private static final String SNAP_RCV = "snap_rcv";

  @Override
  public DropReason receive(SkBuff skb, NetDevice dev, long nowNs) {
    skb.hop(SNAP_RCV);
    int length = skb.u16(skb.data() - LENGTH); // In front of LLC, behind a priority tag too.
    if (length > skb.len()) {
      return dev.rxLengthError(DropReason.PKT_802_3_LENGTH);
    }
    skb.trim(length); // What is behind it is padding.
    if (!skb.mayPull(LEN)) {
      return DropReason.PKT_TOO_SMALL;
    }
    int llc = skb.data();
    int type = skb.u16(llc + TYPE);
    boolean encapsulated = u24(skb, llc) == LLC_SNAP && u24(skb, llc + OUI) == 0;
    if (!encapsulated || type < EtherType.P_802_3_MIN) {
      return DropReason.UNHANDLED_PROTO;
    }
    var _ = skb.pull(LEN);
    skb.setProtocol(type);
    skb.resetNetworkHeader();
    return dev.deliverAgain(skb, nowNs);
  }

  private static int u24(SkBuff skb, int at) {
    return skb.u8(at) << 16 | skb.u16(at + 1);
  }
}
