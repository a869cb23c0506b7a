package dev.skiff.control;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client that reads a stream, written to by a thread of its own. Where he takes no more, that
 * thread waits for the socket's to say that he does again, or that he is cut off.
 */
final class StreamClient implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(StreamClient.class);
  private static final int BUFFER = 1 << 16;
  private static final long LOOK_NS = 1_000_000_000L;

  private final Client client;
  private final Command.Streamed command;
  private final Streams streams;
  private final Clients clients;
  private volatile Streams.@Nullable Stream stream;
  private volatile boolean stopped;
  private volatile @Nullable Thread stuckWriter;
  private volatile long stuckSinceNs;

  StreamClient(Client client, Command.Streamed command, Streams streams, Clients clients) {
    this.client = client;
    this.command = command;
    this.streams = streams;
    this.clients = clients;
  }

  Client client() {
    return client;
  }

  /** Opens the stream and writes it, until either is at its end. */
  @Override
  public void run() {
    Reply refusal = null;
    try (Streams.Stream opened = streams.open(command)) {
      stream = opened;
      if (stopped) {
        opened.stop();
      }
      OutputStream out = new BufferedOutputStream(new Out(), BUFFER);
      out.write(Requests.line(new Reply.StreamFollows(opened.kind())).getBytes(Json.CHARSET));
      out.flush();
      opened.writeTo(out);
    } catch (Streams.Refused | IllegalArgumentException e) {
      refusal = new Reply.Failure(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      LOG.debug("control socket: the reader of a stream went away: {}", e.toString());
    } catch (RuntimeException | AssertionError | StackOverflowError e) {
      LOG.error("control socket: {} threw, a bug", command.word(), e);
      refusal = new Reply.Failure("a bug: the command threw " + e);
    } finally {
      clients.streamEnded(this, stream == null ? refusal : null);
    }
  }

  /** Has the stream come to its end soon. May wait for the loop. */
  void stop() {
    stopped = true;
    Streams.Stream running = stream;
    if (running != null) {
      running.stop();
    }
  }

  /** The socket's thread: the client takes more, or nothing ever again. */
  void wake() {
    Thread writer = stuckWriter;
    stuckWriter = null;
    LockSupport.unpark(writer);
  }

  /** For how long he has taken nothing of what there is for him; 0 if he is not behind. */
  long stuckNs(long nowNs) {
    return stuckWriter == null ? 0 : Math.max(0, nowNs - stuckSinceNs);
  }

  private final class Out extends OutputStream {
    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int n) throws IOException {
      SocketChannel channel = client.channel;
      ByteBuffer left = ByteBuffer.wrap(bytes, offset, n);
      while (left.hasRemaining()) {
        if (channel.write(left) == 0) {
          awaitReader(channel);
        }
      }
    }

    private void awaitReader(SocketChannel channel) throws IOException {
      stuckSinceNs = System.nanoTime();
      stuckWriter = Thread.currentThread();
      clients.onLoop(() -> client.watch(SelectionKey.OP_READ | SelectionKey.OP_WRITE));
      while (stuckWriter != null && channel.isOpen()) {
        LockSupport.parkNanos(this, LOOK_NS);
      }
      stuckWriter = null;
      if (!channel.isOpen()) {
        throw new ClosedChannelException();
      }
    }
  }
}
