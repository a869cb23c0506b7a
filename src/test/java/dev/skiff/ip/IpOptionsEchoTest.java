package dev.skiff.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The options of an answer: X62, X63, X64, X65, X66. In the tables OURS is where the request came
 * in, OUT the device by which the answer goes, MSIN and MSOUT the two times.
 */
class IpOptionsEchoTest {
  private final OptionsRig rig = new OptionsRig();

  @AfterEach
  void close() {
    rig.close();
  }

  private static String named(String table) {
    return table
        .replace("OURS", OptionsRig.hex(OptionsRig.OURS))
        .replace("OUT ", OptionsRig.hex(OptionsRig.OUT) + " ")
        .replace("SENDER", OptionsRig.hex(OptionsRig.SENDER))
        .replace("MSIN", OptionsRig.hex(OptionsRig.MS_IN))
        .replace("MSOUT", OptionsRig.hex(OptionsRig.MS_OUT));
  }

  private void answers(String what, String options, String answer) {
    assertEquals(0, rig.compile(named(options)), what);
    String wanted = OptionsRig.hex(OptionsRig.bytes(named(answer)));
    assertEquals(wanted, answered(), what);
  }

  private String answered() {
    byte[] answer = rig.answer();
    return answer == null ? "nothing" : OptionsRig.hex(answer);
  }

  /** X64: RFC 1122 3.2.2.6. */
  @ParameterizedTest(name = "{0}: {1} -> {2}")
  @CsvSource({
    "twice, 07 0b 04 00000000 00000000 00, 07 0b 0c OURS OUT 00",
    "behind others, 07 0f 08 cb007109 00000000 00000000 00, 07 0f 10 cb007109 OURS OUT 00",
    "once if there is room for once, 07 07 04 00000000 00, 07 07 08 OURS 00",
    "not at all if it is full, 07 07 08 cb007109 00, 07 07 08 cb007109 00",
    "nor where there never was room, 07 03 04 00, 07 03 04 00",
    "moved to the front, 01 01 01 01 07 07 04 00000000 00, 07 07 08 OURS 00"
  })
  void recordRouteHasUs(String what, String options, String answer) {
    answers(what, options, answer);
  }

  /** X64. */
  @ParameterizedTest(name = "{0}: {1} -> {2}")
  @CsvSource({
    "times, 44 0c 05 00 00000000 00000000, 44 0c 0d 00 MSIN MSOUT",
    "one time, 44 08 05 00 00000000, 44 08 09 00 MSIN",
    "addresses, 44 14 05 01 00000000 00000000 00000000 00000000, 44 14 15 01 OURS MSIN OUT MSOUT",
    "one address, 44 0c 05 01 00000000 00000000, 44 0c 0d 01 OURS MSIN",
    "half of one prespecified more, 44 10 05 03 OURS 00000000 00000000, "
        + "44 10 0d 03 OURS MSIN 00000000",
    "ours prespecified, 44 0c 05 03 OURS 00000000, 44 0c 0d 03 OURS MSIN",
    "another's, 44 0c 05 03 cb007109 00000000, 44 0c 05 03 cb007109 00000000",
    "both ours, 44 14 05 03 OURS 00000000 OURS 00000000, 44 14 15 03 OURS MSIN OURS MSOUT",
    "the second another's, 44 14 05 03 OURS 00000000 cb007109 00000000, "
        + "44 14 0d 03 OURS MSIN cb007109 00000000",
    "no room, 44 08 09 00 00000001, 44 08 09 10 00000001",
    "no room again, 44 08 09 10 00000001, 44 08 09 20 00000001",
    "no room for the 15th time, 44 08 09 e0 00000001, 44 08 09 f0 00000001",
    "no room for an address, 44 0c 0d 01 cb007109 00000001, 44 0c 0d 11 cb007109 00000001",
    "no room and nobody asked, 44 0c 0d f3 cb007109 00000001, 44 0c 0d f3 cb007109 00000001",
    "a flag that nobody knows, 44 08 05 02 00000000, 44 08 05 02 00000000"
  })
  void timestampHasOurs(String what, String options, String answer) {
    answers(what, options, answer);
  }

  /** X61: RFC 791 3.1: if there is some room but not enough, the datagram is in error. */
  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "half an address, 07 09 04 00000000 0000 000000",
    "half a time, 44 0a 05 00 00000000 0000 0000",
    "an address without a time, 44 10 05 01 00000000 00000000 00000000",
    "half of a prespecified address, 44 0e 05 03 OURS 00000000 0000 0000"
  })
  void roomForLessThanOneMoreIsNotAnswered(String what, String options) {
    assertEquals(0, rig.compile(named(options)), what);
    assertEquals("nothing", answered(), what);
  }

  /** X62: RFC 1122 3.2.1.8 (c). The last place is where the answer is to come in the end. */
  @ParameterizedTest(name = "{0}: {1} -> {2} by way of {3}")
  @CsvSource({
    "one hop, 83 07 08 cb007101 00, 83 07 04 SENDER 00, cb007101",
    "two hops, 83 0b 0c cb007101 cb007102 00, 83 0b 04 cb007101 SENDER 00, cb007102",
    "strict, 89 0b 0c cb007101 cb007102 00, 89 0b 04 cb007101 SENDER 00, cb007102",
    "three, 83 0f 10 cb007101 cb007102 cb007103 00, 83 0f 04 cb007102 cb007101 SENDER 00, cb007103",
    "the sender recorded too, 83 0b 0c SENDER cb007102 00, 83 07 04 SENDER 00, cb007102",
    "a pointer far behind, 83 07 ff cb007101 00, 83 07 04 SENDER 00, cb007101"
  })
  void sourceRouteIsReversed(String what, String options, String answer, String by) {
    answers(what, options, answer);
    assertTrue(rig.reply.hasSourceRoute());
    assertEquals(by, OptionsRig.hex(rig.reply.firstHop(OptionsRig.SENDER)));
  }

  /** X63. */
  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "no hop was recorded, 83 03 04 00",
    "only the sender was, 83 07 08 SENDER 00",
    "one that nobody has got to yet, 83 07 04 cb007101 00"
  })
  void noSourceRouteIsNeeded(String what, String options) {
    answers(what, options, "");
    assertFalse(rig.reply.hasSourceRoute());
    assertEquals(OptionsRig.SENDER, rig.reply.firstHop(OptionsRig.SENDER));
  }

  /** X60, X65, X66. */
  @ParameterizedTest
  @CsvSource({"88 04 00 01", "9e 04 aa bb", "94 04 00 00", "82 03 00 01", "01 01 01 00"})
  void theOthersAreNotSentBack(String options) {
    answers(options, options, "");
    assertTrue(rig.reply.isEmpty());
  }

  @Test
  void allTogetherAndPadded() {
    answers(
        "all",
        "83 07 08 cb007101 44 08 05 00 00000000 07 07 04 00000000 01 01",
        "07 07 08 OURS 44 08 09 00 MSIN 83 07 04 SENDER 0000");
  }

  @Test
  void nothingIsLeftOfTheAnswerBefore() {
    rig.compile("83 07 08 cb007101 44 0c 05 00 00000000 00000000 07 0b 04 00000000 00000000 0000");
    rig.answer();
    rig.compile("07 03 04 44 04 05 00 00");
    assertEquals("07 03 04 44 04 05 10 00", answered());
    assertEquals(OptionsRig.SENDER, rig.reply.firstHop(OptionsRig.SENDER));
  }
}
