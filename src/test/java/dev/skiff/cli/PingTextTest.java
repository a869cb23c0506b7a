package dev.skiff.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The lines of ping from iputils 20221126, to the letter. X113. */
class PingTextTest {
  private static final Map<String, Object> REPLY =
      Map.of("bytes", 64, "from", "198.51.100.1", "icmp_seq", 1, "ttl", 64, "time_us", 345);

  private static Map<String, Object> with(Map<String, Object> event, Object... more) {
    Map<String, Object> all = new HashMap<>(event);
    for (int i = 0; i < more.length; i += 2) {
      all.put((String) more[i], more[i + 1]);
    }
    return all;
  }

  @Test
  void theFirstLineHasTheSourceIfItWasChosen() {
    Map<String, Object> start = Map.of("dst", "198.51.100.1", "size", 56);
    assertEquals(
        "PING 198.51.100.1 (198.51.100.1) 56(84) bytes of data.",
        PingText.header("198.51.100.1", start));
    assertEquals(
        "PING 198.51.100.1 (198.51.100.1) from 198.51.100.2 : 56(84) bytes of data.",
        PingText.header("198.51.100.1", with(start, "src", "198.51.100.2")));
    assertEquals(
        "PING 198.51.100.1 (198.51.100.1) from 198.51.100.2 skiff0: 0(28) bytes of data.",
        PingText.header(
            "198.51.100.1", with(start, "src", "198.51.100.2", "dev", "skiff0", "size", 0)));
    assertEquals("PATTERN: 0xa50f", PingText.pattern(new byte[] {(byte) 0xA5, 0x0F}));
  }

  @Test
  void aReply() {
    assertEquals(
        "64 bytes from 198.51.100.1: icmp_seq=1 ttl=64 time=0.345 ms", PingText.reply(REPLY));
    assertEquals(
        "64 bytes from 198.51.100.1: icmp_seq=1 ttl=64 time=0.345 ms (DUP!)",
        PingText.reply(with(REPLY, "dup", true)));
    Map<String, Object> untimed = with(REPLY);
    untimed.remove("time_us");
    assertEquals("64 bytes from 198.51.100.1: icmp_seq=1 ttl=64", PingText.reply(untimed));
    assertEquals(
        "64 bytes from 198.51.100.1: icmp_seq=1 ttl=64 (truncated)",
        PingText.reply(with(untimed, "truncated", true)));
  }

