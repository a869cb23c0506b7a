package dev.skiff.daemon;

import dev.skiff.loop.PollLoop;
import dev.skiff.stack.NetStack;
import dev.skiff.time.Clock;
import dev.skiff.trace.Filter;
import dev.skiff.trace.WholeBlocks;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A capture into a file for as long as the daemon runs: {@code --pcap}. If the file cannot be
 * written any more (a full disk) the capture ends with a warning and the stack goes on.
 *
 * <p>Threads: the main thread, and one of its own that writes.
 */
final class PcapFile implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DaemonLog.OPERATOR);
  private static final Duration END_TIMEOUT = Duration.ofSeconds(5);
  private static final int S_IFMT = 0170000;
  private static final int S_IFSOCK = 0140000;
  private static final int S_IFREG = 0100000;
  private static final int S_IFDIR = 0040000;
  private static final int S_IFCHR = 0020000;
  private static final int S_IFIFO = 0010000;

  private final Path path;
  private final boolean existed;
  private final RunningCapture capture;
  private final FileChannel file;
  private final WholeBlocks blocks;
  private final Thread writer;
  private volatile boolean started;
  private volatile String failure = "";

  private PcapFile(Path path, boolean existed, FileChannel file, RunningCapture capture) {
    this.path = path;
    this.existed = existed;
    this.file = file;
    blocks = new WholeBlocks(file);
    this.capture = capture;
    writer = new Thread(this::write, "skiff-pcap");
    writer.setDaemon(true);
  }

  /**
   * Opens the file, and begins to capture. What is in it stays until {@link #started}.
   *
   * @throws IOException with one line that says what to do
   */
  static PcapFile open(Path path, NetStack stack, PollLoop loop, Clock clock, String application)
      throws IOException, InterruptedException {
    boolean existed = Files.exists(path);
    FileChannel file = openFile(path, existed);
    try {
      RunningCapture capture = RunningCapture.start(Filter.ALL, stack, loop, clock, application);
      return new PcapFile(path, existed, file, capture);
    } catch (ExecutionException | TimeoutException e) {
      file.close();
      throw new IOException("--pcap " + path + ": the loop did not answer", e);
    }
  }

  private static FileChannel openFile(Path path, boolean existed) throws IOException {
    try {
      if (existed) {
        refuseUnlessFile(path);
      }
      return FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
    } catch (IOException e) {
      throw new IOException("--pcap " + path + ": " + why(e) + ": name a file to write", e);
    }
  }

  /** To open a FIFO that nobody reads would wait for ever; a device such as /dev/null is good. */
  private static void refuseUnlessFile(Path path) throws IOException {
    if (!(Files.getAttribute(path, "unix:mode") instanceof Integer mode)) {
      return;
    }
    switch (mode & S_IFMT) {
      case S_IFREG, S_IFCHR -> {}
      case S_IFDIR -> throw new IOException("Is a directory");
      case S_IFIFO -> throw new IOException("is a FIFO");
      case S_IFSOCK -> throw new IOException("is a socket");
      default -> throw new IOException("is no file");
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
    try (WholeBlocks out = blocks) {
      capture.writeTo(out);
    } catch (IOException e) {
      failure = why(e);
      LOG.warn(
          "--pcap {}: {}: the capture ends after {} packets, the stack goes on",
          path,
          failure,
          blocks.packets());
      capture.stop();
    }
  }

  /**
   * The daemon runs: the file, emptied now if there was one, is written from here on. Until then
   * the frames have waited in the ring.
   */
  void started() throws IOException {
    file.truncate(0);
    started = true;
    writer.start();
  }

  /** What it has done, for people. */
  String describe() {
    String lost = capture.capture().lost() > 0 ? ", " + capture.capture().lost() + " lost" : "";
    String end = failure.isEmpty() ? "" : ", ended: " + failure;
    return path + ": " + blocks.packets() + " packets" + lost + end;
  }

  @Override
  public void close() throws IOException {
    capture.stop();
    if (!started) {
      capture.close();
      file.close();
      if (!existed) {
        var _ = Files.deleteIfExists(path);
      }
      return;
    }
    try {
      if (writer.join(END_TIMEOUT)) {
        capture.close();
      } else {
        LOG.warn("--pcap {}: the file takes no more: its end is lost", path);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (capture.capture().lost() > 0) {
      LOG.warn("--pcap {}", describe());
    }
  }
}
