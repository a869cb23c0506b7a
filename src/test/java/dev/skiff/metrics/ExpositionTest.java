package dev.skiff.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** That the parser of these tests refuses what is wrong: else they would prove nothing. */
class ExpositionTest {
  private static final String GOOD =
      """
      # HELP a_total A.
      # TYPE a_total counter
      a_total{x="1",y="q\\"\\\\\\n"} 1.5E7
      a_total{x="2",y=""} 0.0
      # HELP t_seconds T.
      # TYPE t_seconds histogram
      t_seconds_bucket{le="1.0E-6"} 1
      t_seconds_bucket{le="+Inf"} 3
      t_seconds_count 3
      t_seconds_sum 0.5
      """;

  @Test
  void whatIsRightIsRead() {
    Exposition read = Exposition.parse(GOOD);
    assertEquals(1.5e7, read.value("a_total", "x", "1", "y", "q\\\"\\\\\\n"));
    assertEquals(3, read.value("t_seconds_bucket", "le", "+Inf"));
    assertEquals("histogram", read.type("t_seconds"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.5E7=x",
        "1.5E7=NaN",
        "1.5E7=-1",
        "1.5E7=1 2 3",
        "{x=\"2\",y=\"\"} 0.0={x=\"2\",y=\"} 0.0",
        "{x=\"2\",y=\"\"} 0.0={x=\"2\",x=\"\"} 0.0",
        "{x=\"2\",y=\"\"} 0.0={x=\"2\",} 0.0",
        "{x=\"2\",y=\"\"} 0.0={} 0.0",
        "{x=\"2\",y=\"\"} 0.0={x=\"1\",y=\"q\\\"\\\\\\n\"} 0.0",
        "# TYPE a_total counter=# TYPE a_total counted",
        "# TYPE a_total counter=# TYPE b_total counter",
        "# HELP a_total A.=# HELP a_total ",
        "# HELP a_total A.=# SAID a_total A.",
        "{le=\"+Inf\"} 3={le=\"2.0\"} 3",
        "{le=\"+Inf\"} 3={le=\"+Inf\"} 0",
        "t_seconds_count 3=t_seconds_count 4",
        "t_seconds_sum 0.5=t_seconds 0.5",
        "t_seconds_sum 0.5=a_total{x=\"3\"} 1",
        "t_seconds_sum 0.5=t-seconds_sum 0.5",
      })
  void whatIsWrongIsRefused(String change) {
    // The first "=" that follows no label's name parts what is there from what comes instead.
    String[] parts = change.split("=(?!\")", 2);
    String wrong = GOOD.replace(parts[0], parts[1]);
    assertNotEquals(GOOD, wrong);
    boolean refused = false;
    try {
      var _ = Exposition.parse(wrong);
    } catch (AssertionError | NumberFormatException | NullPointerException e) {
      refused = true;
    }
    assertTrue(refused, wrong);
  }
}
