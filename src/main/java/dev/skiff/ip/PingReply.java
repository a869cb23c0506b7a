package dev.skiff.ip;

import dev.skiff.header.IcmpHdr;
import dev.skiff.header.IpHdr;
import dev.skiff.skb.SkBuff;
import java.lang.foreign.MemorySegment;

/**
 * An echo reply, and what it says of its request. There is one for each {@link PingSocket}, used
 * again and again: valid during the call. Thread: the loop thread.
 */
public final class PingReply {
  private static final int RIGHT = -1;

  private int source;
  private int sequence;
  private int ttl;
  private int bytes;
  private long rttNs;
  private boolean duplicate;
  private int wrongAt;
  private byte[] data = {};
  private byte[] sent = {};

  /**
   * @param from where the data are compared from: before that they are a time
   */
  PingReply set(SkBuff skb, int icmp, byte[] sent, int from, long rttNs, boolean duplicate) {
    int ip = skb.networkHeader();
    source = IpHdr.saddr(skb, ip);
    ttl = IpHdr.ttl(skb, ip);
    sequence = IcmpHdr.sequence(skb, icmp);
    bytes = skb.tail() - icmp;
    this.rttNs = rttNs;
    this.duplicate = duplicate;
    this.sent = sent;
    int at = icmp + IcmpHdr.LEN;
    int n = Math.min(sent.length, bytes - IcmpHdr.LEN);
    long differs =
        n <= from
            ? RIGHT
            : MemorySegment.mismatch(
                skb.segment(), at + from, at + n, MemorySegment.ofArray(sent), from, n);
    wrongAt = differs < 0 ? RIGHT : from + (int) differs;
    if (wrongAt != RIGHT) {
      data = new byte[n];
      skb.copyTo(at, data, n);
    }
    return this;
  }

  /** Who has sent it. */
  public int source() {
    return source;
  }

  /** Its sequence number, 0 to 65,535. */
  public int sequence() {
    return sequence;
  }

  /** Its time to live, 0 to 255. */
  public int ttl() {
    return ttl;
  }

  /** Bytes in the ICMP message, its header of 8 included. */
  public int bytes() {
    return bytes;
  }

  /** Nanoseconds since the request was sent. */
  public long rttNs() {
    return rttNs;
  }

  /** Whether there was a reply to this request before. */
  public boolean isDuplicate() {
    return duplicate;
  }

  /** Whether it has fewer data than were sent. */
  public boolean isTruncated() {
    return bytes < IcmpHdr.LEN + sent.length;
  }

  /** Where in the data the first byte stands that is not as it was sent; negative if all are. */
  public int wrongAt() {
    return wrongAt;
  }

  /** The byte that was sent at {@link #wrongAt}. */
  public int wanted() {
    return sent[wrongAt] & 0xFF;
  }

  /** The data as they came, as many as were sent at most; only where {@link #wrongAt} says so. */
  public byte[] data() {
    return data;
  }
}
