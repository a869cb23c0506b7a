package dev.skiff.control;

import dev.skiff.sys.Sys;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
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

  /** The most clients at a time; the next one waits. */
  public static final int MAX_CLIENTS = 8;

  /** The most bytes in a socket's path: {@code sun_path} less the closing zero. */
  public static final int MAX_PATH = 107;

  private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);
  private static final int UMASK_0600 = 0177;
  private static final int S_IFMT = 0170000;
  private static final int S_IFSOCK = 0140000;

  private final Path path;
  private final @Nullable Path madeDirectory;
  private final ServerSocketChannel server;
  private final Answers answers;
  private final Semaphore slots = new Semaphore(MAX_CLIENTS);
  private final Set<SocketChannel> clients = ConcurrentHashMap.newKeySet();

  private ControlServer(
      Path path, @Nullable Path madeDirectory, ServerSocketChannel server, Answers answers) {
    this.path = path;
    this.madeDirectory = madeDirectory;
    this.server = server;
    this.answers = answers;
  }

  /**
   * Opens the socket and begins to answer. A socket file whose daemon is dead is replaced.
   *
   * @throws IOException with one line that says what to do
   */
  public static ControlServer open(Path path, Answers answers) throws IOException {
    if (path.toString().getBytes(StandardCharsets.UTF_8).length > MAX_PATH) {
      throw new IOException(
          "control socket "
              + path
              + ": longer than "
              + MAX_PATH
              + " bytes: give a shorter --socket");
    }
    Path made = null;
    try {
      Path directory = path.toAbsolutePath().getParent();
      if (directory != null && !Files.isDirectory(directory)) {
        made = Files.createDirectories(directory);
      }
    } catch (IOException e) {
      throw new IOException(
          "control socket "
              + path
              + ": its directory cannot be made ("
              + e
              + "): give another --socket",
          e);
    }
    removeStale(path);
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    int mask = Sys.umask(UMASK_0600);
    try {
      server.bind(UnixDomainSocketAddress.of(path));
    } catch (IOException e) {
      server.close();
      throw new IOException(
          "control socket " + path + ": " + e.getMessage() + ": give another --socket", e);
    } finally {
      var _ = Sys.umask(mask);
    }
    ControlServer control = new ControlServer(path, made, server, answers);
    Thread acceptor = new Thread(control::accept, "skiff-control");
    acceptor.setDaemon(true);
    acceptor.start();
    return control;
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
    while (server.isOpen()) {
      try {
        slots.acquire();
        SocketChannel client = server.accept();
        clients.add(client);
        Thread thread = new Thread(() -> serve(client), "skiff-control-client");
        thread.setDaemon(true);
        thread.start();
      } catch (java.nio.channels.ClosedChannelException e) {
        return;
      } catch (IOException e) {
        LOG.warn("control socket: {}", e.toString());
        slots.release();
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void serve(SocketChannel client) {
    try (client) {
      InputStream in = new BufferedInputStream(Channels.newInputStream(client));
      OutputStream out = Channels.newOutputStream(client);
      for (String line = readLine(in); line != null; line = readLine(in)) {
        Reply reply = reply(line);
        out.write((Json.line(reply) + "\n").getBytes(StandardCharsets.UTF_8));
      }
    } catch (LineTooLongException e) {
      LOG.warn("control socket: a client sent a line over {} bytes and was cut off", MAX_LINE);
    } catch (IOException e) {
      LOG.debug("control socket: a client went away: {}", e.toString());
    } finally {
      clients.remove(client);
      slots.release();
    }
  }

  private Reply reply(String line) {
    try {
      return answers.answer(Command.of(Json.parse(line)));
    } catch (IllegalArgumentException e) {
      return new Reply.Failure(String.valueOf(e.getMessage()));
    }
  }

  private static @Nullable String readLine(InputStream in) throws IOException {
    byte[] line = new byte[MAX_LINE];
    int n = 0;
    while (true) {
      int b = in.read();
      if (b < 0) {
        return null;
      }
      if (b == '\n') {
        return new String(line, 0, n, StandardCharsets.UTF_8);
      }
      if (n == MAX_LINE) {
        throw new LineTooLongException();
      }
      line[n++] = (byte) b;
    }
  }

  private static final class LineTooLongException extends IOException {}

  /**
   * Stops answering, cuts off the clients and removes the socket, and its directory if we made it.
   */
  @Override
  public void close() {
    try {
      server.close();
      for (SocketChannel client : clients) {
        client.close();
      }
      var _ = Files.deleteIfExists(path);
      if (madeDirectory != null) {
        var _ = Files.deleteIfExists(madeDirectory);
      }
    } catch (DirectoryNotEmptyException e) {
      LOG.debug("control socket {}: its directory has another daemon's socket by now", path);
    } catch (IOException e) {
      LOG.warn("control socket {}: {}", path, e.toString());
    }
  }
}
