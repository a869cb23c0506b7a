package dev.skiff.control;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Set;

/** Makes what streamed commands are answered with. Any thread but the loop's. */
public interface Streams {
  /**
   * Begins a stream.
   *
   * @throws IllegalArgumentException with one line that says what is wrong with the request
   * @throws Refused with one line that says why it cannot be had now
   */
  Stream open(Command.Streamed command) throws Refused;

  /** What is opened by {@link Command.OwnStream}, beside the streams that {@link Command} names. */
  default Set<String> words() {
    return Set.of();
  }

  /** A stream that cannot be had now. */
  final class Refused extends IOException {
    private static final long serialVersionUID = 1;

    /** Says why, in one line. */
    public Refused(String why) {
      super(why);
    }
  }

  /** A stream that has begun. */
  interface Stream extends AutoCloseable {
    /** What the client will read, one word. */
    String kind();

    /**
     * Writes until it is at its end or stopped.
     *
     * @throws IOException if {@code out} fails
     */
    void writeTo(OutputStream out) throws IOException;

    /** Has {@link #writeTo} return soon. Any thread; may be called more than once. */
    void stop();

    /** Gives up what the stream needs: after {@link #writeTo} has returned. */
    @Override
    void close();
  }
}
