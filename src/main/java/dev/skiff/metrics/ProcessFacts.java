package dev.skiff.metrics;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/**
 * What the kernel says of this process. What it does not say is NaN: where /proc is not mounted,
 * say. Any thread.
 */
final class ProcessFacts {
  private static final double NS_PER_S = 1e9;
  private static final double BYTES_PER_KB = 1024;
  private static final Path STAT = Path.of("/proc/self/stat");

  /** Fields of it, counted from the one behind the name. */
  private static final int UTIME = 14 - 3;

  private static final int STIME = 15 - 3;

  /** The kernel's unit of these: the same on all architectures that Skiff knows. */
  private static final double USER_HZ = 100;

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
    try {
      // proc(5): the name, which is the second field, may have blanks and parentheses in it.
      String stat = Files.readString(STAT);
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", STIME + 2);
      return (Long.parseLong(fields[UTIME]) + Long.parseLong(fields[STIME])) / USER_HZ;
    } catch (IOException | RuntimeException e) {
      return Double.NaN;
    }
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
