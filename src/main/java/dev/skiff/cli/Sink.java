package dev.skiff.cli;

import dev.skiff.trace.WholeBlocks;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Where a command writes a stream: standard output or a file. Unlike {@code System.out} it says why
 * it takes no more.
 */
final class Sink implements AutoCloseable {
  static final String STANDARD_OUTPUT = "standard output";

  private static final int BUFFER = 1 << 16;

  private final String name;
  private final OutputStream out;
  private volatile boolean writing;
  private final AtomicLong writes = new AtomicLong();

  private Sink(String name, OutputStream out) {
    this.name = name;
    this.out = out;
  }

  /** Standard output, which stays open: another command of this program may print there. */
  static Sink standardOutput() {
    OutputStream out = new FileOutputStream(FileDescriptor.out);
    return new Sink(
        STANDARD_OUTPUT,
        new BufferedOutputStream(out, BUFFER) {
          @Override
          public void close() throws IOException {
            flush();
          }
        });
  }

  /**
   * A file of pcapng, emptied if there is one; each {@link #write} must be a block.
   *
   * @throws IOException with one line that says what to do
   */
  static Sink file(Path path) throws IOException {
    try {
      return new Sink(
          path.toString(),
          new WholeBlocks(
              FileChannel.open(
                  path,
                  StandardOpenOption.WRITE,
                  StandardOpenOption.CREATE,
                  StandardOpenOption.TRUNCATE_EXISTING)));
    } catch (IOException e) {
      throw new IOException(path + ": " + why(e) + ": name a file that can be written", e);
    }
  }

  /** The reader at the other end of a pipe wants no more: not a failure. */
  static final class ReaderGone extends IOException {
    private static final long serialVersionUID = 1;
  }

  void write(byte[] bytes, int n) throws IOException {
    attempt(() -> out.write(bytes, 0, n));
  }

  void line(String line) throws IOException {
    text(line + "\n");
  }

  void text(String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    write(bytes, bytes.length);
  }

  void flush() throws IOException {
    attempt(out::flush);
  }

  private interface Attempt {
    void run() throws IOException;
  }

  private void attempt(Attempt attempt) throws IOException {
    writing = true;
    try {
      attempt.run();
    } catch (IOException e) {
      throw failed(name, e);
    } finally {
      writing = false;
      writes.incrementAndGet();
    }
  }

  /** Whether a write has begun and not ended. Any thread. */
  boolean isWriting() {
    return writing;
  }

  /** How many writes have ended. Any thread. */
  long writes() {
    return writes.get();
  }

  /**
   * How many packets are in the file.
   *
   * @param written how many were written, which is the answer where there is no file
   */
  long packets(long written) {
    return out instanceof WholeBlocks blocks ? blocks.packets() : written;
  }

  /** What is to be thrown for it: {@link ReaderGone}, or one line that says why. */
  static IOException failed(String name, IOException e) {
    String why = why(e);
    return why.equals("Broken pipe") ? new ReaderGone() : new IOException(name + ": " + why, e);
  }

  /** A system's error without the path, which Java puts in front of it. */
  private static String why(IOException e) {
    return switch (e) {
      case AccessDeniedException denied -> "permission denied";
      case NoSuchFileException missing -> "its directory does not exist";
      default -> {
        String message = String.valueOf(e.getMessage());
        yield message.substring(message.lastIndexOf(": ") + 1).strip();
      }
    };
  }

  /** Closes without a further attempt to write: flush before. */
  @Override
  public void close() {
    writing = true; // It tries nevertheless.
    try {
      out.close();
    } catch (IOException e) {
      // What was to be said of it has been said by the write or the flush that failed.
    } finally {
      writing = false;
    }
  }
}
