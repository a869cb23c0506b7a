package dev.skiff.metrics;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/**
 * What the kernel says of this process. What it does not say is NaN: where /proc is not mounted,
 * say. Any thread.
 */
final class ProcessFacts {
  private static final double NS_PER_S = 1e9;
  private static final double BYTES_PER_KB = 1024;
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final File FDS = new File("/proc/self/fd");
  private static final String RSS = "VmRSS:";

  private final double startS;
  private final double ageS;
  private final long madeNs = System.nanoTime();

  ProcessFacts() {
    startS =
        ProcessHandle.current()
            .info()
            .startInstant()
            .map(ProcessFacts::epochSeconds)
            .orElse(Double.NaN);
    ageS = epochSeconds(Instant.now()) - startS;
  }

  private static double epochSeconds(Instant at) {
    return at.getEpochSecond() + at.getNano() / NS_PER_S;
  }

  /** When it began, in seconds since 1970. */
  double startS() {
    return startS;
  }

  /** For how long it has run, in seconds; the clock of the day may be set meanwhile. */
  double uptimeS() {
    return ageS + (System.nanoTime() - madeNs) / NS_PER_S;
  }

  /** Processor time of all its threads so far, in seconds. */
  double cpuS() {
    return ProcessHandle.current()
        .info()
        .totalCpuDuration()
        .map(Duration::toNanos)
        .map(ns -> ns / NS_PER_S)
        .orElse(Double.NaN);
  }

  /** Resident memory in bytes: not from statm, which counts pages of whatever size. */
  double residentBytes() {
    try {
      for (String line : Files.readAllLines(STATUS)) {
        if (line.startsWith(RSS)) {
          String number = line.substring(RSS.length(), line.length() - "kB".length()).strip();
          return Long.parseLong(number) * BYTES_PER_KB;
        }
      }
    } catch (IOException | NumberFormatException e) {
      // Nobody asks for metrics to hear of /proc.
    }
    return Double.NaN;
  }

  /** Open descriptors, without the one that counting them takes. */
  double openFds() {
    String[] names = FDS.list();
    return names == null ? Double.NaN : names.length - 1;
  }
}
