package dev.skiff.control;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client of the control socket that asks, a request at a time: the next one is not read before
 * the reply to the last is with him. Never waits. Thread: the socket's.
 */
final class Client {
  private static final Logger LOG = LoggerFactory.getLogger(Client.class);
  private static final int SCRATCH = 1 << 16;

  /** What is to come next. */
  enum State {
    /** A request, or the rest of one. */
    READING,
    /** The reply, which others work at. */
    ASKED,
    /** That the client takes the reply. */
    WRITING,
    /** It reads a stream, and is somebody else's. */
    STREAMING,
    /** Nothing any more. */
    CLOSED
  }

  final SocketChannel channel;
  final SelectionKey key;
  private final ByteBuffer in = ByteBuffer.allocate(Limits.MAX_LINE + 1);
  private @Nullable ByteBuffer out;
  private State state = State.READING;

  /** When the present state began; in READING, when the first byte of the request came. */
  private long sinceNs;

  private boolean atEnd;
  private boolean isLast;
  private int asked;

  Client(SocketChannel channel, SelectionKey key, long nowNs) {
    this.channel = channel;
    this.key = key;
    sinceNs = nowNs;
  }

  State state() {
    return state;
  }

  private void become(State next, long nowNs, int interest) {
    state = next;
    sinceNs = nowNs;
    watch(interest);
  }

  /** What the thread of the socket is to look for: operations of {@link SelectionKey}. */
  void watch(int interest) {
    try {
      var _ = key.interestOps(interest);
    } catch (CancelledKeyException e) {
      LOG.debug("control socket: closed already: {}", e.toString());
    }
  }

  /** How long it has been in its state. */
  long ageNs(long nowNs) {
    return nowNs - sinceNs;
  }

  /** How many requests it has made. */
  int asked() {
    return asked;
  }

  /**
   * Takes what has come, and of that the next request.
   *
   * @return a line; null if there is no whole one yet, or it is closed now
   */
  @Nullable String read(long nowNs) {
    try {
      boolean first = in.position() == 0;
      atEnd |= in.hasRemaining() && channel.read(in) < 0;
      if (first && in.position() > 0) {
        sinceNs = nowNs;
      }
      return nextLine(nowNs);
    } catch (IOException e) {
      LOG.debug("control socket: a client went away: {}", e.toString());
      close();
      return null;
    }
  }

  /** The next request of what has come already; null as for {@link #read}. */
  @Nullable String nextLine(long nowNs) {
    for (int i = 0; i < in.position(); i++) {
      if (in.get(i) == '\n') {
        return taken(i, i + 1, nowNs);
      }
    }
    if (!in.hasRemaining()) {
      asked(nowNs);
      end(new Reply.Failure("a request is at most " + Limits.MAX_LINE + " bytes"), nowNs);
    } else if (atEnd && in.position() > 0) {
      return taken(in.position(), in.position(), nowNs); // Its last line, without an end.
    } else if (atEnd) {
      close();
    }
    return null;
  }

  private String taken(int length, int consumed, long nowNs) {
    String line = new String(in.array(), 0, length, StandardCharsets.UTF_8);
    in.flip();
    var _ = in.position(consumed);
    var _ = in.compact();
    asked(nowNs);
    return line;
  }

  private void asked(long nowNs) {
    asked++;
    become(State.ASKED, nowNs, 0);
  }

  /** Sends the reply to the request, as far as it is taken at once. */
  void reply(String line, long nowNs) {
    if (state == State.ASKED) {
      out = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
      become(State.WRITING, nowNs, SelectionKey.OP_WRITE);
      write(nowNs);
    }
  }

  /** Sends a reply after which there is no other. */
  void end(Reply reply, long nowNs) {
    isLast = true;
    reply(Requests.line(reply), nowNs);
  }

  /** Sends more of the reply. */
  void write(long nowNs) {
    ByteBuffer left = out;
    if (state != State.WRITING || left == null) {
      return;
    }
    try {
      var _ = channel.write(left);
      if (!left.hasRemaining()) {
        out = null;
        become(State.READING, nowNs, SelectionKey.OP_READ);
        if (isLast) {
          close();
        }
      }
    } catch (IOException e) {
      LOG.debug("control socket: a client went away: {}", e.toString());
      close();
    }
  }

  /** Its stream's thread writes to it from now on; what it says still comes here. */
  void becomeStream(long nowNs) {
    become(State.STREAMING, nowNs, SelectionKey.OP_READ);
  }

  /**
   * Whether one that reads a stream has gone, or says that it wants no more; what else it says is
   * of no meaning.
   */
  boolean hasEnded() {
    try {
      return channel.read(ByteBuffer.allocate(SCRATCH)) < 0;
    } catch (IOException e) {
      LOG.debug("control socket: the reader of a stream went away: {}", e.toString());
      return true;
    }
  }

  /** Says why, if it can be said at once and not in the middle of a reply, and closes. */
  void cutOff(String why) {
    try {
      if (state != State.WRITING) {
        String line = Requests.line(new Reply.Failure(why));
        var _ = channel.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)));
      }
    } catch (IOException e) {
      LOG.debug("control socket: a client that is cut off went away: {}", e.toString());
    }
    close();
  }

  /** Nothing comes in or goes out any more. */
  void close() {
    state = State.CLOSED;
    try (channel) {
      // What is left unread would take the reply from one that has not read it yet.
      var _ = channel.read(ByteBuffer.allocate(SCRATCH));
    } catch (IOException e) {
      LOG.debug("control socket: {}", e.toString());
    }
  }

  /** Why its time is up; null if it is not. */
  @Nullable String overdue(Limits limits, long nowNs) {
    long age = ageNs(nowNs);
    return switch (state) {
      case READING ->
          in.position() == 0
              ? age > limits.idleNs() ? "nothing was asked for too long" : null
              : age > limits.lineNs() ? "the request was not ended in time" : null;
      case WRITING -> age > limits.replyNs() ? "the reply was not read in time" : null;
      case ASKED, STREAMING, CLOSED -> null;
    };
  }

  /** How long its present state may last at most. */
  long leftNs(Limits limits, long nowNs) {
    return switch (state) {
      case READING -> (in.position() == 0 ? limits.idleNs() : limits.lineNs()) - ageNs(nowNs);
      case WRITING -> limits.replyNs() - ageNs(nowNs);
      case ASKED, STREAMING, CLOSED -> Long.MAX_VALUE;
    };
  }
}
