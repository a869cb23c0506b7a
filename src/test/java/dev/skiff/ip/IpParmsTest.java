package dev.skiff.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The switches of {@code --ipv4}, and what they are unless told otherwise. */
class IpParmsTest {
  private static final long MS = 1_000_000L;

  /** Of Linux's sysctls, and of what RFC 1122 says where Linux is laxer. */
  @Test
  void usuallyTheyAreAsLinuxHasThem() {
    IpParms usual = IpParms.USUAL;
    assertEquals(64, usual.ttl());
    assertTrue(usual.discoversPmtu());
    assertEquals(552, usual.minPmtu());
    assertEquals(600_000 * MS, usual.mtuExpiresNs());
    assertEquals(new IcmpParms(false, true, false, 1000 * MS, 6168, 1000, 50), usual.icmp());
    assertTrue(!usual.acceptSourceRoute() && usual.dropUnicastInL2Multicast());
  }

  private static void assertRead(Object value, String text, Function<IpParms, Object> what) {
    assertEquals(value, what.apply(IpParms.USUAL.with(text)), text);
  }

  @Test
  void everyKeyIsRead() {
    assertRead(32, "ip_default_ttl=32", IpParms::ttl);
    assertRead(false, "ip_no_pmtu_disc=on", IpParms::discoversPmtu);
    assertRead(68, "min_pmtu=68", IpParms::minPmtu);
    assertRead(5000 * MS, "mtu_expires=5s", IpParms::mtuExpiresNs);
    assertRead(true, "accept_source_route=on", IpParms::acceptSourceRoute);
    assertRead(false, "drop_unicast_in_l2_multicast=off", IpParms::dropUnicastInL2Multicast);
    assertRead(false, "old_broadcasts=off", IpParms::oldBroadcasts);
    assertRead(true, "icmp_echo_ignore_all=on", parms -> parms.icmp().echoIgnoreAll());
    assertRead(
        false, "icmp_echo_ignore_broadcasts=off", parms -> parms.icmp().echoIgnoreBroadcasts());
    assertRead(true, "icmp_timestamp=on", parms -> parms.icmp().timestamp());
    assertRead(20 * MS, "icmp_ratelimit=20ms", parms -> parms.icmp().ratelimitNs());
    assertRead(0L, "icmp_ratelimit=0s", parms -> parms.icmp().ratelimitNs());
    assertRead(8, "icmp_ratemask=8", parms -> parms.icmp().ratemask());
    assertRead(7, "icmp_msgs_per_sec=7", parms -> parms.icmp().msgsPerSec());
    assertRead(9, "icmp_msgs_burst=9", parms -> parms.icmp().msgsBurst());
    assertRead(2 << 20, "ipfrag_high_thresh=2M", parms -> parms.fragments().highThresh());
    assertRead(9 << 10, "ipfrag_source_thresh=9K", parms -> parms.fragments().sourceBytes());
    assertRead(120_000 * MS, "ipfrag_time=120s", parms -> parms.fragments().timeNs());
  }

  /** All at once, with the values that messages show as examples. */
  @Test
  void theExamplesAreWhatIsUsual() {
    String examples =
        "ip_default_ttl=64,ip_no_pmtu_disc=off,min_pmtu=552,mtu_expires=600s,"
            + "accept_source_route=off,drop_unicast_in_l2_multicast=on,old_broadcasts=on,"
            + "icmp_echo_ignore_all=off,icmp_echo_ignore_broadcasts=on,icmp_timestamp=off,"
            + "icmp_ratelimit=1000ms,icmp_ratemask=6168,icmp_msgs_per_sec=1000,icmp_msgs_burst=50,"
            + "ipfrag_high_thresh=4M,ipfrag_source_thresh=1M,ipfrag_time=30s";
    IpParms parms = IpParms.USUAL.with(examples);
    FragParms usual = IpParms.USUAL.fragments();
    assertEquals(IpParms.USUAL, parms.withFragments(usual));
    assertEquals(usual.highThresh(), parms.fragments().highThresh());
    assertEquals(usual.sourceLimit(), parms.fragments().sourceLimit(), "a quarter");
    assertEquals(usual.timeNs(), parms.fragments().timeNs());
    assertEquals(IpParms.USUAL, IpParms.USUAL.with(""));
  }

  /** What {@code skiff run --help} shows. */
  @Test
  void theExampleOfTheHelpTextIsRead() {
    IpParms parms = IpParms.USUAL.with("ip_default_ttl=32,icmp_echo_ignore_all=on,ipfrag_time=10s");
    assertEquals(32, parms.ttl());
    assertTrue(parms.icmp().echoIgnoreAll());
    assertEquals(10_000 * MS, parms.fragments().timeNs());
  }

  @Test
  void whatIsNotSaidStaysAsItWas() {
    IpParms first = IpParms.USUAL.with("ip_default_ttl=32,icmp_timestamp=on,min_pmtu=600");
    IpParms second = first.with("icmp_msgs_burst=9,min_pmtu=700");
    assertEquals(32, second.ttl());
    assertEquals(700, second.minPmtu());
    assertTrue(second.icmp().timestamp());
    assertEquals(9, second.icmp().msgsBurst());
    assertEquals(first.fragments(), second.fragments());
  }

  /** X52. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense=1",
        "ip_default_ttl",
        "ip_default_ttl=",
        "ip_default_ttl=0",
        "ip_default_ttl=256",
        "ip_default_ttl=-1",
        "ip_default_ttl=1,ip_default_ttl=2",
        "ip_no_pmtu_disc=2",
        "min_pmtu=67",
        "min_pmtu=65536",
        "mtu_expires=0s",
        "mtu_expires=999ms",
        "mtu_expires=86401s",
        "accept_source_route=yes",
        "drop_unicast_in_l2_multicast=",
        "old_broadcasts=maybe",
        "icmp_echo_ignore_all=2",
        "icmp_ratelimit=-1s",
        "icmp_ratelimit=1h",
        "icmp_ratemask=0x1818",
        "icmp_ratemask=-1",
        "icmp_msgs_per_sec=0",
        "icmp_msgs_burst=0",
        "ipfrag_high_thresh=4X",
        "ipfrag_high_thresh=-1",
        "ipfrag_high_thresh=2G",
        "ipfrag_source_thresh=4G",
        "ipfrag_time=0s",
        "ipfrag_time=121s",
        "ip_default_ttl=64,,min_pmtu=552",
      })
  void whatIsWrongIsRefusedInOneLine(String text) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> IpParms.USUAL.with(text));
    assertEquals(1, String.valueOf(e.getMessage()).lines().count(), e.getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "ip_default_tll=3, ip_default_ttl",
    "icmp_echo_ignore_al=on, icmp_echo_ignore_all",
    "mtu_expire=3s, mtu_expires",
    "ipfrag_high_thresh=4X, ipfrag_high_thresh",
    "ipfrag_source_thresh=some, ipfrag_source_thresh",
  })
  void whoMistypesIsHelped(String text, String meant) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> IpParms.USUAL.with(text));
    assertTrue(String.valueOf(e.getMessage()).contains(meant), e.getMessage());
  }
}
