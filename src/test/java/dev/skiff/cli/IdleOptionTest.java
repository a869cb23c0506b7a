package dev.skiff.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code skiff run --idle}. */
class IdleOptionTest {
  /** Exit code 2, before anything is opened. */
  @ParameterizedTest
  @ValueSource(strings = {"sleep", "Spin", "adaptiv", ""})
  void whatIsNoStrategyIsAMistakeOfItsUser(String idle) {
    String[] run = {"run", "--tap", "skiff9", "--ip", "198.51.100.2/24", "--idle", idle};
    assertEquals(2, Main.execute(run));
  }
}
