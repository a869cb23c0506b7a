package dev.skiff.daemon;

import dev.skiff.control.Json;
import dev.skiff.control.Streams;
import dev.skiff.log.Entry;
import dev.skiff.log.Log;
import dev.skiff.log.LogRing;
import dev.skiff.log.LogText;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;

/**
 * The last records of the log and, if that is wanted, those that follow, a line of JSON each; the
 * last line is {@code {"end":true}}. What a client is too slow for is lost to him and counted: a
 * line {@code {"lost":N}} stands in its place. Thread: the client's.
 */
final class LogStream implements Streams.Stream {
  private static final int BATCH = 64;
  private static final long LOOK_NS = Duration.ofSeconds(10).toNanos();

  /** How long what was said before the end may take to be in the ring. */
  private static final Duration SETTLE = Duration.ofMillis(100);

  private final Log log;
  private final LogRing.Reader reader;
  private final int count;
  private final boolean follow;
  private final int least;

  /**
   * A stream that begins with what is kept.
   *
   * @param count of what is kept the last so many
   * @param follow whether it goes on
   * @param least only what is at least this bad
   */
  LogStream(Log log, int count, boolean follow, Level least) {
    this.log = log;
    this.count = count;
    this.follow = follow;
    this.least = least.intValue();
    reader = log.ring().fromFirst();
  }

  @Override
  public String kind() {
    return "log";
  }

  @Override
  public void writeTo(OutputStream out) throws IOException {
    List<Entry> kept = reader.look(LogRing.MAX_ENTRIES);
    reader.skip(kept.size());
    List<Entry> wanted = kept.stream().filter(this::isWanted).toList();
    for (Entry entry : wanted.subList(Math.max(0, wanted.size() - count), wanted.size())) {
      write(members(entry), out);
    }
    out.flush();
    try {
      while (follow && !reader.isEnding()) {
        if (reader.await(LOOK_NS)) {
          writeNew(out);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (follow) {
      log.settle(SETTLE);
      writeNew(out);
    }
    write(Map.of("end", true), out);
    out.flush();
  }

  private void writeNew(OutputStream out) throws IOException {
    while (true) {
      long lost = reader.takeLost();
      if (lost > 0) {
        write(Map.of("lost", lost), out);
      }
      List<Entry> found = reader.look(BATCH);
      if (found.isEmpty()) {
        out.flush();
        return;
      }
      for (Entry entry : found) {
        if (isWanted(entry)) {
          write(members(entry), out);
        }
      }
      reader.skip(found.size());
    }
  }

  private boolean isWanted(Entry entry) {
    return entry.level().intValue() >= least;
  }

  private static Map<String, Object> members(Entry entry) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("time", LogText.time(entry.time()));
    members.put("level", LogText.word(entry.level()));
    members.put("logger", entry.logger());
    members.put("message", entry.message());
    members.put("thread", entry.thread());
    if (!entry.trace().isEmpty()) {
      members.put("trace", entry.trace());
    }
    return members;
  }

  private static void write(Map<String, Object> members, OutputStream out) throws IOException {
    out.write((Json.line(members) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void stop() {
    reader.stop();
  }

  @Override
  public void close() {}
}
