package dev.skiff.log;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The last records, so many and of so many bytes. Whoever reads them does so at his own pace: what
 * is gone before he came to it is lost to him, and counted.
 *
 * <p>Any thread but the loop's: its lock is held for some microseconds at a time.
 */
public final class LogRing {
  /** The most records. */
  public static final int MAX_ENTRIES = 1000;

  /** The most bytes that they take, roughly. */
  public static final int MAX_BYTES = 1 << 20;

  private static final long NS_PER_MS = 1_000_000L;

  private final @Nullable Entry[] slots = new @Nullable Entry[MAX_ENTRIES];
  private long first;
  private long next;
  private int bytes;
  private boolean ended;

  synchronized void add(Entry entry) {
    bytes += entry.bytes();
    while (first < next && (next - first == MAX_ENTRIES || bytes > MAX_BYTES)) {
      bytes -= at(first).bytes();
      slots[slot(first++)] = null;
    }
    slots[slot(next++)] = entry;
    notifyAll();
  }

  /** Nothing comes any more. */
  synchronized void end() {
    ended = true;
    notifyAll();
  }

  private static int slot(long sequence) {
    return (int) (sequence % MAX_ENTRIES);
  }

  private Entry at(long sequence) {
    Entry entry = slots[slot(sequence)];
    if (entry == null) {
      throw new IllegalStateException("record " + sequence + " is not in the ring");
    }
    return entry;
  }

  /** The bytes that the records take now, roughly. */
  synchronized int bytes() {
    return bytes;
  }

  /** Reads from the first record that is kept. */
  public synchronized Reader fromFirst() {
    return new Reader(first);
  }

  /** One who reads. Its own thread, but for {@link #stop}. */
  public final class Reader {
    private long position;
    private long lost;
    private boolean stopped;

    private Reader(long position) {
      this.position = position;
    }

    /**
     * What there is, without taking it or waiting for it: from where the reader is.
     *
     * @param most as many at most
     */
    public List<Entry> look(int most) {
      synchronized (LogRing.this) {
        catchUp();
        List<Entry> found = new ArrayList<>();
        for (long at = position; at < next && found.size() < most; at++) {
          found.add(at(at));
        }
        return found;
      }
    }

    /** Goes past so many of those that were looked at; some may be gone by themselves. */
    public void skip(int entries) {
      synchronized (LogRing.this) {
        position = Math.min(position + entries, next);
      }
    }

    /**
     * Waits for a record, for the end, or so long.
     *
     * @return whether there is a record
     */
    public boolean await(long timeoutNs) throws InterruptedException {
      synchronized (LogRing.this) {
        long startNs = System.nanoTime();
        long leftNs = timeoutNs;
        while (position >= next && !ended && !stopped && leftNs > 0) {
          LogRing.this.wait(leftNs / NS_PER_MS + 1);
          leftNs = timeoutNs - (System.nanoTime() - startNs);
        }
        return position < next;
      }
    }

    private void catchUp() {
      if (position < first) {
        lost += first - position;
        position = first;
      }
    }

    /** How many records were lost since this was asked last. */
    public long takeLost() {
      synchronized (LogRing.this) {
        catchUp();
        long taken = lost;
        lost = 0;
        return taken;
      }
    }

    /** Whether nothing will come any more: the log has ended, or the reader was stopped. */
    public boolean isEnding() {
      synchronized (LogRing.this) {
        return ended || stopped;
      }
    }

    /** Ends every wait. Any thread. */
    public void stop() {
      synchronized (LogRing.this) {
        stopped = true;
        LogRing.this.notifyAll();
      }
    }
  }
}
