package dev.skiff.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.skiff.Rounds;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Options as they are received: X56, X60, X61, X65, X66, X92. The pointers are those that Linux
 * sends: net/ipv4/ip_options.c.
 */
class IpOptionsTest {
  private static final int HEADER = 20;
  private static final int MAX_HEADER = 60;
  private static final int RANDOM = Rounds.of(1_000_000);
  private static final long SEED = 791;

  private final OptionsRig rig = new OptionsRig();
  private final IpOptions options = rig.received;

  @AfterEach
  void close() {
    rig.close();
  }

  /** X60, X65, X66. */
  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "nothing, ''",
    "end and padding, 00 00 00 00",
    "end and padding that is not zero, 00 07 00 ff",
    "no operation, 01 01 01 01",
    "no operation and end, 01 01 01 00",
    "unknown with its length, 9e 04 aa bb",
    "unknown of the least length, 9e 02 01 01",
    "unknown up to the end, 1e 04 00 00",
    "stream id, 88 04 00 01",
    "security, 82 0b 00 00 00 00 00 00 00 00 00 00",
    "CIPSO however malformed, 86 04 00 00",
    "router alert with another value, 94 04 00 01",
    "router alert longer than it should be, 94 05 00 01 00 00 00 00"
  })
  void whatIsIgnored(String what, String bytes) {
    assertEquals(0, rig.compile(bytes), what);
    assertFalse(options.hasRecordRoute());
    assertFalse(options.hasTimestamp());
    assertFalse(options.hasSourceRoute());
    assertFalse(options.hasRouterAlert());
    assertTrue(options.isSourceRouteExhausted());
    assertEquals(bytes.isEmpty(), options.isEmpty());
    assertEquals(OptionsRig.bytes(bytes).length, options.length());
  }

  /** X61: the pointer of the parameter problem. */
  @ParameterizedTest(name = "{0}: {1} at {2}")
  @CsvSource({
    "length 0, 9e 00 00 00, 20",
    "length 1, 9e 01 00 00, 20",
    "beyond the header, 9e 05 00 00, 20",
    "far beyond the header, 9e ff 00 00, 20",
    "no room for a length, 01 01 01 9e, 23",
    "behind others, 01 9e 03 00 07 00 00 00, 24",
    "record route without a pointer, 07 02 01 01, 21",
    "record route with a pointer too low, 07 07 03 00 00 00 00 00, 22",
    "record route with pointer 0, 07 07 00 00 00 00 00 00, 22",
    "record route with room for half, 07 06 04 00 00 00 00 00, 22",
    "record route with room for half an address more, 07 09 08 00 00 00 00 00 00 00 00 00, 22",
    "two record routes, 07 03 04 07 03 04 00 00, 23",
    "two record routes of which the second is too short, 07 03 04 07 02 00 00 00, 23",
    "timestamp without flags, 44 03 05 00, 21",
    "timestamp with a pointer too low, 44 08 04 00 00 00 00 00, 22",
    "timestamp with room for half, 44 06 05 00 00 00 00 00, 22",
    "timestamp with address and room for half, 44 08 05 01 00 00 00 00, 22",
    "timestamp prespecified and room for half, 44 08 05 03 00 00 00 00, 22",
    "timestamp whose overflow overflows, 44 04 05 f0, 23",
    "timestamp with address whose overflow overflows, 44 04 05 f1, 23",
    "two timestamps, 44 04 05 00 44 04 05 00, 24",
    "source route without a pointer, 83 02 01 01, 21",
    "source route with a pointer too low, 83 07 03 00 00 00 00 00, 22",
    "strict source route with a pointer too low, 89 07 00 00 00 00 00 00, 22",
    "two source routes, 83 03 04 83 03 04 00 00, 23",
    "a loose and a strict source route, 83 03 04 89 03 04 00 00, 23",
    "router alert too short, 94 03 00 00, 21",
    "router alert without anything, 94 02 00 00, 21"
  })
  void whatIsMalformed(String what, String bytes, int pointer) {
    assertEquals(pointer, rig.compile(bytes), what);
  }

  /** X56. */
  @Test
  void recordRouteIsKnown() {
    assertEquals(0, rig.compile("01 07 07 04 00 00 00 00"));
    assertTrue(options.hasRecordRoute());
    assertFalse(options.hasTimestamp());
    assertEquals(8, options.length());
  }

  @Test
  void aFullRecordRouteIsWellFormed() {
    assertEquals(0, rig.compile("07 07 08 c6 33 64 09 00"));
    assertEquals(0, rig.compile("07 03 ff 00"));
    assertTrue(options.hasRecordRoute());
  }

  @ParameterizedTest
  @CsvSource({
    "44 08 05 00 00 00 00 00",
    "44 0c 05 01 00 00 00 00 00 00 00 00",
    "44 0c 05 03 c6 33 64 02 00 00 00 00",
    "44 08 05 02 00 00 00 00",
    "44 04 05 e0",
    "44 04 05 f3"
  })
  void timestampsAreKnown(String bytes) {
    assertEquals(0, rig.compile(bytes));
    assertTrue(options.hasTimestamp());
  }

  /** X56, X125. */
  @Test
  void routerAlertIsKnown() {
    assertEquals(0, rig.compile("94 04 00 00"));
    assertTrue(options.hasRouterAlert());
  }

  /** X62. */
  @Test
  void sourceRoutesAreKnownAndWhetherTheyAreExhausted() {
    assertEquals(0, rig.compile("01 83 07 04 cb 00 71 09"));
    assertTrue(options.hasSourceRoute());
    assertFalse(options.isStrictRoute());
    assertFalse(options.isSourceRouteExhausted());
    assertEquals(HEADER + 1, options.sourceRouteAt());
    assertEquals(0, rig.compile("89 07 08 cb 00 71 09 00"));
    assertTrue(options.isStrictRoute());
    assertTrue(options.isSourceRouteExhausted());
  }

  @Test
  void whatIsInFrontOfAWrongByteIsKnown() {
    assertEquals(HEADER + 8, rig.compile("07 07 04 00 00 00 00 01 9e 00 00 00"));
    assertTrue(options.hasRecordRoute());
  }

  @Test
  void nothingIsLeftOfTheDatagramBefore() {
    rig.compile("07 03 04 44 04 05 00 83 03 04 94 04 00 00 00 00");
    rig.compile("");
    assertTrue(options.isEmpty());
    assertFalse(options.hasRecordRoute());
    assertFalse(options.hasTimestamp());
    assertFalse(options.hasSourceRoute());
    assertFalse(options.hasRouterAlert());
    assertEquals(0, options.sourceRouteAt());
  }

  /** X125: RFC 2113 2.1. */
  @Test
  void theRouterAlertThatWeSend() {
    IpOptions alert = IpOptions.ofRouterAlert();
    assertEquals("94 04 00 00", OptionsRig.hex(rig.built(alert)));
    assertTrue(alert.hasRouterAlert());
    assertEquals(OptionsRig.OURS, alert.firstHop(OptionsRig.OURS));
  }

  // ---- All short ones, and many long ones
  // --------------------------------------------------------

  /** Bytes that mean something somewhere: types, lengths, pointers, flags. */
  private static final int[] ALPHABET = {
    0, 1, 2, 3, 4, 5, 7, 8, 9, 11, 12, 15, 40, 41, 68, 130, 131, 134, 136, 137, 148, 158, 0xE3,
    0xF0, 255
  };

  /** X61. */
  @Test
  void everyShortAreaOfBytesThatMeanSomething() {
    byte[] area = new byte[4];
    for (int a : ALPHABET) {
      for (int b : ALPHABET) {
        for (int c : ALPHABET) {
          for (int d : ALPHABET) {
            area[0] = (byte) a;
            area[1] = (byte) b;
            area[2] = (byte) c;
            area[3] = (byte) d;
            check(area);
          }
        }
      }
    }
  }

  /** X61, X63, X129: many areas of all lengths, of which many are nearly right. */
  @Test
  void anyBytesWhatever() {
    SplittableRandom random = new SplittableRandom(SEED);
    int wellFormed = 0;
    for (int i = 0; i < RANDOM; i++) {
      byte[] area = new byte[4 * random.nextInt(1, 11)];
      random.nextBytes(area);
      for (int at = 0; at < area.length; at++) {
        if (random.nextInt(8) != 0) {
          area[at] = (byte) ALPHABET[random.nextInt(ALPHABET.length)];
        }
      }
      wellFormed += check(area) ? 1 : 0;
    }
    assertTrue(wellFormed > RANDOM / 20, "well-formed: " + wellFormed);
  }

  /** Nothing throws, and what we send in answer to what is right is right. */
  @CanIgnoreReturnValue
  private boolean check(byte[] area) {
    int wrong = rig.compile(area);
    if (wrong != 0) {
      assertTrue(
          wrong >= HEADER && wrong < HEADER + area.length && wrong < MAX_HEADER,
          () -> OptionsRig.hex(area) + " -> " + wrong);
    }
    byte[] answer = rig.answer();
    if (answer != null) {
      checkAnswer(area, answer);
    }
    rig.fragmented(area);
    return wrong == 0;
  }

  private void checkAnswer(byte[] area, byte[] answer) {
    Supplier<String> text = () -> OptionsRig.hex(area) + " -> " + OptionsRig.hex(answer);
    assertEquals(0, answer.length % 4, text);
    assertTrue(answer.length <= area.length, text);
    int again = rig.compile(answer);
    assertTrue(again == 0 || isUsedUp(answer, again - HEADER), text);
  }

  /** What the next host finds wrong: the overflow counts no further, or half a place is left. */
  private static boolean isUsedUp(byte[] answer, int wrong) {
    boolean overflow = wrong >= 3 && answer[wrong - 3] == 68 && (answer[wrong] & 0xF0) == 0xF0;
    boolean half = wrong >= 2 && (answer[wrong - 2] == 7 || answer[wrong - 2] == 68);
    return overflow || half;
  }
}
