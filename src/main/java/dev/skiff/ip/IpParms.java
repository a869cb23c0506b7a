package dev.skiff.ip;

import dev.skiff.text.ByteSize;
import dev.skiff.text.Settings;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The switches of IPv4, each named as Linux's {@code net.ipv4.*} where Linux has one.
 *
 * @param ttl {@code ip_default_ttl}: RFC 1122 3.2.1.7, 1 to 255
 * @param discoversPmtu not {@code ip_no_pmtu_disc}: whether DF is set on what fits, RFC 1191, where
 *     its protocol does not say
 * @param minPmtu the least MTU of a path that is believed, 68 or more
 * @param mtuExpiresNs how long it is, in ns
 * @param acceptSourceRoute whether a datagram that has come by a source route is taken
 * @param dropUnicastInL2Multicast whether a unicast datagram in a link-layer broadcast is refused:
 *     RFC 1122 3.3.6 says it SHOULD be
 * @param oldBroadcasts whether the broadcast addresses of RFC 1122 3.2.1.3 that came from before
 *     CIDR are still known: host bits all 0, and those of the whole net of class A, B or C
 * @param icmp those of ICMP
 * @param fragments those of reassembly
 */
public record IpParms(
    int ttl,
    boolean discoversPmtu,
    int minPmtu,
    long mtuExpiresNs,
    boolean acceptSourceRoute,
    boolean dropUnicastInL2Multicast,
    boolean oldBroadcasts,
    IcmpParms icmp,
    FragParms fragments) {
  private static final long SECOND = 1_000_000_000L;
  private static final long DAY = 86_400 * SECOND;
  private static final int USUAL_TTL = 64;
  private static final int USUAL_MIN_PMTU = 552;
  private static final int LEAST_PMTU = 68;
  private static final int MOST = 999_999_999;
  private static final int MOST_BYTES = 1 << 30;

  /** What they are unless told otherwise. */
  public static final IpParms USUAL =
      new IpParms(
          USUAL_TTL,
          true,
          USUAL_MIN_PMTU,
          600 * SECOND,
          false,
          true,
          true,
          IcmpParms.USUAL,
          FragParms.USUAL);

  /** The same with other bounds of reassembly. */
  public IpParms withFragments(FragParms fragments) {
    return new IpParms(
        ttl,
        discoversPmtu,
        minPmtu,
        mtuExpiresNs,
        acceptSourceRoute,
        dropUnicastInL2Multicast,
        oldBroadcasts,
        icmp,
        fragments);
  }

  /**
   * Reads settings as {@code ip_default_ttl=32,icmp_echo_ignore_all=on}; what is not said stays as
   * it is here.
   *
   * @throws IllegalArgumentException with one line that says what is wrong
   */
  public IpParms with(String text) {
    Settings said =
        Settings.parse(
            text,
            "IPv4",
            "ip_default_ttl=64",
            "ip_no_pmtu_disc=off",
            "min_pmtu=552",
            "mtu_expires=600s",
            "accept_source_route=off",
            "drop_unicast_in_l2_multicast=on",
            "old_broadcasts=on",
            "icmp_echo_ignore_all=off",
            "icmp_echo_ignore_broadcasts=on",
            "icmp_timestamp=off",
            "icmp_ratelimit=1000ms",
            "icmp_ratemask=6168",
            "icmp_msgs_per_sec=1000",
            "icmp_msgs_burst=50",
            "ipfrag_high_thresh=4M",
            "ipfrag_source_thresh=0",
            "ipfrag_time=30s");
    return new IpParms(
        said.number("ip_default_ttl", ttl, 1, 255),
        !said.flag("ip_no_pmtu_disc", !discoversPmtu),
        said.number("min_pmtu", minPmtu, LEAST_PMTU, 65_535),
        said.time("mtu_expires", mtuExpiresNs, SECOND, DAY),
        said.flag("accept_source_route", acceptSourceRoute),
        said.flag("drop_unicast_in_l2_multicast", dropUnicastInL2Multicast),
        said.flag("old_broadcasts", oldBroadcasts),
        icmp(said),
        fragments(said));
  }

  /** All of them, as {@link #with} reads each. */
  public Map<String, String> settings() {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("ip_default_ttl", Integer.toString(ttl));
    all.put("ip_no_pmtu_disc", Settings.shown(!discoversPmtu));
    all.put("min_pmtu", Integer.toString(minPmtu));
    all.put("mtu_expires", Settings.shown(mtuExpiresNs));
    all.put("accept_source_route", Settings.shown(acceptSourceRoute));
    all.put("drop_unicast_in_l2_multicast", Settings.shown(dropUnicastInL2Multicast));
    all.put("old_broadcasts", Settings.shown(oldBroadcasts));
    all.put("icmp_echo_ignore_all", Settings.shown(icmp.echoIgnoreAll()));
    all.put("icmp_echo_ignore_broadcasts", Settings.shown(icmp.echoIgnoreBroadcasts()));
    all.put("icmp_timestamp", Settings.shown(icmp.timestamp()));
    all.put("icmp_ratelimit", Settings.shown(icmp.ratelimitNs()));
    all.put("icmp_ratemask", Integer.toString(icmp.ratemask()));
    all.put("icmp_msgs_per_sec", Integer.toString(icmp.msgsPerSec()));
    all.put("icmp_msgs_burst", Integer.toString(icmp.msgsBurst()));
    all.put("ipfrag_high_thresh", ByteSize.format(fragments.highThresh()));
    all.put("ipfrag_source_thresh", ByteSize.format(fragments.sourceBytes()));
    all.put("ipfrag_time", Settings.shown(fragments.timeNs()));
    return all;
  }

  private IcmpParms icmp(Settings said) {
    return new IcmpParms(
        said.flag("icmp_echo_ignore_all", icmp.echoIgnoreAll()),
        said.flag("icmp_echo_ignore_broadcasts", icmp.echoIgnoreBroadcasts()),
        said.flag("icmp_timestamp", icmp.timestamp()),
        said.time("icmp_ratelimit", icmp.ratelimitNs(), 0, DAY),
        said.number("icmp_ratemask", icmp.ratemask(), 0, MOST),
        said.number("icmp_msgs_per_sec", icmp.msgsPerSec(), 1, MOST),
        said.number("icmp_msgs_burst", icmp.msgsBurst(), 1, MOST));
  }

  private FragParms fragments(Settings said) {
    return new FragParms(
        bytes(said, "ipfrag_high_thresh", fragments.highThresh()),
        bytes(said, "ipfrag_source_thresh", fragments.sourceBytes()),
        said.time("ipfrag_time", fragments.timeNs(), SECOND, 120 * SECOND));
  }

  private static int bytes(Settings said, String key, int otherwise) {
    String text = said.text(key);
    if (text == null) {
      return otherwise;
    }
    long bytes;
    try {
      bytes = ByteSize.parse(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(key + ": " + e.getMessage(), e);
    }
    if (bytes > MOST_BYTES) {
      throw new IllegalArgumentException(key + "=" + text + ": use 1G at most");
    }
    return (int) bytes;
  }
}
