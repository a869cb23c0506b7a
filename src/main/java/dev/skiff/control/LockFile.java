package dev.skiff.control;

import dev.skiff.sys.Errno;
import dev.skiff.sys.Sys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that is locked, by {@code flock(2)}, as long as its process lives and not a moment longer,
 * however that ends: whoever can lock it knows that nobody else is there. It has the process's
 * number in it. Mode 0600, or others could hold the lock against us.
 *
 * <p>Not a record lock, {@link java.nio.channels.FileChannel#tryLock}: that is lost as soon as any
 * part of the process opens the file and closes it again. Any thread.
 */
public final class LockFile implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LockFile.class);

  /** More than a number takes. */
  private static final int MOST_BYTES = 32;

  private final Path path;
  private final int fd;
  private @Nullable HeldEntry entry;
  private boolean closed;

  private LockFile(Path path, int fd) {
    this.path = path;
    this.fd = fd;
  }

  /**
   * Makes the file if need be, locks it and writes our process's number into it.
   *
   * @return null if another process, or another part of ours, has it locked
   * @throws NoSuchFileException if its directory is not there
   * @throws IOException with one line, if it cannot be made or written
   */
  public static @Nullable LockFile tryTake(Path path) throws IOException {
    while (true) {
      int fd = Sys.openOwn(path.toString());
      if (fd == -Errno.ENOENT) {
        throw new NoSuchFileException(path.toString());
      }
      if (fd < 0) {
        throw failed(path, -fd);
      }
      LockFile lock = new LockFile(path, fd);
      try {
        int error = Sys.lock(fd);
        if (error == -Errno.EAGAIN) {
          lock.release();
          return null;
        }
        if (error < 0) {
          throw failed(path, -error);
        }
        lock.refuseOthersFile();
        if (lock.isThePathsOwn()) {
          lock.writeNumber();
          lock.entry = HeldEntry.of(path);
          return lock;
        }
      } catch (IOException | RuntimeException e) {
        lock.release();
        throw e;
      }
      lock.release(); // Its owner removed it between our open and our lock: that one is nobody's.
    }
  }

  private static IOException failed(Path path, int errno) {
    String cure = "";
    if (errno == Errno.EROFS) {
      cure = ": mount a tmpfs there (in a container --tmpfs /run), or name another place";
    } else if (errno == Errno.EACCES) {
      cure = ": what another user left there is his or root's to remove; or name another place";
    }
    return new IOException("lock file " + path + ": " + Sys.strerror(errno) + cure);
  }

  /** Not by its name: whoever owns the directory may have put a link there meanwhile. */
  void writeNumber() throws IOException {
    var _ = Files.writeString(opened(), ProcessHandle.current().pid() + "\n");
  }

  /** What is open, whatever has become of its name. */
  private Path opened() {
    return Path.of("/proc/self/fd/" + fd);
  }

  /**
   * What is written to is a file of one name: with another, somewhere else, it would be somebody's.
   */
  private void refuseOthersFile() throws IOException {
    boolean isFile = Files.isRegularFile(opened());
    if (!isFile || !(Files.getAttribute(opened(), "unix:nlink") instanceof Integer n && n <= 1)) {
      throw new IOException(
          "lock file " + path + ": " + (isFile ? "it has a second name" : "it is no file"));
    }
  }

  /** Whether the file that we have locked is the one that others will find. */
  private boolean isThePathsOwn() throws IOException {
    Object locked = key(opened());
    try {
      return Objects.equals(locked, key(path, LinkOption.NOFOLLOW_LINKS));
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** Its device and inode. */
  private static @Nullable Object key(Path path, LinkOption... options) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, options).fileKey();
  }

  /** Who has a file locked, as far as it says: "process 4711", or "another process". */
  public static String holder(Path path) {
    try {
      // Of a FIFO that somebody put there nothing would ever come.
      if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) && Files.size(path) <= MOST_BYTES) {
        String text = Files.readString(path, StandardCharsets.ISO_8859_1).strip();
        if (text.matches("[0-9]{1,10}")) {
          return "process " + text;
        }
      }
    } catch (IOException e) {
      LOG.debug("lock file: {}", e.toString());
    }
    return "another process";
  }

  /** The file. */
  public Path path() {
    return path;
  }

  /** The file, as what is to be removed at the end. */
  public HeldEntry entry() {
    return Objects.requireNonNull(entry);
  }

  /** Removes the file, and gives the lock up after that. Does nothing the second time. */
  @Override
  public synchronized void close() {
    if (!closed) {
      entry().remove();
      release();
    }
  }

  private synchronized void release() {
    if (!closed) {
      closed = true;
      var _ = Sys.close(fd);
    }
  }
}
