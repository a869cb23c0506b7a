package dev.skiff.daemon;

import dev.skiff.loop.PollLoop;
import dev.skiff.stack.NetStack;
import dev.skiff.time.Clock;
import dev.skiff.trace.Filter;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/**
 * A capture into a file for as long as the daemon runs: {@code --pcap}. If the file cannot be
 * written any more (a full disk) the capture ends with a warning and the stack goes on.
 *
 * <p>Threads: the main thread, and one of its own that writes.
 */
final class PcapFile implements AutoCloseable {
  private static final Duration END_TIMEOUT = Duration.ofSeconds(5);
  private static final int BUFFER = 1 << 16;

  private final Path path;
  private final boolean existed;
  private final RunningCapture capture;
  private final OutputStream file;
  private final Thread writer;
  private volatile boolean started;
  private volatile String failure = "";

  private PcapFile(Path path, boolean existed, OutputStream file, RunningCapture capture) {
    this.path = path;
    this.existed = existed;
    this.file = file;
    this.capture = capture;
    writer = new Thread(this::write, "skiff-pcap");
    writer.setDaemon(true);
  }

  /**
   * Opens the file, emptied if there is one, and begins to capture.
   *
   * @throws IOException with one line that says what to do
   */
  static PcapFile open(Path path, NetStack stack, PollLoop loop, Clock clock, String application)
      throws IOException, InterruptedException {
    boolean existed = Files.exists(path);
    OutputStream file = create(path);
    try {
      RunningCapture capture = RunningCapture.start(Filter.ALL, stack, loop, clock, application);
      PcapFile pcap = new PcapFile(path, existed, file, capture);
      pcap.writer.start();
      return pcap;
    } catch (ExecutionException | TimeoutException e) {
      file.close();
      throw new IOException("--pcap " + path + ": the loop did not answer", e);
    }
  }

  private static OutputStream create(Path path) throws IOException {
    try {
      return Files.newOutputStream(path);
    } catch (IOException e) {
      throw new IOException("--pcap " + path + ": " + why(e) + ": name a file to write", e);
    }
  }

  /** A system's error without the path, which Java puts in front of it. */
  static String why(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof NoSuchFileException) {
      return "its directory does not exist";
    }
    String message = String.valueOf(e.getMessage());
    return message.substring(message.lastIndexOf(": ") + 1).strip();
  }

  private void write() {
    try (OutputStream out = new BufferedOutputStream(file, BUFFER)) {
      capture.writeTo(out);
    } catch (IOException e) {
      failure = why(e);
      System.err.println(
          "skiff: --pcap "
              + path
              + ": "
              + failure
              + ": the capture ends after "
              + capture.capture().written()
              + " packets, the stack goes on");
      capture.stop();
    }
  }

  /** The daemon runs: the file is of use from here on, whatever comes. */
  void started() {
    started = true;
  }

  /** What it has done, for people. */
  String describe() {
    String lost = capture.capture().lost() > 0 ? ", " + capture.capture().lost() + " lost" : "";
    String end = failure.isEmpty() ? "" : ", ended: " + failure;
    return path + ": " + capture.capture().written() + " packets" + lost + end;
  }

  @Override
  public void close() throws IOException {
    capture.stop();
    try {
      if (writer.join(END_TIMEOUT)) {
        capture.close();
      } else {
        System.err.println("skiff: --pcap " + path + ": the file takes no more: its end is lost");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (capture.capture().lost() > 0) {
      System.err.println("skiff: --pcap " + describe());
    }
    if (!started && !existed) {
      var _ = Files.deleteIfExists(path);
    }
  }
}
