package dev.skiff.header;

/**
 * {@code IPOPT_*}: types of IP options and where their fields are. RFC 791 3.1, RFC 2113.
 *
 * <pre>
 *   +------+--------+---------+-----------------+
 *   | type | length | pointer | addresses       |   record route, source routes
 *   +------+--------+---------+-------+---------+
 *   | type | length | pointer | oflw/ | stamps  |   timestamp
 *   |      |        |         | flag  |         |
 *   +------+--------+---------+-------+---------+
 *   | type | length | 0       | 0     |             router alert
 *   +------+--------+---------+-------+
 * </pre>
 */
public final class IpOpt {
  /** {@code IPOPT_COPY}, in a type: every fragment carries it. */
  public static final int COPIED = 0x80;

  /** {@code IPOPT_END}: a type without a length, behind which is padding. */
  public static final int END = 0;

  /** {@code IPOPT_NOOP}: a type without a length. */
  public static final int NOOP = 1;

  /** {@code IPOPT_RR}: record route. */
  public static final int RR = 7;

  /** {@code IPOPT_TIMESTAMP}: Internet timestamp. */
  public static final int TIMESTAMP = 68;

  /** {@code IPOPT_LSRR}: loose source and record route. */
  public static final int LSRR = 131;

  /** {@code IPOPT_SSRR}: strict source and record route. */
  public static final int SSRR = 137;

  /** {@code IPOPT_RA}: router alert. RFC 2113. */
  public static final int ROUTER_ALERT = 148;

  /** {@code IPOPT_OLEN}: where the length is: of the whole option, type included. */
  public static final int LENGTH = 1;

  /** {@code IPOPT_OFFSET}: where the pointer is: to a byte of the option, counted from 1. */
  public static final int POINTER = 2;

  /** The least length of an option that has one. */
  public static final int MIN_LEN = 2;

  /** The least length of a route option: one without room. */
  public static final int ROUTE_MIN_LEN = 3;

  /** {@code IPOPT_MINOFF}: the pointer of an empty route option. */
  public static final int ROUTE_MIN_POINTER = 4;

  /** Where the addresses of a route option begin. */
  public static final int ROUTE_ADDRESSES = 3;

  /** Where the timestamp option has overflow, high, and flag, low. */
  public static final int TS_FLAGS = 3;

  /** The mask of the flag. */
  public static final int TS_FLAG = 0xF;

  /** How far up the overflow is: how many hosts found no room. */
  public static final int TS_OVERFLOW = 4;

  /** The most that the overflow can say. */
  public static final int TS_MOST_OVERFLOW = 15;

  /** The least length of a timestamp option: one without room. */
  public static final int TS_MIN_LEN = 4;

  /** The pointer of an empty timestamp option. */
  public static final int TS_MIN_POINTER = 5;

  /** {@code IPOPT_TS_TSONLY}, a flag: stamps of 4 bytes. */
  public static final int TS_TSONLY = 0;

  /** {@code IPOPT_TS_TSANDADDR}, a flag: addresses, each with a stamp. */
  public static final int TS_TSANDADDR = 1;

  /** {@code IPOPT_TS_PRESPEC}, a flag: the sender has said whose stamps it wants. */
  public static final int TS_PRESPEC = 3;

  /** The length of a router alert. */
  public static final int ROUTER_ALERT_LEN = 4;

  private IpOpt() {}
}
