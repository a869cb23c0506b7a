package dev.skiff.control;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Asks a daemon one thing. Any thread; blocks. */
public final class ControlClient {
  private static final long TIMEOUT_S = 5;

  private ControlClient() {}

  /**
   * Sends a command and reads the reply.
   *
   * @return the reply as it came: one line of JSON
   * @throws IOException with one line that says what to do
   */
  public static String ask(Path socket, Command command) throws IOException {
    if (!Files.exists(socket)) {
      throw new IOException(
          "no daemon at "
              + socket
              + ": start one with skiff run, or name it with --tap or --socket");
    }
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      // Blocking calls on a channel have no timeout of their own; closing it ends them.
      var _ =
          CompletableFuture.runAsync(
              () -> close(channel), CompletableFuture.delayedExecutor(TIMEOUT_S, TimeUnit.SECONDS));
      boolean _ = channel.connect(UnixDomainSocketAddress.of(socket));
      var out = Channels.newOutputStream(channel);
      out.write((Json.line(command) + "\n").getBytes(StandardCharsets.UTF_8));
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8));
      String line = in.readLine();
      if (line == null) {
        throw new IOException("the daemon at " + socket + " went away without an answer");
      }
      return line;
    } catch (ClosedChannelException e) {
      throw new IOException(
          "the daemon at " + socket + " did not answer within " + TIMEOUT_S + " s: is it stuck?",
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
   * @throws IOException with the daemon's own words, if it failed
   */
  public static Map<String, Object> body(String line) throws IOException {
    Map<String, Object> reply = Json.parse(line);
    if (!Boolean.TRUE.equals(reply.get("ok"))) {
      throw new IOException("the daemon says: " + reply.get("error"));
    }
    return reply;
  }
}
