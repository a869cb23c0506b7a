package dev.skiff.sys;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/**
 * What a thread has allocated, as the JVM counts it.
 *
 * <p>The management classes are loaded by the first call, not by a start. Any thread: the JVM reads
 * the other thread's own counter, and that thread notices nothing.
 */
public final class ThreadMemory {
  private ThreadMemory() {}

  /** Bytes on the Java heap that it has allocated so far; negative if nobody knows. */
  public static long allocatedBytes(Thread thread) {
    try {
      return ManagementFactory.getThreadMXBean() instanceof ThreadMXBean bean
              && bean.isThreadAllocatedMemorySupported()
              && bean.isThreadAllocatedMemoryEnabled()
          ? bean.getThreadAllocatedBytes(thread.threadId())
          : -1;
    } catch (LinkageError e) {
      return -1; // A runtime without the module jdk.management.
    }
  }
}
