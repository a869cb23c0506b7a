package dev.skiff.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ListenAddressTest {
  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:9400, 127.0.0.1:9400",
    "0.0.0.0:1, 0.0.0.0:1",
    "localhost:9400, 127.0.0.1:9400",
    "9400, 127.0.0.1:9400",
    "' 9400 ', 127.0.0.1:9400",
    "127.0.0.1:0, 127.0.0.1:0",
    "[::1]:65535, [0:0:0:0:0:0:0:1]:65535",
    "off, off"
  })
  void isReadAndShown(String text, String shown) {
    InetSocketAddress address = ListenAddress.parse(text);
    assertEquals(shown, ListenAddress.format(address));
    assertEquals(address, ListenAddress.parse(shown));
  }

  @Test
  void offIsNowhere() {
    assertNull(ListenAddress.parse("off"));
  }

  @Test
  void anAddressIsNotResolved() {
    InetSocketAddress address = Objects.requireNonNull(ListenAddress.parse("127.0.0.1:9400"));
    assertFalse(address.isUnresolved());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "on",
        "127.0.0.1",
        "127.0.0.1:",
        ":9400",
        "127.0.0.1:65536",
        "127.0.0.1:-1",
        "127.1:9400",
        "skiff.example:9400",
        "::1:9400",
        "[::1]",
        "[127.0.0.1]:9400",
        "[fe80::1%lo]:9400",
        "[]:9400",
        "127.0.0.1:9400:1"
      })
  void whatIsNoneIsOneLineWithAnExample(String text) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> ListenAddress.parse(text));
    assertTrue(String.valueOf(e.getMessage()).contains("127.0.0.1:9400"), e.getMessage());
    assertEquals(1, String.valueOf(e.getMessage()).lines().count());
  }
}
