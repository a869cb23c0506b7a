package dev.skiff.control;

import dev.skiff.sys.Sys;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens on the control socket, mode 0600, and answers one line with one line.
 *
 * <p>A line is at most {@link #MAX_LINE} bytes and there are at most {@link #MAX_CLIENTS} clients;
 * a client that breaks a rule is told and cut off. Threads: one that accepts and one for each
 * client.
 */
public final class ControlServer implements AutoCloseable {
  /** The most bytes in a request, its line end not counted. */
  public static final int MAX_LINE = 4096;

  /** The most clients at a time; for the next one, the one that was silent longest is cut off. */
  public static final int MAX_CLIENTS = 8;

  /** The most clients that read a stream at a time. */
  public static final int MAX_STREAMS = 4;

  /** How long a stream may take to end when the daemon does. */
  private static final long STREAM_END_NS = 500_000_000L;

  private static final long STREAM_LOOK_NS = 5_000_000L;

  /** The most bytes in a socket's path: {@code sun_path} less the closing zero. */
  public static final int MAX_PATH = 107;

  private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);
  private static final long GRACE_MS = 100;
  private static final long PAUSE_AFTER_ERROR_NS = 100_000_000L;
  private static final int UMASK_0600 = 0177;
  private static final int S_IFMT = 0170000;
  private static final int S_IFSOCK = 0140000;

  private final Path path;
  private final List<Path> madeDirectories;
  private final ServerSocketChannel server;
  private final Answers answers;
  private final Streams streams;
  private final Semaphore slots = new Semaphore(MAX_CLIENTS);
  private final Semaphore streamSlots = new Semaphore(MAX_STREAMS);

  /** The clients, and when each said something last. */
  private final Map<SocketChannel, Long> clients = new ConcurrentHashMap<>();

  /** Clients that read a stream, and so have nothing to say. */
  private final Map<SocketChannel, Streams.Stream> listeners = new ConcurrentHashMap<>();

  private ControlServer(
      Path path,
      List<Path> madeDirectories,
      ServerSocketChannel server,
      Answers answers,
      Streams streams) {
    this.path = path;
    this.madeDirectories = madeDirectories;
    this.server = server;
    this.answers = answers;
    this.streams = streams;
  }

  /**
   * Opens the socket and begins to answer. A socket file whose daemon is dead is replaced.
   *
   * @throws IOException with one line that says what to do
   */
  public static ControlServer open(Path path, Answers answers, Streams streams) throws IOException {
    if (path.toString().getBytes(StandardCharsets.UTF_8).length > MAX_PATH) {
      throw new IOException(
          "control socket "
              + path
              + ": longer than "
              + MAX_PATH
              + " bytes: give a shorter --socket");
    }
    List<Path> made = makeDirectories(path);
    try {
      removeStale(path);
      ControlServer control = new ControlServer(path, made, bind(path), answers, streams);
      Thread acceptor = new Thread(control::accept, "skiff-control");
      acceptor.setDaemon(true);
      acceptor.start();
      return control;
    } catch (IOException e) {
      removeDirectories(made);
      throw e;
    }
  }

  /**
   * Makes the directories that lack on the way to {@code path}: those made, the innermost first.
   */
  private static List<Path> makeDirectories(Path path) throws IOException {
    List<Path> made = new ArrayList<>();
    Path directory = path.toAbsolutePath().getParent();
    while (directory != null && !Files.exists(directory)) {
      made.add(directory);
      directory = directory.getParent();
    }
    try {
      if (!made.isEmpty()) {
        var _ = Files.createDirectories(made.getFirst());
      }
      return made;
    } catch (IOException e) {
      throw new IOException(
          "control socket "
              + path
              + ": its directory cannot be made (no permission, or a file is in the way): give"
              + " another --socket",
          e);
    }
  }

  private static void removeDirectories(List<Path> made) {
    try {
      for (Path directory : made) {
        var _ = Files.deleteIfExists(directory);
      }
    } catch (DirectoryNotEmptyException e) {
      LOG.debug("control socket: {} has somebody else's file by now", e.getMessage());
    } catch (IOException e) {
      LOG.warn("control socket: {}", e.toString());
    }
  }

  private static ServerSocketChannel bind(Path path) throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    int mask = Sys.umask(UMASK_0600);
    try {
      return server.bind(UnixDomainSocketAddress.of(path));
    } catch (IOException e) {
      server.close();
      throw new IOException(
          "control socket " + path + ": " + e.getMessage() + ": give another --socket", e);
    } finally {
      var _ = Sys.umask(mask);
    }
  }

  private static void removeStale(Path path) throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    // A file refuses a connection just as a dead daemon's socket does, and must not be deleted.
    if (!isSocket(path)) {
      throw new IOException(
          "control socket " + path + ": something else is there: give another --socket");
    }
    try (SocketChannel probe = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      throw new IOException(
          "control socket " + path + ": a daemon answers there: stop it, or give another --socket");
    } catch (java.net.ConnectException e) {
      Files.delete(path); // Nobody listens: left behind by a daemon that was killed.
    } catch (java.net.SocketException e) {
      throw new IOException(
          "control socket "
              + path
              + ": cannot be asked whether a daemon is there: give another --socket",
          e);
    }
  }

  private static boolean isSocket(Path path) throws IOException {
    return Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) instanceof Integer mode
        && (mode & S_IFMT) == S_IFSOCK;
  }

  /** Where it listens. */
  public Path path() {
    return path;
  }

  private void accept() {
    boolean complained = false;
    while (server.isOpen()) {
      try {
        SocketChannel client = server.accept();
        while (!slots.tryAcquire(GRACE_MS, TimeUnit.MILLISECONDS)) {
          cutOffTheMostSilent();
        }
        clients.put(client, System.nanoTime());
        Thread thread = new Thread(() -> serve(client), "skiff-control-client");
        thread.setDaemon(true);
        thread.start();
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        if (!complained) {
          complained = true;
          LOG.warn("control socket: {}; said once", e.toString());
        }
        // No descriptor is left, say: the client still waits, and to try at once would spin.
        LockSupport.parkNanos(PAUSE_AFTER_ERROR_NS);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** A client that says nothing must not keep others out. */
  private void cutOffTheMostSilent() throws IOException {
    Map.Entry<SocketChannel, Long> silent = null;
    for (Map.Entry<SocketChannel, Long> client : clients.entrySet()) {
      if (silent == null || client.getValue() - silent.getValue() < 0) {
        silent = client;
      }
    }
    if (silent != null) {
      silent.getKey().close();
    }
  }

  private void serve(SocketChannel client) {
    try (client) {
      InputStream in = new BufferedInputStream(Channels.newInputStream(client));
      OutputStream out = Channels.newOutputStream(client);
      for (String line = readLine(in); line != null; line = readLine(in)) {
        clients.put(client, System.nanoTime());
        boolean tooLong = line.length() > MAX_LINE;
        if (tooLong) {
          send(out, new Reply.Failure("a request is at most " + MAX_LINE + " bytes"));
          return;
        }
        if (!answer(line, client, out)) {
          return;
        }
      }
    } catch (IOException e) {
      LOG.debug("control socket: a client went away: {}", e.toString());
    } finally {
      clients.remove(client);
      listeners.remove(client);
      slots.release();
    }
  }

  /** Answers a request; says whether the client may ask another. */
  private boolean answer(String line, SocketChannel client, OutputStream out) throws IOException {
    try {
      switch (Command.of(Json.parse(line))) {
        case Command.Asked asked -> send(out, answers.answer(asked));
        case Command.Streamed streamed -> {
          stream(streamed, client, out);
          return false;
        }
      }
    } catch (IllegalArgumentException e) {
      send(out, new Reply.Failure(String.valueOf(e.getMessage())));
    }
    return true;
  }

  private void stream(Command.Streamed command, SocketChannel client, OutputStream out)
      throws IOException {
    if (!streamSlots.tryAcquire()) {
      send(out, new Reply.Failure("there are " + MAX_STREAMS + " streams already: end one"));
      return;
    }
    try (Streams.Stream stream = streams.open(command)) {
      listeners.put(client, stream);
      clients.remove(client);
      send(out, new Reply.StreamFollows(stream.kind()));
      StreamClient.serve(client, stream);
    } catch (Streams.Refused e) {
      send(out, new Reply.Failure(String.valueOf(e.getMessage())));
    } finally {
      streamSlots.release();
    }
  }

  private static void send(OutputStream out, Reply reply) throws IOException {
    out.write((Json.line(reply) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /** A line; null at the end; of one that is too long more characters than may be. */
  private static @Nullable String readLine(InputStream in) throws IOException {
    byte[] line = new byte[MAX_LINE + 1];
    int n = 0;
    while (n < line.length) {
      int b = in.read();
      if (b < 0 && n == 0) {
        return null;
      }
      if (b < 0 || b == '\n') {
        return new String(line, 0, n, StandardCharsets.UTF_8);
      }
      line[n++] = (byte) b;
    }
    return new String(line, 0, n, StandardCharsets.ISO_8859_1);
  }

  /** Has the streams come to their ends, and cuts off whoever does not read his. */
  private void endStreams() throws IOException {
    listeners.values().forEach(Streams.Stream::stop);
    long start = System.nanoTime();
    while (!listeners.isEmpty() && System.nanoTime() - start < STREAM_END_NS) {
      LockSupport.parkNanos(STREAM_LOOK_NS);
    }
    for (SocketChannel listener : listeners.keySet()) {
      listener.close();
    }
  }

  /**
   * Stops answering, cuts off the clients and removes the socket, and its directory if we made it.
   */
  @Override
  public void close() {
    try {
      server.close();
      for (SocketChannel client : clients.keySet()) {
        client.close();
      }
      endStreams();
      var _ = Files.deleteIfExists(path);
    } catch (IOException e) {
      LOG.warn("control socket {}: {}", path, e.toString());
    }
    removeDirectories(madeDirectories);
  }
}
