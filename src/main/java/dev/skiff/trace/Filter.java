package dev.skiff.trace;

import dev.skiff.header.Ip4Prefix;
import dev.skiff.skb.DropReason;
import org.jspecify.annotations.Nullable;

/**
 * A condition on a frame, its direction and its end; {@link FilterParser} reads its text.
 *
 * <p>How a frame ends is not known yet when it is seen. So the answer has three values, ordered so
 * that "and" is the least, "or" the greatest, and "not" the mirror: a frame is thrown away early
 * only where the answer is {@link #NO} whatever its end may be. Immutable; any thread.
 */
public sealed interface Filter {
  /** It does not match, however it ends. */
  int NO = 0;

  /** That depends on how it ends. */
  int MAYBE = 1;

  /** It matches, however it ends. */
  int YES = 2;

  /** Every frame. */
  Filter ALL = new All();

  /**
   * Whether a frame matches: {@link #NO}, {@link #MAYBE} or {@link #YES}.
   *
   * @param verdict how it ended; null while nobody knows; {@code NOT_DROPPED} if it is still held
   *     and nobody waits any longer
   */
  int test(Keys keys, @Nullable DropReason verdict);

  /**
   * Reads a filter such as {@code icmp and host 198.51.100.1 and not drop}; empty matches all.
   *
   * @throws IllegalArgumentException with one line: where it is wrong and what may stand there
   */
  static Filter parse(String text) {
    return FilterParser.parse(text);
  }

  private static int of(boolean matches) {
    return matches ? YES : NO;
  }

  /** Every frame. */
  record All() implements Filter {
    @Override
    public int test(Keys keys, @Nullable DropReason verdict) {
      return YES;
    }
  }

  /** Both. */
  record And(Filter left, Filter right) implements Filter {
    @Override
    public int test(Keys keys, @Nullable DropReason verdict) {
      return Math.min(left.test(keys, verdict), right.test(keys, verdict));
    }
  }

  /** One at least. */
  record Or(Filter left, Filter right) implements Filter {
    @Override
    public int test(Keys keys, @Nullable DropReason verdict) {
      return Math.max(left.test(keys, verdict), right.test(keys, verdict));
    }
  }

  /** Not that one. */
  record Not(Filter of) implements Filter {
    @Override
    public int test(Keys keys, @Nullable DropReason verdict) {
      return YES - of.test(keys, verdict);
    }
  }

  /** Received, or sent. */
  record Direction(boolean in) implements Filter {
    @Override
    public int test(Keys keys, @Nullable DropReason verdict) {
      return of(keys.in == in);
    }
  }

  /** On the device of this name. */
  record Device(String name) implements Filter {
    @Override
    public int test(Keys keys, @Nullable DropReason verdict) {
      return of(keys.dev.equals(name));
    }
  }

  /** What the link header says it carries. */
  record EtherProto(int etherType) implements Filter {
    @Override
    public int test(Keys keys, @Nullable DropReason verdict) {
      return of(keys.etherType == etherType);
    }
  }

  /** What the IP header says it carries. */
  record Proto(int ipProto) implements Filter {
    @Override
    public int test(Keys keys, @Nullable DropReason verdict) {
      return of(keys.ipProto == ipProto);
    }
  }

  /** Which ends of a frame an address or port is looked for at. */
  enum Side {
    /** The sender's. */
    SRC,
    /** The receiver's. */
    DST,
    /** Either. */
    ANY;

    boolean either(boolean src, boolean dst) {
      return (this != DST && src) || (this != SRC && dst);
    }
  }

  /** An IPv4 address in the network, in an IP header or as an ARP sender or target. */
  record Net(Side side, Ip4Prefix prefix) implements Filter {
    @Override
    public int test(Keys keys, @Nullable DropReason verdict) {
      return of(
          keys.hasHosts && side.either(prefix.contains(keys.saddr), prefix.contains(keys.daddr)));
    }
  }

  /** A TCP or UDP port. */
  record Port(Side side, int port) implements Filter {
    @Override
    public int test(Keys keys, @Nullable DropReason verdict) {
      return of(side.either(keys.sport == port, keys.dport == port));
    }
  }

  /** A MAC address in the link header. */
  record Ether(Side side, long mac) implements Filter {
    @Override
    public int test(Keys keys, @Nullable DropReason verdict) {
      return of(side.either(keys.source == mac, keys.dest == mac));
    }
  }

  /** A frame's length in bytes, link header included. */
  record Length(int least, int most) implements Filter {
    @Override
    public int test(Keys keys, @Nullable DropReason verdict) {
      return of(least <= keys.len && keys.len <= most);
    }
  }

  /** It was dropped. */
  record Drop() implements Filter {
    @Override
    public int test(Keys keys, @Nullable DropReason verdict) {
      return verdict == null ? MAYBE : of(verdict.isDrop());
    }
  }

  /** It ended for this reason; {@code NOT_DROPPED}: it is still held. */
  record Reason(DropReason reason) implements Filter {
    @Override
    public int test(Keys keys, @Nullable DropReason verdict) {
      return verdict == null ? MAYBE : of(verdict == reason);
    }
  }
}
