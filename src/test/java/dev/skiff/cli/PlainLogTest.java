package dev.skiff.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** In a JVM of its own: java.util.logging is set up once in each. */
class PlainLogTest {
  /** Says something before the daemon's log is there. */
  static final class Says {
    private Says() {}

    public static void main(String[] args) {
      var log = LoggerFactory.getLogger("dev.skiff.sys.TunTap");
      log.info("not said");
      log.warn("one line,\nwhatever {}", "is in it");
    }
  }

  @Test
  void aCommandThatLogsSaysItInOneLineAsAllElse() throws Exception {
    Process java =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin/java").toString(),
                    "-XX:TieredStopAtLevel=1",
                    "-Djava.util.logging.config.class=" + PlainLog.class.getName(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    Says.class.getName()))
            .redirectErrorStream(true)
            .start();
    String said = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals("skiff: one line, whatever is in it\n", said);
    assertEquals(0, java.waitFor());
  }
}