  @Test
  void wrongDataAreShownFromBehindTheTime() {
    StringBuilder hex = new StringBuilder();
    for (int i = 0; i < 56; i++) {
      hex.append("%02x".formatted(i == 30 ? 0x5E : i));
    }
    assertEquals(
        """
        64 bytes from 198.51.100.1: icmp_seq=1 ttl=64 time=0.345 ms
        wrong data byte #30 should be 0x1e but was 0x5e
        #16\t10 11 12 13 14 15 16 17 18 19 1a 1b 1c 1d 5e 1f 20 21 22 23 24 25 26 27 28 29 2a 2b \
        2c 2d 2e 2f\s
        #48\t30 31 32 33 34 35 36 37\s""",
        PingText.reply(
            with(REPLY, "wrong_at", 30, "wanted", 0x1E, "was", 0x5E, "data", hex.toString())));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0.000",
    "9, 0.009",
    "345, 0.345",
    "999, 0.999",
    "1000, 1.00",
    "1004, 1.00",
    "1005, 1.01",
    "9994, 9.99",
    "9995, 10.0",
    "10049, 10.0",
    "10050, 10.1",
    "99949, 99.9",
    "99950, 100",
    "100499, 100",
    "100500, 101",
    "2003499, 2003",
  })
  void timesHaveThreeDigitsBehindThePointAndFewerTheLongerTheyAre(long us, String text) {
    assertEquals(text, PingText.time(us));
  }

  @ParameterizedTest
  @CsvSource({
    "3, 0, 0, Destination Net Unreachable",
    "3, 1, 0, Destination Host Unreachable",
    "3, 2, 0, Destination Protocol Unreachable",
    "3, 3, 0, Destination Port Unreachable",
    "3, 4, 1400, Frag needed and DF set (mtu = 1400)",
    "3, 5, 0, Source Route Failed",
    "3, 9, 0, Destination Net Prohibited",
    "3, 10, 0, Destination Host Prohibited",
    "3, 13, 0, Packet filtered",
    "3, 77, 0, 'Dest Unreachable, Bad Code: 77'",
    "4, 0, 0, Source Quench",
    "11, 0, 0, Time to live exceeded",
    "11, 1, 0, Frag reassembly time exceeded",
    "11, 9, 0, 'Time exceeded, Bad Code: 9'",
    "12, 0, 20, Parameter problem: pointer = 20",
    "99, 0, 0, Bad ICMP type: 99",
  })
  void anErrorInWords(int type, int code, int info, String words) {
    Map<String, Object> error =
        Map.of("from", "203.0.113.9", "icmp_seq", 7, "type", type, "code", code, "info", info);
    assertEquals("From 203.0.113.9 icmp_seq=7 " + words, PingText.error(error));
  }

  @Test
  void whatWasNotSent() {
    assertEquals(
        "ping: sendmsg: Network is unreachable",
        PingText.local(Map.of("error", "Network is unreachable")));
    assertEquals(
        "ping: local error: message too long, mtu=1500", PingText.local(Map.of("mtu", 1500)));
  }

  private static Map<String, Object> summary(long transmitted, long received) {
    return Map.of("transmitted", transmitted, "received", received, "time_us", 2_002_500L);
  }

  private static final Object[] RTT = {
    "rtt_min_us", 45, "rtt_avg_us", 1050, "rtt_max_us", 20300, "rtt_mdev_us", 7, "rtt_ewma_us", 60
  };

  @Test
  void theStatistics() {
    assertEquals(
        """

        --- 198.51.100.1 ping statistics ---
        3 packets transmitted, 3 received, 0% packet loss, time 2003ms
        rtt min/avg/max/mdev = 0.045/1.050/20.300/0.007 ms""",
        PingText.summary("198.51.100.1", with(summary(3, 3), RTT), false));
  }

  @Test
  void theStatisticsOfWhatWentWrong() {
    assertEquals(
        """

        --- h ping statistics ---
        3 packets transmitted, 1 received, +2 duplicates, +1 errors, 66.6667% packet loss, \
        time 2003ms
        rtt min/avg/max/mdev = 0.045/1.050/20.300/0.007 ms, pipe 3""",
        PingText.summary(
            "h", with(with(summary(3, 1), RTT), "duplicates", 2, "errors", 1, "pipe", 3), false));
    assertEquals(
        """

        --- h ping statistics ---
        4 packets transmitted, 0 received, +3 errors, 100% packet loss, time 2003ms
        pipe 4""",
        PingText.summary("h", with(summary(4, 0), "errors", 3, "pipe", 4), false));
    assertEquals(
        """

        --- h ping statistics ---
        1 packets transmitted, 0 received, 100% packet loss, time 2003ms
        """,
        PingText.summary("h", with(summary(1, 0), "pipe", 1), false));
    assertEquals(
        """

        --- h ping statistics ---
        0 packets transmitted, 0 received
        """,
        PingText.summary("h", summary(0, 0), false));
  }

  @Test
  void theStatisticsOfAFlood() {
    assertEquals(
        """

        --- h ping statistics ---
        1001 packets transmitted, 1000 received, 0.0999001% packet loss, time 2003ms
        rtt min/avg/max/mdev = 0.045/1.050/20.300/0.007 ms, pipe 2, ipg/ewma 2.002/0.060 ms""",
        PingText.summary("h", with(with(summary(1001, 1000), RTT), "pipe", 2), true));
  }
}
