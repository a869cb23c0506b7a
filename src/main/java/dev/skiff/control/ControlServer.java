package dev.skiff.control;

import dev.skiff.sys.Errno;
import dev.skiff.sys.Sys;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control socket, mode 0600, in a directory that is made if need be, mode 0750. Beside it
 * stands a {@link LockFile}, {@code PATH.lock}: a socket whose daemon was killed is told by it from
 * one whose daemon lives. What clients say and are told: {@link Clients}.
 */
public final class ControlServer implements AutoCloseable {
  /** The most bytes in a request, its line end not counted. */
  public static final int MAX_LINE = Limits.MAX_LINE;

  /** The most clients at a time; for the next one, another is cut off. */
  public static final int MAX_CLIENTS = Limits.USUAL.clients();

  /** The most clients that read a stream at a time. */
  public static final int MAX_STREAMS = Limits.USUAL.streams();

  /** The most bytes in a socket's path: {@code sun_path} less the closing zero. */
  public static final int MAX_PATH = 107;

  private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);

  /** How long a stream may take to end when the daemon does. */
  private static final long STREAM_END_NS = 500_000_000L;

  /** Connections that may wait to be accepted. */
  private static final int BACKLOG = 128;

  /** How often a directory may vanish, removed by another daemon's end, while we make ours. */
  private static final int ATTEMPTS = 3;

  private static final int UMASK_0600 = 0177;
  private static final int S_IFMT = 0170000;
  private static final int S_IFSOCK = 0140000;

  private final HeldEntry socket;
  private final LockFile lock;
  private final List<HeldEntry> madeDirectories;
  private final Clients clients;

  private ControlServer(
      HeldEntry socket, LockFile lock, List<HeldEntry> madeDirectories, Clients clients) {
    this.socket = socket;
    this.lock = lock;
    this.madeDirectories = madeDirectories;
    this.clients = clients;
  }

  /**
   * Opens the socket and begins to answer. A socket file whose daemon is dead is replaced.
   *
   * @throws IOException with one line that says what to do
   */
  public static ControlServer open(Path path, Answers answers, Streams streams) throws IOException {
    return open(path, new Requests(answers, streams), Access.ofStarter(), Limits.USUAL);
  }

  /** The same with other bounds. */
  static ControlServer open(Path path, Requests requests, Access access, Limits limits)
      throws IOException {
    if (path.toString().getBytes(StandardCharsets.UTF_8).length > MAX_PATH) {
      throw failure(path, "longer than " + MAX_PATH + " bytes", null);
    }
    List<Path> made = new ArrayList<>();
    try {
      LockFile lock = lock(path, made);
      try {
        removeStale(path);
        Clients clients = new Clients(bind(path), requests, access, limits);
        HeldEntry socket = HeldEntry.of(path);
        List<HeldEntry> directories = new ArrayList<>();
        for (Path directory : made) {
          directories.add(HeldEntry.of(directory));
        }
        clients.start();
        return new ControlServer(socket, lock, directories, clients);
      } catch (IOException | RuntimeException e) {
        lock.close();
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      removeDirectories(made);
      throw e;
    }
  }

  private static IOException failure(
      Path path, String what, @org.jspecify.annotations.Nullable Exception cause) {
    return new IOException(
        "control socket " + path + ": " + what + ": give another --socket", cause);
  }

  /** Where the lock beside a socket stands. */
  static Path lockPath(Path path) {
    return path.resolveSibling(path.getFileName() + ".lock");
  }

  private static LockFile lock(Path path, List<Path> made) throws IOException {
    Path file = lockPath(path);
    for (int i = 1; ; i++) {
      makeDirectories(path, made);
      try {
        LockFile lock = LockFile.tryTake(file);
        if (lock != null) {
          return lock;
        }
        throw new IOException(
            "control socket "
                + path
                + ": a daemon is there already, "
                + LockFile.holder(file)
                + ": stop it, or give another --socket");
      } catch (NoSuchFileException e) {
        if (i == ATTEMPTS) {
          throw failure(path, "its directory vanishes again and again", e);
        }
      }
    }
  }

  /**
   * Makes the directories that lack on the way to {@code path}, the innermost first in the list.
   */
  private static void makeDirectories(Path path, List<Path> made) throws IOException {
    Path directory = path.toAbsolutePath().getParent();
    List<Path> missing = new ArrayList<>();
    while (directory != null && !Files.exists(directory)) {
      missing.add(directory);
      directory = directory.getParent();
    }
    try {
      if (!missing.isEmpty()) {
        var _ =
            Files.createDirectories(
                missing.getFirst(),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---")));
      }
      missing.removeAll(made);
      made.addAll(missing);
    } catch (IOException e) {
      throw noDirectory(path, e);
    }
  }

  static IOException noDirectory(Path path, IOException e) {
    boolean readOnly =
        e instanceof FileSystemException file && Errno.text(Errno.EROFS).equals(file.getReason());
    if (readOnly) {
      return new IOException(
          "control socket "
              + path
              + ": the file system is read-only: mount a tmpfs there (in a container --tmpfs /run),"
              + " or give another --socket",
          e);
    }
    return failure(
        path, "its directory cannot be made (no permission, or a file is in the way)", e);
  }

  private static void removeDirectories(List<Path> made) {
    try {
      for (Path directory : made) {
        var _ = Files.deleteIfExists(directory);
      }
    } catch (DirectoryNotEmptyException e) {
      LOG.debug("control socket: {} has somebody else's file by now", e.getMessage());
    } catch (IOException e) {
      LOG.debug("control socket: {}: an empty directory is left", e.toString());
    }
  }

  private static ServerSocketChannel bind(Path path) throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    int mask = Sys.umask(UMASK_0600);
    try {
      return server.bind(UnixDomainSocketAddress.of(path), BACKLOG);
    } catch (IOException e) {
      server.close();
      throw failure(path, String.valueOf(e.getMessage()), e);
    } finally {
      var _ = Sys.umask(mask);
    }
  }

  /**
   * Removes a socket that a daemon has left behind. Nobody has its lock; what answers nevertheless
   * is of a version that had none.
   */
  private static void removeStale(Path path) throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    // A file refuses a connection just as a dead daemon's socket does, and must not be deleted.
    if (!isSocket(path)) {
      throw failure(path, "something else is there", null);
    }
    try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      var _ = probe.configureBlocking(false); // Who has stopped accepting would keep us for ever.
      boolean _ = probe.connect(UnixDomainSocketAddress.of(path));
      throw new IOException(
          "control socket " + path + ": a daemon answers there: stop it, or give another --socket");
    } catch (java.net.ConnectException e) {
      Files.delete(path); // Nobody listens: left behind by a daemon that was killed.
    } catch (java.net.SocketException e) {
      throw failure(path, "cannot be asked whether a daemon is there", e);
    }
  }

  private static boolean isSocket(Path path) throws IOException {
    return Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) instanceof Integer mode
        && (mode & S_IFMT) == S_IFSOCK;
  }

  /** Where it listens. */
  public Path path() {
    return socket.path();
  }

  /** What it made and will remove: the socket, its lock, and directories, the innermost first. */
  public List<HeldEntry> made() {
    List<HeldEntry> all = new ArrayList<>(List.of(socket, lock.entry()));
    all.addAll(madeDirectories);
    return all;
  }

  /** The lock file beside it. */
  public Path lockPath() {
    return lock.path();
  }

  /** The directories that were made for it, the innermost first. */
  public List<Path> madeDirectories() {
    return madeDirectories.stream().map(HeldEntry::path).toList();
  }

  /**
   * Stops answering, cuts off the clients and removes the socket, its lock, and its directory if we
   * made it. What cannot be removed is left, and named.
   */
  @Override
  public void close() {
    clients.close(STREAM_END_NS);
    socket.remove();
    lock.close();
    madeDirectories.forEach(HeldEntry::remove);
  }
}
