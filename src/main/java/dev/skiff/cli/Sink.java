package dev.skiff.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Where a command writes a stream: standard output or a file. Unlike {@code System.out} it says why
 * it takes no more.
 */
final class Sink implements AutoCloseable {
  private static final int BUFFER = 1 << 16;

  private final String name;
  private final OutputStream out;

  private Sink(String name, OutputStream out) {
    this.name = name;
    this.out = new BufferedOutputStream(out, BUFFER);
  }

  /** Standard output. */
  static Sink standardOutput() {
    return new Sink("standard output", new FileOutputStream(FileDescriptor.out));
  }

  /**
   * A file, emptied if there is one.
   *
   * @throws IOException with one line that says what to do
   */
  static Sink file(Path path) throws IOException {
    try {
      return new Sink(path.toString(), Files.newOutputStream(path));
    } catch (IOException e) {
      throw new IOException(path + ": " + why(e) + ": name a file that can be written", e);
    }
  }

  /** The reader at the other end of a pipe wants no more: not a failure. */
  static final class ReaderGone extends IOException {
    private static final long serialVersionUID = 1;
  }

  void write(byte[] bytes, int n) throws IOException {
    try {
      out.write(bytes, 0, n);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  void line(String line) throws IOException {
    byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
    write(bytes, bytes.length);
  }

  void flush() throws IOException {
    try {
      out.flush();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private IOException failed(IOException e) {
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
    try {
      out.close();
    } catch (IOException e) {
      // What was to be said of it has been said by the write or the flush that failed.
    }
  }
}
