package dev.skiff.trace;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads what {@link PcapngWriter} writes, block by block, as a live capture comes in: not a reader
 * for everybody's files.
 *
 * <p>Thread: its owner's.
 */
public final class PcapngReader {
  private static final int MIN_BLOCK = 12;
  private static final int MAX_BLOCK = 1 << 20;

  /** Where a block's body begins: behind its type and its length. */
  static final int BODY = 8;

  private static final int INTERFACE_FIXED = 8;
  private static final int PACKET_FIXED = 20;
  private static final int STATISTICS_FIXED = 12;

  /**
   * A block.
   *
   * @param bytes as it came
   * @param packet what it holds, if it is a packet
   * @param isLast whether it is the closing statistics
   * @param lost in the closing statistics: frames that the capture lost
   */
  @SuppressWarnings("ArrayRecordComponent") // nobody compares them
  public record Block(byte[] bytes, @Nullable Captured packet, boolean isLast, long lost) {}

  private final InputStream in;
  private final List<String> interfaces = new ArrayList<>();

  /** Reads from {@code in}, which the caller closes. */
  public PcapngReader(InputStream in) {
    this.in = in;
  }

  /**
   * Reads the next block; waits for it.
   *
   * @return null at the end, where a block that was cut short is given up
   * @throws IOException if it is no pcapng of ours
   */
  public @Nullable Block next() throws IOException {
    ByteBuffer head = read(BODY);
    if (head == null) {
      return null;
    }
    int type = head.getInt(0);
    int length = head.getInt(4);
    if (length < MIN_BLOCK || length > MAX_BLOCK || length % 4 != 0) {
      throw new IOException("not a pcapng stream: a block of " + length + " bytes");
    }
    ByteBuffer rest = read(length - BODY);
    if (rest == null) {
      return null;
    }
    byte[] bytes = new byte[length];
    head.get(0, bytes, 0, BODY);
    rest.get(0, bytes, BODY, length - BODY);
    ByteBuffer block = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (type == PcapngWriter.INTERFACE_DESCRIPTION) {
      Map<Integer, byte[]> options = options(block, BODY + INTERFACE_FIXED);
      interfaces.add(text(options.get(PcapngWriter.IF_NAME)));
    }
    boolean isLast = type == PcapngWriter.INTERFACE_STATISTICS;
    return new Block(
        bytes,
        type == PcapngWriter.ENHANCED_PACKET ? packet(block) : null,
        isLast,
        isLast ? number(options(block, BODY + STATISTICS_FIXED).get(PcapngWriter.ISB_IFDROP)) : 0);
  }

  private Captured packet(ByteBuffer block) {
    int at = BODY;
    int dev = block.getInt(at);
    long epochNs = (long) block.getInt(at + 4) << 32 | Integer.toUnsignedLong(block.getInt(at + 8));
    byte[] frame = new byte[block.getInt(at + 12)];
    block.get(at + PACKET_FIXED, frame);
    Map<Integer, byte[]> options = options(block, (at + PACKET_FIXED + frame.length + 3) & -4);
    return new Captured(
        epochNs,
        dev < interfaces.size() ? interfaces.get(dev) : "?",
        (number(options.get(PcapngWriter.EPB_FLAGS)) & 3) == PcapngWriter.FLAG_INBOUND,
        number(options.get(PcapngWriter.EPB_PACKETID)),
        number(options.get(PcapngWriter.EPB_DROPCOUNT)),
        text(options.get(PcapngWriter.OPT_COMMENT)),
        frame);
  }

  private static Map<Integer, byte[]> options(ByteBuffer block, int from) {
    Map<Integer, byte[]> options = new HashMap<>();
    int end = block.limit() - 4;
    int at = from;
    while (at + 4 <= end && block.getShort(at) != 0) {
      byte[] value = new byte[block.getShort(at + 2) & 0xFFFF];
      block.get(at + 4, value);
      options.put((int) block.getShort(at), value);
      at += 4 + ((value.length + 3) & -4);
    }
    return options;
  }

  private static long number(byte @Nullable [] value) {
    if (value == null) {
      return 0;
    }
    ByteBuffer bytes = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
    return value.length == 8 ? bytes.getLong() : bytes.getInt();
  }

  private static String text(byte @Nullable [] value) {
    return value == null ? "" : new String(value, StandardCharsets.UTF_8);
  }

  private @Nullable ByteBuffer read(int n) throws IOException {
    byte[] bytes = in.readNBytes(n);
    return bytes.length < n ? null : ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
