package dev.skiff.daemon;

import dev.skiff.control.HeldEntry;
import dev.skiff.control.LockFile;
import dev.skiff.sys.Sys;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The daemon's process number in a file, for those who start it without a service manager: {@code
 * --pid-file}.
 *
 * <p>Who has locked {@code PATH.lock} runs: so a file whose daemon was killed is replaced, and one
 * whose daemon runs is not. Everybody may read the number, and nobody else can take the lock.
 * Thread: the main thread.
 */
final class PidFile implements Closeable {
  private static final int MOST_BYTES = 32;

  private final LockFile lock;
  private final List<HeldEntry> made = new ArrayList<>();

  private PidFile(LockFile lock) {
    this.lock = lock;
  }

  /**
   * Takes the lock and writes the file, all at once: nobody sees half a number.
   *
   * @param path null for none
   * @return null for none
   * @throws IOException with one line that says what to do: a daemon runs, or no file can be
   *     written
   */
  static @Nullable PidFile take(@Nullable Path path) throws IOException {
    if (path == null) {
      return null;
    }
    try {
      return takeAt(path.toAbsolutePath());
    } catch (IOException e) {
      String why = e instanceof Refused ? e.getMessage() : PcapFile.why(e) + ": name another file";
      throw new IOException("--pid-file " + path + ": " + why, e);
    }
  }

  private static PidFile takeAt(Path path) throws IOException {
    HeldEntry directory = makeDirectory(path);
    LockFile lock = null;
    try {
      refuseOthersFile(path);
      Path lockPath = path.resolveSibling(path.getFileName() + ".lock");
      lock = LockFile.tryTake(lockPath);
      if (lock == null) {
        throw new Refused(
            LockFile.holder(lockPath) + " has it and runs: stop it, or name another file");
      }
      PidFile file = new PidFile(lock);
      write(path);
      file.made.add(HeldEntry.of(path));
      file.made.add(lock.entry());
      if (directory != null) {
        file.made.add(directory);
      }
      return file;
    } catch (IOException e) {
      if (lock != null) {
        lock.close();
      }
      if (directory != null) {
        directory.remove();
      }
      throw e;
    }
  }

  /** Its directory, if that was not there: as {@code /run/skiff} after a start of the machine. */
  private static @Nullable HeldEntry makeDirectory(Path path) throws IOException {
    Path directory = path.getParent();
    if (directory == null || Files.exists(directory)) {
      return null;
    }
    var _ =
        Files.createDirectory(
            directory,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---")));
    return HeldEntry.of(directory);
  }

  /** What is replaced is a process's number and nothing else. */
  private static void refuseOthersFile(Path path) throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    boolean isOurs =
        Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
            && Files.size(path) <= MOST_BYTES
            && Files.readString(path, java.nio.charset.StandardCharsets.ISO_8859_1)
                .strip()
                .matches("[0-9]*");
    if (!isOurs) {
      throw new Refused("something else than a process's number is there: name another file");
    }
  }

  /**
   * The file is written and opened to all by its descriptor: by its name, whoever owns the
   * directory could have us do that to a file of his choice, by a link.
   */
  private static void write(Path path) throws IOException {
    Path whole = path.resolveSibling(path.getFileName() + "." + UUID.randomUUID() + ".new");
    int fd = Sys.openOwn(whole.toString());
    if (fd < 0) {
      throw new FileSystemException(whole.toString(), null, Sys.strerror(-fd));
    }
    try {
      Path opened = Path.of("/proc/self/fd/" + fd);
      var _ = Files.writeString(opened, ProcessHandle.current().pid() + "\n");
      var _ = Files.setPosixFilePermissions(opened, PosixFilePermissions.fromString("rw-r--r--"));
      var _ = Files.move(whole, path, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      var _ = Files.deleteIfExists(whole);
      throw e;
    } finally {
      var _ = Sys.close(fd);
    }
  }

  /** What it made and will remove: the file, its lock, and its directory, in this order. */
  List<HeldEntry> made() {
    return List.copyOf(made);
  }

  /** Removes the file, and gives up the lock after that. */
  @Override
  public void close() {
    made.getFirst().remove();
    lock.close();
    made.subList(2, made.size()).forEach(HeldEntry::remove);
  }

  /** A line that says what to do already. */
  private static final class Refused extends IOException {
    private static final long serialVersionUID = 1;

    Refused(String message) {
      super(message);
    }
  }
}
