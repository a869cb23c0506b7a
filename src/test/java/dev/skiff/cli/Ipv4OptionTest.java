package dev.skiff.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code skiff run --ipv4}. */
class Ipv4OptionTest {
  /** Exit code 2, before anything is opened. */
  @ParameterizedTest
  @ValueSource(strings = {"nonsense=1", "ip_default_ttl=0", "icmp_timestamp", "ipfrag_time=5h"})
  void aWrongSettingIsAMistakeOfItsUser(String setting) {
    String[] run = {"run", "--tap", "skiff9", "--ip", "198.51.100.2/24", "--ipv4", setting};
    assertEquals(2, Main.execute(run));
  }
}
