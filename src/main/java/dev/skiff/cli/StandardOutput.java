package dev.skiff.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Standard output as {@code System.out}, which itself swallows every error: this one remembers the
 * first, so that a full disk is no success. Any thread.
 */
final class StandardOutput extends OutputStream {
  private final OutputStream out;
  private volatile @Nullable IOException failure;

  StandardOutput(OutputStream out) {
    this.out = out;
  }

  /** Puts one in the place of {@code System.out}. */
  static StandardOutput install() {
    StandardOutput output = new StandardOutput(new FileOutputStream(FileDescriptor.out));
    System.setOut(new PrintStream(new BufferedOutputStream(output), true, StandardCharsets.UTF_8));
    return output;
  }

  /**
   * Whether it is a terminal. Asks the file system: for one word, no native code is loaded.
   *
   * @return false too where that cannot be known
   */
  static boolean isTerminal() {
    try {
      String device = Files.readSymbolicLink(Path.of("/proc/self/fd/1")).toString();
      return device.startsWith("/dev/pts/")
          || device.startsWith("/dev/tty")
          || device.equals("/dev/console");
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  /**
   * Looks whether all that was printed has been taken.
   *
   * @throws Sink.ReaderGone if the reader of a pipe wanted no more
   * @throws IOException with one line that says why
   */
  void check() throws IOException {
    System.out.flush();
    IOException failed = failure;
    if (failed != null) {
      throw Sink.failed(Sink.STANDARD_OUTPUT, failed);
    }
  }

  private interface Attempt {
    void run() throws IOException;
  }

  private void attempt(Attempt attempt) throws IOException {
    try {
      attempt.run();
    } catch (IOException e) {
      failure = failure == null ? e : failure;
      throw e;
    }
  }

  @Override
  public void write(int b) throws IOException {
    attempt(() -> out.write(b));
  }

  @Override
  public void write(byte[] bytes, int offset, int n) throws IOException {
    attempt(() -> out.write(bytes, offset, n));
  }

  @Override
  public void flush() throws IOException {
    attempt(out::flush);
  }
}
