package dev.skiff.control;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.header.Ip4Addr;
import dev.skiff.ip.PmtuDisc;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What may be asked of a ping, and how it is written. X113. */
class PingRequestTest {
  private static final int DST = Ip4Addr.parse("198.51.100.1");

  private static PingRequest of(String member, Object value) {
    Map<String, Object> request = new HashMap<>(Map.of("v", 1, "cmd", "ping"));
    request.put("dst", "198.51.100.1");
    request.put(member, value);
    return PingRequest.of(request);
  }

  @Test
  void whatIsNotSaidIsAsInIputils() {
    PingRequest usual = PingRequest.to(DST);
    assertEquals(
        new PingRequest(
            DST, 0, 1000, 1, false, 56, 0, 0, PmtuDisc.WANT, "", null, 10_000, 0, false),
        usual);
    assertEquals(usual, PingRequest.of(usual.members()));
  }

  @Test
  void whatIsWrittenIsReadBack() {
    PingRequest all =
        new PingRequest(DST, 3, 200, 2, true, 8, 5, 255, PmtuDisc.DO, "a5", "skiff0", 1, 7, true);
    assertEquals(all, PingRequest.of(all.members()));
  }

  @ParameterizedTest
  @CsvSource({
    "count, -1, count -1: must be 0 to",
    "interval_ms, 1, interval in ms 1: must be 2 to 3600000",
    "interval_ms, 3600001, interval in ms",
    "preload, 0, preload 0: must be 1 to 64",
    "preload, 65, preload",
    "size, -1, size",
    "size, 65508, size 65508: must be 0 to 65507",
    "ttl, 256, ttl",
    "tos, 256, tos",
    "wait_ms, 0, wait in ms",
    "deadline_s, -1, deadline in s",
  })
  void numbersOutOfRangeAreRefused(String member, int value, String why) {
    assertRefused(member, value, why);
  }

  @ParameterizedTest
  @CsvSource({
    "dst, 224.0.0.1, 224.0.0.1 is no host's address",
    "dst, 255.255.255.255, 255.255.255.255 is no host's address",
    "dst, 127.0.0.1, 127.0.0.1 is no host's address",
    "dst, example.com, 'example.com' is not an IPv4 address",
    "df, maybe, 'maybe' is not do",
    "pattern, xy, pattern 'xy': give up to 32 hex digits",
    "pattern, 000102030405060708090a0b0c0d0e0f10, pattern",
    "count, three, \"count\" must be an integer",
    "quiet, yes, \"quiet\" must be true or false",
    "colour, red, 'colour' must be one of",
  })
  void wrongWordsAreRefused(String member, String value, String why) {
    assertRefused(member, value, why);
  }

  private static void assertRefused(String member, Object value, String why) {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> of(member, value));
    assertTrue(String.valueOf(refused.getMessage()).startsWith(why), refused.getMessage());
  }

  @Test
  void aFloodNeedsAnEnd() {
    assertRefused("flood", true, "a flood needs an end");
  }

  @Test
  void whomToPingMustBeSaid() {
    assertThrows(IllegalArgumentException.class, () -> PingRequest.of(Map.of()));
  }

  @Test
  void theLastDigitOfAPatternMayStandAlone() {
    assertArrayEquals(new byte[] {(byte) 0xFF, 0x0A}, of("pattern", "ffa").patternBytes());
    assertArrayEquals(new byte[0], of("pattern", "").patternBytes());
  }
}
