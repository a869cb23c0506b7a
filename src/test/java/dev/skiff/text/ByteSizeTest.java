package dev.skiff.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1024, 1024",
    "16M, 16777216",
    "16m, 16777216",
    "1MiB, 1048576",
    "64G, 68719476736",
    "512KB, 524288",
    "' 8M ', 8388608"
  })
  void amountsArePowersOf1024(String text, long bytes) {
    assertEquals(bytes, ByteSize.parse(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "M", "-1", "1.5M", "16T", "16 M", "9999999999999"})
  void otherFormsAreRefusedInOneLine(String text) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> ByteSize.parse(text));
    assertTrue(String.valueOf(e.getMessage()).endsWith("write it as 16M"), e.toString());
  }
}
