package dev.skiff.trace;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/**
 * A pcapng file that has whole blocks only, whenever its writing ends: where a disk is full, what
 * has been written of the last block is taken back.
 *
 * <p>Each {@link #write(byte[], int, int)} is one block, as {@link PcapngWriter} writes them.
 * Thread: its owner's; {@link #packets} any.
 */
public final class WholeBlocks extends OutputStream {
  private static final int BUFFER = 1 << 16;

  private final FileChannel file;
  private ByteBuffer blocks = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
  private long size;
  private volatile long packets;

  /** Writes into {@code file}, which is empty, and closes it when it is closed itself. */
  public WholeBlocks(FileChannel file) {
    this.file = file;
  }

  /** Packets that are in the file, those that wait in the buffer not counted. */
  public long packets() {
    return packets;
  }

  @Override
  public void write(int b) {
    throw new UnsupportedOperationException("a block is written in one call");
  }

  @Override
  public void write(byte[] bytes, int offset, int n) throws IOException {
    if (n > blocks.remaining()) {
      flush();
    }
    if (n > blocks.capacity()) {
      blocks = ByteBuffer.allocate(n).order(ByteOrder.LITTLE_ENDIAN);
    }
    blocks.put(bytes, offset, n);
  }

  /**
   * Writes what waits.
   *
   * @throws IOException if the file takes no more: it ends with a whole block, and what was not
   *     written is given up
   */
  @Override
  public void flush() throws IOException {
    blocks.flip();
    try {
      while (blocks.hasRemaining()) {
        var _ = file.write(blocks);
      }
      size += settle(blocks.limit());
    } catch (IOException e) {
      int written = blocks.position();
      int whole = settle(written);
      size += whole;
      if (whole < written) {
        takeBack(e);
      }
      throw e;
    } finally {
      blocks.clear();
    }
  }

  private void takeBack(IOException because) {
    try {
      file.truncate(size);
    } catch (IOException e) {
      because.addSuppressed(e); // No file that can be shortened, but a pipe, say.
    }
  }

  /**
   * Counts the packets in the first {@code written} bytes; says how many bytes are whole blocks.
   */
  private int settle(int written) {
    int at = 0;
    long count = packets;
    while (at + PcapngReader.BODY <= written) {
      int length = blocks.getInt(at + 4);
      if (at + length > written) {
        break;
      }
      if (blocks.getInt(at) == PcapngWriter.ENHANCED_PACKET) {
        count++;
      }
      at += length;
    }
    packets = count;
    return at;
  }

  @Override
  public void close() throws IOException {
    try (file) {
      flush();
    }
  }
}
