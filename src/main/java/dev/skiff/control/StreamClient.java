package dev.skiff.control;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client that reads a stream. It is written to by the thread that served it so far; another one
 * waits for its going away, which a writer with nothing to write would not notice.
 */
final class StreamClient {
  private static final Logger LOG = LoggerFactory.getLogger(StreamClient.class);
  private static final int BUFFER = 1 << 16;

  private StreamClient() {}

  /** Writes {@code stream} to {@code client} until either is at its end. */
  static void serve(SocketChannel client, Streams.Stream stream) throws IOException {
    Thread watcher = new Thread(() -> awaitEnd(client, stream), "skiff-control-watch");
    watcher.setDaemon(true);
    watcher.start();
    // The channel's own methods: a stream made of it by Channels would not write while it reads.
    stream.writeTo(new BufferedOutputStream(new ChannelOut(client), BUFFER));
  }

  private static void awaitEnd(SocketChannel client, Streams.Stream stream) {
    try {
      ByteBuffer ignored = ByteBuffer.allocate(BUFFER);
      while (client.read(ignored) >= 0) {
        ignored.clear();
      }
    } catch (IOException e) {
      LOG.debug("control socket: the reader of a stream went away: {}", e.toString());
    }
    stream.stop();
  }

  private static final class ChannelOut extends OutputStream {
    private final SocketChannel channel;

    ChannelOut(SocketChannel channel) {
      this.channel = channel;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int n) throws IOException {
      ByteBuffer left = ByteBuffer.wrap(bytes, offset, n);
      while (left.hasRemaining()) {
        var _ = channel.write(left);
      }
    }
  }
}
