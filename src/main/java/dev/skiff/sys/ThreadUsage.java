package dev.skiff.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * {@code getrusage(2)} of the thread that asks. Asking allocates nothing. Thread: one at a time.
 */
public final class ThreadUsage implements AutoCloseable {
  private static final int RUSAGE_THREAD = 1;

  /** {@code struct rusage}: two {@code struct timeval} and 14 longs, of which this is the last. */
  private static final int RU_NIVCSW = (2 * 2 + 13) * Long.BYTES;

  private static final int RUSAGE_SIZE = RU_NIVCSW + Long.BYTES;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment rusage = arena.allocate(RUSAGE_SIZE, Long.BYTES);

  /**
   * {@code ru_nivcsw}: how often the calling thread was taken off its processor while it had work,
   * since another was to run there; 0 if the kernel does not tell.
   */
  public long involuntarySwitches() {
    if (Sys.getrusage(RUSAGE_THREAD, rusage.address()) != 0) {
      return 0;
    }
    return rusage.get(ValueLayout.JAVA_LONG, RU_NIVCSW);
  }

  @Override
  public void close() {
    arena.close();
  }
}
