package dev.skiff.ip;

import dev.skiff.header.Ip4Addr;

/**
 * What has become of a datagram of ours, as an ICMP message says it, or would: RFC 792, RFC 1122
 * 3.2.2. It is used again and again: valid during the call.
 *
 * <p>Thread: the loop thread.
 */
public final class IcmpError {
  private int type;
  private int code;
  private int info;
  private int reporter;

  void set(int type, int code, int info, int reporter) {
    this.type = type;
    this.code = code;
    this.info = info;
    this.reporter = reporter;
  }

  /**
   * {@link dev.skiff.header.IcmpHdr#DEST_UNREACH}, {@code TIME_EXCEEDED}, {@code PARAMETERPROB}.
   */
  public int type() {
    return type;
  }

  /** Says more, for each type otherwise. */
  public int code() {
    return code;
  }

  /**
   * For "fragmentation needed" the MTU of the next hop in bytes, 0 if it was not said (RFC 1191);
   * for a parameter problem the offset of the wrong byte; else 0.
   */
  public int info() {
    return info;
  }

  /** Who says so: an address; 0.0.0.0 if this stack itself found it out. */
  public int reporter() {
    return reporter;
  }

  /** Whether this stack itself found it out, so that nobody can have forged it. */
  public boolean isOurOwn() {
    return reporter == Ip4Addr.ANY;
  }
}
