package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.sys.Errno;
import dev.skiff.sys.Sys;
import dev.skiff.sys.TapOptions;
import dev.skiff.sys.TunTap;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A TAP in a namespace of which the test itself is the wire: what it sends is received by the
 * interface, what the interface sends it receives. Not for use by several threads.
 */
final class RawTap implements AutoCloseable {
  private static final int MAX_FRAME = 2048;

  private final TunTap tap;
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment buffer = arena.allocate(MAX_FRAME);

  private RawTap(TunTap tap) {
    this.tap = tap;
  }

  /**
   * Makes it; the interface is down.
   *
   * @param queue how many frames wait until the test looks
   */
  static RawTap in(Netns netns, String device, int queue) throws IOException {
    TapOptions options =
        TapOptions.of(device).withNetns(netns.name()).withTxQueueLen((Integer) queue);
    return new RawTap(TunTap.open(options));
  }

  /** Sends a frame. */
  void send(byte[] frame) {
    MemorySegment.copy(frame, 0, buffer, ValueLayout.JAVA_BYTE, 0, frame.length);
    assertEquals(frame.length, Sys.write(tap.fd(), buffer.address(), frame.length));
  }

  /** The next frame that has come; empty if there is none. */
  byte[] receive() {
    long n = Sys.read(tap.fd(), buffer.address(), MAX_FRAME);
    assertTrue(n > 0 || n == -Errno.EAGAIN, "read: " + n);
    return n < 0 ? new byte[0] : buffer.asSlice(0, n).toArray(ValueLayout.JAVA_BYTE);
  }

  @Override
  public void close() {
    tap.close();
    arena.close();
  }
}
