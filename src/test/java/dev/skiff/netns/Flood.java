package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A {@code ping -f} beside the test, bounded in count and time; killed when closed. */
final class Flood implements AutoCloseable {
  private static final int SECONDS = 20;

  private final Netns netns;
  private final long unansweredBefore;
  private final Process ping;
  private final Path output;
  private boolean isEnded;

  private Flood(Netns netns, long unansweredBefore, Process ping, Path output) {
    this.netns = netns;
    this.unansweredBefore = unansweredBefore;
    this.ping = ping;
    this.output = output;
  }

  /** Starts one of so many pings, with more options of ping's if need be. */
  static Flood start(Netns netns, Path directory, String to, int count, String... options)
      throws IOException {
    List<String> command = new ArrayList<>(List.of("ping", "-q", "-f", "-c", "" + count));
    command.addAll(List.of("-w", "" + SECONDS));
    command.addAll(List.of(options));
    command.add(to);
    Path output = Files.createTempFile(directory, "ping", "");
    long unanswered = unanswered(netns);
    Process ping =
        new ProcessBuilder(netns.inside(command.toArray(String[]::new)))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    return new Flood(netns, unanswered, ping, output);
  }

  boolean isRunning() {
    return ping.isAlive();
  }

  /** Has it end now, as by Ctrl-C, before it has sent as many as it was to. */
  void end() {
    isEnded = true;
    Netns.Result.of(List.of("kill", "-INT", Long.toString(ping.pid())));
  }

  /**
   * Waits for its end: every ping that has left its namespace since its start must have been
   * answered. The kernel is asked, since ping itself does not wait for the last ones and says that
   * they are lost.
   */
  void assertNothingLost() throws Exception {
    assertTrue(ping.waitFor(SECONDS + 5, TimeUnit.SECONDS), "ping does not end");
    String report = Files.readString(output);
    // ping says by 1 that it was told of a number and a deadline and has not sent that many.
    assertEquals(isEnded ? 1 : 0, ping.exitValue(), report);
    Await.until("all are answered: " + report, () -> unanswered(netns) <= unansweredBefore);
  }

  private static long unanswered(Netns netns) {
    return netns.counter("IcmpOutEchos") - netns.counter("IcmpInEchoReps");
  }

  @Override
  public void close() throws InterruptedException {
    ping.destroyForcibly(); // ip netns exec has become ping.
    ping.waitFor();
  }
}
