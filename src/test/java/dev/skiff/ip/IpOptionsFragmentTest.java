package dev.skiff.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which options all fragments carry: X66, RFC 791 3.1, the copied flag. */
class IpOptionsFragmentTest {
  private final OptionsRig rig = new OptionsRig();

  @AfterEach
  void close() {
    rig.close();
  }

  /** X81. */
  @ParameterizedTest(name = "{0}: {1} -> {2}")
  @CsvSource({
    "record route only in the first, 07 07 04 00 00 00 00 00, 01 01 01 01 01 01 01 00",
    "timestamp only in the first, 44 08 05 00 00 00 00 00, 01 01 01 01 01 01 01 01",
    "source route in all, 83 07 04 cb 00 71 09 00, 83 07 04 cb 00 71 09 00",
    "strict source route in all, 89 07 04 cb 00 71 09 00, 89 07 04 cb 00 71 09 00",
    "router alert in all, 94 04 00 00, 94 04 00 00",
    "unknown with the flag in all, 9e 04 aa bb, 9e 04 aa bb",
    "unknown without it only in the first, 1e 04 aa bb, 01 01 01 01",
    "one of each, 01 07 03 04 94 04 00 00, 01 01 01 01 94 04 00 00",
    "what is behind the end stays, 00 07 03 04, 00 07 03 04",
    "what is malformed stays, 07 00 00 00, 07 00 00 00",
    "what is longer than the header stays, 07 03 04 07 06 04 00 00, 01 01 01 07 06 04 00 00",
    "a type without a length stays, 01 01 01 07, 01 01 01 07"
  })
  void laterFragmentsCarry(String what, String options, String later) {
    byte[] left = rig.fragmented(OptionsRig.bytes(options));
    assertEquals(later, OptionsRig.hex(left), what);
  }
}
