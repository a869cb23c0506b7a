package dev.skiff.golden;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Classic pcap files with nanoseconds, Ethernet: as tcpdump reads them. */
public final class Pcap {
  private static final int MAGIC_NS = 0xA1B2_3C4D;
  private static final int FILE_HEADER = 24;
  private static final int RECORD_HEADER = 16;
  private static final int SNAP_LEN = 65_535;
  private static final int LINKTYPE_ETHERNET = 1;
  private static final long NS_PER_S = 1_000_000_000L;

  /** A frame and when it passed. */
  public record Frame(long timeNs, byte[] bytes) {}

  private Pcap() {}

  /** The frames of a file. */
  public static List<Frame> read(Path file) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    if (in.getInt(0) != MAGIC_NS) {
      throw new IOException(file + " is no little-endian pcap file with nanoseconds");
    }
    in.position(FILE_HEADER);
    List<Frame> frames = new ArrayList<>();
    while (in.remaining() >= RECORD_HEADER) {
      long timeNs = in.getInt() * NS_PER_S + in.getInt();
      byte[] bytes = new byte[in.getInt()];
      int original = in.getInt();
      if (original != bytes.length) {
        throw new IOException(file + ": a frame is cut");
      }
      in.get(bytes);
      frames.add(new Frame(timeNs, bytes));
    }
    return frames;
  }

  /** Makes the file anew with these frames. */
  public static void write(Path file, List<Frame> frames) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(
        little(FILE_HEADER)
            .putInt(MAGIC_NS)
            .putShort((short) 2)
            .putShort((short) 4)
            .putLong(0)
            .putInt(SNAP_LEN)
            .putInt(LINKTYPE_ETHERNET)
            .array());
    for (Frame frame : frames) {
      int n = frame.bytes().length;
      out.writeBytes(
          little(RECORD_HEADER)
              .putInt((int) (frame.timeNs() / NS_PER_S))
              .putInt((int) (frame.timeNs() % NS_PER_S))
              .putInt(n)
              .putInt(n)
              .array());
      out.writeBytes(frame.bytes());
    }
    Files.write(file, out.toByteArray());
  }

  private static ByteBuffer little(int n) {
    return ByteBuffer.allocate(n).order(ByteOrder.LITTLE_ENDIAN);
  }
}
