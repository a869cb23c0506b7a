package dev.skiff.log;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.jspecify.annotations.Nullable;

/**
 * The log: takes what is said without the speaker's waiting for anything, leaves out what is said
 * too often, and keeps the last records for those who read them.
 *
 * <p>{@link #handler} may be called by any thread, the loop's too: it takes no lock and puts the
 * record in a queue. A thread of the log's own does the rest.
 */
public final class Log implements AutoCloseable {
  /** The most records that wait to be taken: what comes on top is dropped and counted. */
  public static final int MAX_QUEUED = 1024;

  /** How long {@link #close} waits for the log's own thread. */
  private static final Duration END_TIMEOUT = Duration.ofMillis(500);

  private final LogRing ring = new LogRing();
  private final RateLimit limit = new RateLimit(this::sum);
  private final Queue<Said> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger queued = new AtomicInteger();
  private final AtomicLong records = new AtomicLong();
  private final AtomicLong suppressed = new AtomicLong();
  private final AtomicLong dropped = new AtomicLong();
  private final Handler handler = new Queueing();
  private final Thread thread = new Thread(this::run, "skiff-log");
  private long droppedTold; // The log's own thread, as is the next one.
  private long droppedToldNs;
  private volatile boolean closing;

  /** What waits in the queue. */
  private record Said(
      LogRecord record, String message, String thread, Object site, boolean printed) {}

  /** A log that takes records, and does nothing with them until {@link #start} or {@link #turn}. */
  public Log() {
    thread.setDaemon(true);
  }

  /** Starts the log's own thread. */
  public void start() {
    thread.start();
  }

  /** Where java.util.logging hands in what is logged. */
  public Handler handler() {
    return handler;
  }

  /** The last records. */
  public LogRing ring() {
    return ring;
  }

  /** Its counters by name. */
  public Map<String, Long> counters() {
    Map<String, Long> counters = new LinkedHashMap<>();
    counters.put("Records", records.get());
    counters.put("Suppressed", suppressed.get());
    counters.put("Dropped", dropped.get());
    return counters;
  }

  // ---- Any thread -------------------------------------------------------------------------------

  /**
   * Says something that need not go to standard error, since it is told there in another way: for
   * those alone who read the log.
   */
  public void sayToReaders(Level level, String logger, String message) {
    LogRecord record = new LogRecord(level, message);
    record.setLoggerName(logger);
    offer(record, message, false);
  }

  private void offer(LogRecord record, String message, boolean printed) {
    if (queued.incrementAndGet() > MAX_QUEUED) {
      queued.decrementAndGet();
      dropped.incrementAndGet();
      return;
    }
    String speaker = Thread.currentThread().getName();
    queue.add(new Said(record, message, speaker, Site.ofCaller(record), printed));
    LockSupport.unpark(thread);
  }

  private final class Queueing extends Handler {
    private final Formatter formatter =
        new Formatter() {
          @Override
          public String format(LogRecord record) {
            return formatMessage(record);
          }
        };

    @Override
    public void publish(@Nullable LogRecord record) {
      // Now, since what it is made of may change. SLF4J has put its messages together already.
      if (record != null && isLoggable(record)) {
        offer(record, String.valueOf(formatter.format(record)), true);
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  // ---- The log's own thread ---------------------------------------------------------------------

  private void run() {
    while (true) {
      boolean last = closing;
      int taken = turn(System.nanoTime());
      if (last) {
        limit.end();
        ring.end();
        return;
      }
      if (taken == 0) {
        await();
      }
    }
  }

  private void await() {
    if (limit.isIdle()) {
      LockSupport.park(this);
    } else {
      LockSupport.parkNanos(this, limit.nextDeadlineNs() - System.nanoTime());
    }
  }

  /**
   * Takes what is queued, and sums up what is due.
   *
   * @return how many records were taken
   */
  int turn(long nowNs) {
    int taken = 0;
    for (Said said = queue.poll(); said != null; said = queue.poll()) {
      taken++;
      try {
        Entry entry = entry(said);
        if (limit.admits(said.site(), entry, nowNs)) {
          keep(entry);
        }
      } catch (RuntimeException | StackOverflowError e) { // What was thrown throws itself.
        keep(
            ownWord(
                "a record of "
                    + said.record().getLoggerName()
                    + " cannot be shown: "
                    + e.getClass()));
      }
      queued.decrementAndGet();
    }
    limit.advance(nowNs);
    suppressed.set(limit.suppressed());
    tellOfDropped(nowNs);
    return taken;
  }

  private static Entry entry(Said said) {
    LogRecord record = said.record();
    Throwable thrown = record.getThrown();
    return new Entry(
        record.getInstant(),
        record.getLevel(),
        String.valueOf(record.getLoggerName()),
        said.thread(),
        LogText.clean(said.message()),
        thrown == null ? List.of() : LogText.trace(thrown),
        said.printed());
  }

  private void keep(Entry entry) {
    records.incrementAndGet();
    ring.add(entry);
  }

  private void sum(long more, Entry last) {
    keep(last.saying(more + " more of: " + last.message()));
  }

  /** Not more often than anybody else may say the same: a flood goes on for many turns. */
  private void tellOfDropped(long nowNs) {
    long more = dropped.get() - droppedTold;
    boolean first = droppedTold == 0;
    if (more > 0 && (first || closing || nowNs - droppedToldNs >= RateLimit.INTERVAL_NS)) {
      droppedTold += more;
      droppedToldNs = nowNs;
      keep(ownWord(more + " records were dropped: they came too fast"));
    }
  }

  /** Something that the log says itself. */
  static Entry ownWord(String message) {
    String name = Thread.currentThread().getName();
    return new Entry(
        Instant.now(), Level.WARNING, "dev.skiff.log.Log", name, message, List.of(), true);
  }

  // ---- The end ----------------------------------------------------------------------------------

  /** Takes what is still queued, for half a second at most, and ends the ring. */
  @Override
  public void close() {
    closing = true;
    LockSupport.unpark(thread);
    try {
      if (!thread.join(END_TIMEOUT)) {
        ring.end();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits until all that was said before this is in the ring, or so long. Not the loop thread. */
  public void settle(Duration most) {
    long startNs = System.nanoTime();
    while (queued.get() > 0 && System.nanoTime() - startNs < most.toNanos()) {
      LockSupport.parkNanos(1_000_000L);
    }
  }
}
