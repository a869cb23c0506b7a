package dev.skiff.control;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Asks a daemon one thing, and reads a stream if that is the answer. Any thread; blocks. */
public final class ControlClient {
  private static final long TIMEOUT_S = 5;
  private static final int STREAM_BUFFER = 1 << 16;

  /** Many times what a full neighbour table takes, in bytes. */
  private static final int MAX_REPLY = 1 << 24;

  private ControlClient() {}

  /**
   * Sends a command and reads the reply.
   *
   * @return the reply as it came: one line of JSON
   * @throws IOException with one line that says what to do
   */
  public static String ask(Path socket, Command command) throws IOException {
    try (SocketChannel channel = open(socket)) {
      return exchange(channel, socket, command);
    }
  }

  /**
   * Sends a command and begins to read the stream that it is answered with.
   *
   * @throws IOException with one line that says what to do, the daemon's own words if it refused
   */
  public static LiveStream stream(Path socket, Command.Streamed command) throws IOException {
    SocketChannel channel = open(socket);
    try {
      var _ = body(exchange(channel, socket, command));
      return new LiveStream(channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** The daemon will not, or cannot, do what it was asked. */
  public static final class Refused extends IOException {
    private static final long serialVersionUID = 1;

    private final String why;

    Refused(String why) {
      super("the daemon says: " + why);
      this.why = why;
    }

    /** The daemon's own words. */
    public String why() {
      return why;
    }
  }

  /** A stream as it comes in. */
  public static final class LiveStream implements AutoCloseable {
    private final SocketChannel channel;
    private final InputStream in;

    private LiveStream(SocketChannel channel) {
      this.channel = channel;
      in = new BufferedInputStream(new ChannelIn(channel), STREAM_BUFFER);
    }

    /** What the daemon writes. */
    public InputStream in() {
      return in;
    }

    /**
     * Has the daemon come to an end: it writes what it still has, and closes. If it does not within
     * a few seconds the stream is cut off. Any thread.
     */
    public void end() {
      try {
        var _ = channel.shutdownOutput();
        closeAfterTimeout(channel, new AtomicBoolean());
      } catch (IOException e) {
        ControlClient.close(channel);
      }
    }

    @Override
    public void close() {
      ControlClient.close(channel);
    }
  }

  /** Unlike that of {@code Channels}, its reads do not keep another thread from the channel. */
  private static final class ChannelIn extends InputStream {
    private final SocketChannel channel;

    ChannelIn(SocketChannel channel) {
      this.channel = channel;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int n) throws IOException {
      return n == 0 ? 0 : channel.read(ByteBuffer.wrap(bytes, offset, n));
    }
  }

  /** Nobody answers at a socket, or not any more. */
  public static final class NoDaemon extends IOException {
    private static final long serialVersionUID = 1;

    NoDaemon(String message, @Nullable Exception cause) {
      super(message, cause);
    }
  }

  /**
   * Whether we may know what is there: what is in a directory that is closed to us looks like
   * nothing.
   *
   * @throws IOException with one line, if not
   */
  public static void checkMayLook(Path socket) throws IOException {
    Path directory = socket.toAbsolutePath().getParent();
    while (directory != null && !Files.isDirectory(directory)) {
      directory = directory.getParent();
    }
    if (directory != null && !Files.isExecutable(directory)) {
      throw new IOException(
          directory
              + " is closed to you: ask as the user that the daemon runs as, or as root (sudo)");
    }
  }

  private static SocketChannel open(Path socket) throws IOException {
    if (!Files.exists(socket)) {
      checkMayLook(socket);
      throw new NoDaemon(
          "no daemon at "
              + socket
              + ": start one with skiff run, or name it with --tap or --socket",
          null);
    }
    return SocketChannel.open(StandardProtocolFamily.UNIX);
  }

  /** Connects, sends a command and reads one line, and no byte more. */
  private static String exchange(SocketChannel channel, Path socket, Command command)
      throws IOException {
    AtomicBoolean answered = new AtomicBoolean();
    try {
      // Blocking calls on a channel have no timeout of their own; closing it ends them.
      closeAfterTimeout(channel, answered);
      boolean _ = channel.connect(UnixDomainSocketAddress.of(socket));
      var out = Channels.newOutputStream(channel);
      out.write((Json.line(command) + "\n").getBytes(StandardCharsets.UTF_8));
      String line = readLine(new ChannelIn(channel));
      answered.set(true);
      if (line == null) {
        throw new NoDaemon("the daemon at " + socket + " went away without an answer", null);
      }
      return line;
    } catch (ClosedChannelException e) {
      throw new IOException(
          "the daemon at " + socket + " did not answer within " + TIMEOUT_S + " s: is it stuck?",
          e);
    } catch (java.net.ConnectException e) {
      throw new NoDaemon(
          "no daemon answers at " + socket + ", one has left it behind: start one with skiff run",
          e);
    } catch (java.net.SocketException e) {
      throw new IOException(
          "the daemon at "
              + socket
              + " cannot be asked ("
              + e.getMessage()
              + "): is it running, and"
              + " is the socket yours?",
          e);
    }
  }

  private static @Nullable String readLine(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        return null;
      }
      if (line.size() == MAX_REPLY) {
        throw new IOException("a reply without an end: is it a Skiff daemon?");
      }
      line.write(b);
    }
    return line.toString(StandardCharsets.UTF_8);
  }

  private static void closeAfterTimeout(SocketChannel channel, AtomicBoolean unless) {
    var _ =
        CompletableFuture.runAsync(
            () -> {
              if (!unless.get()) {
                close(channel);
              }
            },
            CompletableFuture.delayedExecutor(TIMEOUT_S, TimeUnit.SECONDS));
  }

  private static void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // It is of no use any more either way.
    }
  }

  /**
   * The body of a reply.
   *
   * @throws Refused with the daemon's own words, if it failed
   * @throws IOException with one line, if it is none that this version can read
   */
  public static Map<String, Object> body(String line) throws IOException {
    Map<String, Object> reply;
    try {
      reply = Json.parse(line);
    } catch (IllegalArgumentException e) {
      throw new IOException("what answers there is no Skiff daemon: name another --socket", e);
    }
    if (!Boolean.TRUE.equals(reply.get("ok"))) {
      throw new Refused(String.valueOf(reply.get("error")));
    }
    if (!(reply.get("v") instanceof Integer version) || version != Command.VERSION) {
      throw new IOException(
          "the daemon speaks version "
              + reply.get("v")
              + " of the protocol, and this skiff version "
              + Command.VERSION
              + ": use the skiff that belongs to the daemon");
    }
    return reply;
  }
}
