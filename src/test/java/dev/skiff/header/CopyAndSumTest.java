package dev.skiff.header;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.skiff.Frames;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CopyAndSumTest {
  private static final int LONGEST = 1600;
  private static final int OFFSETS = 4;
  private static final int ROOM = LONGEST + 64;
  private static final byte OLD = (byte) 0xA5;

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment src = arena.allocate(ROOM);
  private final MemorySegment dst = arena.allocate(ROOM);

  @AfterEach
  void close() {
    arena.close();
  }

  @Test
  void everyLengthAtOddAndEvenOffsetsCopiesAndSumsAndWritesNothingElse() {
    byte[] random = new byte[ROOM];
    new Random(1071).nextBytes(random);
    holdAgainstPlain(random);
  }

  @Test
  void everyLengthOfAllOnes() {
    byte[] ones = new byte[ROOM];
    Arrays.fill(ones, (byte) 0xFF);
    holdAgainstPlain(ones);
  }

  private void holdAgainstPlain(byte[] bytes) {
    MemorySegment.copy(bytes, 0, src, ValueLayout.JAVA_BYTE, 0, ROOM);
    byte[] expected = new byte[ROOM];
    for (int n = 0; n <= LONGEST; n++) {
      for (int from = 0; from < OFFSETS; from++) {
        for (int to = 0; to < OFFSETS; to++) {
          dst.fill(OLD);
          int sum = InetChecksum.copyAndSum(src, from, dst, to, n);
          Arrays.fill(expected, OLD);
          System.arraycopy(bytes, from, expected, to, n);
          String which = n + " bytes from " + from + " to " + to;
          assertEquals(Frames.checksum(bytes, from, n), ~sum & 0xFFFF, which);
          assertEquals(-1, dst.mismatch(MemorySegment.ofArray(expected)), which);
        }
      }
    }
  }

  @Test
  void heapMemoryWillDo() {
    byte[] from = Frames.data(333);
    byte[] to = new byte[333];
    int sum =
        InetChecksum.copyAndSum(MemorySegment.ofArray(from), 0, MemorySegment.ofArray(to), 0, 333);
    assertEquals(Frames.checksum(from, 0, 333), ~sum & 0xFFFF);
    assertArrayEquals(from, to);
  }

  @Test
  void outOfBoundsThrowsNamesTheOffsetsAndCopiesNothing() {
    dst.fill(OLD);
    src.fill((byte) 1);
    String source = refused(src, ROOM - 50, dst, 0, 100);
    assertTrue(source.contains("" + (ROOM - 50)) && source.contains("" + ROOM), source);
    String destination = refused(src, 0, dst, ROOM - 50, 100);
    assertTrue(destination.contains("" + (ROOM - 50)), destination);
    String _ = refused(src, -1, dst, 0, 8);
    String _ = refused(src, 0, dst, -1, 8);
    String _ = refused(src, 0, dst, 0, -1);
    String _ = refused(src, 0, dst, 0, ROOM + 1);
    byte[] old = new byte[ROOM];
    Arrays.fill(old, OLD);
    assertEquals(-1, dst.mismatch(MemorySegment.ofArray(old)));
  }

  private static String refused(MemorySegment src, long from, MemorySegment dst, long to, int n) {
    IndexOutOfBoundsException e =
        assertThrows(
            IndexOutOfBoundsException.class,
            () -> fail("summed: " + InetChecksum.copyAndSum(src, from, dst, to, n)));
    return String.valueOf(e.getMessage());
  }
}
