package dev.skiff.ip;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.skiff.dev.NetDevice;
import dev.skiff.header.Ip4Addr;
import org.jspecify.annotations.Nullable;

/**
 * {@code struct flowi4} and {@code struct ipcm_cookie}: what a protocol says of a datagram that it
 * sends. RFC 1122 3.4: TOS, TTL, options and both addresses are the transport's to set.
 *
 * <p>A protocol has one and uses it again and again: {@link #to} forgets what was said before.
 * Thread: the loop thread.
 */
public final class Flow {
  int daddr;
  int protocol;
  int saddr;
  boolean anySource;
  boolean answer;
  int tos;
  int ttl;
  PmtuDisc pmtuDisc = PmtuDisc.WANT;
  @Nullable IpOptions options;
  @Nullable NetDevice dev;

  /**
   * Begins anew: a datagram of {@code protocol} to {@code daddr}, and everything else as usual.
   *
   * @param daddr an address, a broadcast or a group
   * @param protocol 0 to 255
   */
  @CanIgnoreReturnValue
  public Flow to(int daddr, int protocol) {
    this.daddr = daddr;
    this.protocol = protocol;
    saddr = Ip4Addr.ANY;
    anySource = false;
    answer = false;
    tos = 0;
    ttl = 0;
    pmtuDisc = PmtuDisc.WANT;
    options = null;
    dev = null;
    return this;
  }

  /** From this address, which must be ours; unless it is said, the route's or device's own. */
  @CanIgnoreReturnValue
  public Flow from(int saddr) {
    this.saddr = saddr;
    return this;
  }

  /** From 0.0.0.0: RFC 1122 3.2.1.3 (a), for a host that has no address yet. */
  @CanIgnoreReturnValue
  public Flow fromAny() {
    anySource = true;
    return this;
  }

  /**
   * It answers what anybody may have asked in another's name, so that nobody must gain power over
   * that one's path by it: the path's MTU is neither looked at nor learnt. DF is set on what fits
   * the link until a router says that an answer was too long, and for a while not after that.
   */
  @CanIgnoreReturnValue
  Flow answer() {
    answer = true;
    return this;
  }

  /** Type of service, 0 to 255; unless it is said, 0. */
  @CanIgnoreReturnValue
  public Flow tos(int tos) {
    this.tos = tos;
    return this;
  }

  /** Time to live, 1 to 255; unless it is said, the stack's, or 1 for groups. */
  @CanIgnoreReturnValue
  public Flow ttl(int ttl) {
    this.ttl = ttl;
    return this;
  }

  /** Whether it may be fragmented; unless it is said, {@link PmtuDisc#WANT}. */
  @CanIgnoreReturnValue
  public Flow pmtuDisc(PmtuDisc pmtuDisc) {
    this.pmtuDisc = pmtuDisc;
    return this;
  }

  /** With these options, which must stay as they are until it was sent; null for none. */
  @CanIgnoreReturnValue
  public Flow options(@Nullable IpOptions options) {
    this.options = options;
    return this;
  }

  /** {@code flowi4_oif}: by this device, whatever the routes say; null for theirs. */
  @CanIgnoreReturnValue
  public Flow dev(@Nullable NetDevice dev) {
    this.dev = dev;
    return this;
  }
}
