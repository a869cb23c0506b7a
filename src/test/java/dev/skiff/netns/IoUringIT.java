package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.skiff.sys.Errno;
import dev.skiff.sys.IoUring;
import dev.skiff.sys.SysException;
import dev.skiff.sys.TapOptions;
import dev.skiff.sys.TunTap;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A ring on a real TAP, bridged to another that the test itself reads and writes. */
@Tag("netns")
class IoUringIT {
  private static final int BURST = 32;
  private static final int ENTRIES = 2 * BURST;
  private static final int FRAME = 100;
  private static final int MAX_FRAME = 2048;
  private static final int NUMBER = 20;
  private static final byte[] US = {2, 0, 0x5e, 0x10, 0, 1};
  private static final byte[] FAR = {2, 0, 0x5e, 0x10, 0, 9};

  private final Netns netns = new Netns();
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment out = arena.allocate((long) BURST * MAX_FRAME);
  private final MemorySegment in = arena.allocate((long) (BURST + 1) * MAX_FRAME);
  private TunTap tap;
  private RawTap far;

  @BeforeEach
  void bridgeThem() throws IOException {
    // The host's own chatter would be in the way of counting.
    netns.exec("sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1");
    netns.exec("ip", "link", "add", "br0", "type", "bridge", "mcast_snooping", "0");
    tap = TunTap.open(TapOptions.of("skiff0").withNetns(netns.name()));
    far = RawTap.in(netns, "far0", 1000);
    for (String port : new String[] {"skiff0", "far0"}) {
      netns.exec("ip", "link", "set", port, "master", "br0", "up");
    }
    netns.exec("ip", "link", "set", "br0", "up");
  }

  @AfterEach
  void close() {
    tap.close();
    far.close();
    netns.close();
    arena.close();
  }

  private IoUring open() throws SysException {
    try {
      return IoUring.open(ENTRIES, tap.fd());
    } catch (SysException e) {
      boolean refused =
          e.errno() == Errno.ENOSYS || e.errno() == Errno.EPERM || e.errno() == Errno.EOPNOTSUPP;
      assumeTrue(!refused, "NO io_uring HERE, SO NOTHING OF IT IS TESTED: " + e.getMessage());
      throw e;
    }
  }

  private static byte[] frame(byte[] from, byte[] to, int number) {
    byte[] frame = new byte[FRAME];
    System.arraycopy(to, 0, frame, 0, to.length);
    System.arraycopy(from, 0, frame, to.length, from.length);
    frame[12] = (byte) 0x88; // The type for experiments: nobody answers.
    frame[13] = (byte) 0xb5;
    frame[NUMBER] = (byte) number;
    return frame;
  }

  private long slot(MemorySegment array, int index) {
    return array.address() + (long) index * MAX_FRAME;
  }

  private void prepWrite(IoUring ring, int number) {
    byte[] frame = frame(US, FAR, number);
    MemorySegment.copy(
        frame, 0, out, ValueLayout.JAVA_BYTE, (long) number * MAX_FRAME, frame.length);
    assertTrue(ring.prepWrite(slot(out, number), FRAME, number));
  }

  private static void completes(IoUring ring, int userData, int result) {
    assertTrue(ring.nextCompletion());
    assertEquals(userData, ring.userData());
    assertEquals(result, ring.result());
  }

  @Test
  void aBurstBothWaysTakesOneEnterAndKeepsItsOrder() throws IOException {
    try (IoUring ring = open()) {
      for (int round = 1; round <= 3; round++) {
        for (int i = 0; i < BURST - 1; i++) {
          far.send(frame(FAR, US, i));
        }
        for (int i = 0; i < BURST; i++) {
          prepWrite(ring, i);
          assertTrue(ring.prepRead(slot(in, i), MAX_FRAME, ENTRIES + i));
        }
        assertEquals(0, ring.submitAndWait(ENTRIES));
        assertEquals(round, ring.enters());
        for (int i = 0; i < BURST; i++) {
          completes(ring, i, FRAME);
          // The last one finds nothing.
          completes(ring, ENTRIES + i, i < BURST - 1 ? FRAME : -Errno.EAGAIN);
        }
        assertFalse(ring.nextCompletion());
        for (int i = 0; i < BURST; i++) {
          assertArrayEquals(frame(US, FAR, i), far.receive(), "sent " + i);
        }
        assertEquals(0, far.receive().length);
        for (int i = 0; i < BURST - 1; i++) {
          assertEquals(
              i, in.get(ValueLayout.JAVA_BYTE, (long) i * MAX_FRAME + NUMBER), "received " + i);
        }
      }
    }
  }

  private String counters() {
    return netns.exec("sh", "-c", "cd /sys/class/net/skiff0/statistics && grep . *");
  }

  @Test
  void openingMovesNoCounterAndTakesNoFrame() throws IOException {
    far.send(frame(FAR, US, 1));
    String before = counters();
    IoUring ring = open();
    assertEquals(0, far.receive().length);
    assertEquals(before, counters());
    assertTrue(ring.prepRead(slot(in, 0), MAX_FRAME, 7));
    assertEquals(0, ring.submitAndWait(1));
    completes(ring, 7, FRAME);
    assertFalse(before.equals(counters()), "a frame does");
    ring.close();
  }

  private static void bothComplete(IoUring ring, int first, int second) {
    int[] results = new int[2];
    for (int i = 0; i < results.length; i++) {
      assertTrue(ring.nextCompletion());
      results[(int) ring.userData()] = ring.result();
    }
    assertArrayEquals(new int[] {first, second}, results);
    assertFalse(ring.nextCompletion());
  }

  @Test
  void anInterfaceThatIsDownOrGoneSaysSoForEachRequest() throws IOException {
    try (IoUring ring = open()) {
      netns.exec("ip", "link", "set", "skiff0", "down");
      prepWrite(ring, 0);
      assertTrue(ring.prepRead(slot(in, 0), MAX_FRAME, 1));
      assertEquals(0, ring.submitAndWait(2));
      bothComplete(ring, -Errno.EIO, -Errno.EAGAIN);
      netns.exec("ip", "link", "del", "skiff0");
      prepWrite(ring, 0);
      assertTrue(ring.prepRead(slot(in, 0), MAX_FRAME, 1));
      assertEquals(0, ring.submitAndWait(2));
      bothComplete(ring, -Errno.EBADFD, -Errno.EBADFD);
      assertEquals(2, ring.enters());
    }
  }

  @Test
  void theTapIsGoneAndFreeAsSoonAsBothAreClosed() throws IOException {
    for (int i = 0; i < 5; i++) {
      IoUring ring = open();
      ring.close();
      tap.close();
      assertFalse(netns.has("skiff0"));
      tap = TunTap.open(TapOptions.of("skiff0").withNetns(netns.name()));
      assertTrue(tap.created());
    }
  }

  @Test
  void aTapThatIsClosedFirstStaysUntilItsRingIsClosed() throws IOException {
    IoUring ring = open();
    tap.close();
    assertTrue(netns.has("skiff0"));
    ring.close();
    assertFalse(netns.has("skiff0"));
  }
}
