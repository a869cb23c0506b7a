package dev.skiff.trace;

import dev.skiff.header.MacAddr;
import dev.skiff.skb.DropReason;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes a capture as pcapng: draft-ietf-opsawg-pcapng, one section, an interface for each device,
 * timestamps in nanoseconds, and each frame's end in a comment.
 *
 * <p>Thread: its owner's.
 */
public final class PcapngWriter {
  static final int SECTION_HEADER = 0x0A0D0D0A;
  static final int INTERFACE_DESCRIPTION = 1;
  static final int INTERFACE_STATISTICS = 5;
  static final int ENHANCED_PACKET = 6;
  static final int BYTE_ORDER_MAGIC = 0x1A2B3C4D;
  static final int LINKTYPE_ETHERNET = 1;

  static final int OPT_COMMENT = 1;
  static final int SHB_USERAPPL = 4;
  static final int IF_NAME = 2;
  static final int IF_MACADDR = 6;
  static final int IF_TSRESOL = 9;
  static final int EPB_FLAGS = 2;
  static final int EPB_DROPCOUNT = 4;
  static final int EPB_PACKETID = 5;
  private static final int ISB_IFRECV = 4;
  static final int ISB_IFDROP = 5;

  static final int FLAG_INBOUND = 1;
  static final int FLAG_OUTBOUND = 2;
  private static final int FLAG_UNICAST = 1 << 2;
  private static final int FLAG_MULTICAST = 2 << 2;
  private static final int FLAG_BROADCAST = 3 << 2;

  private static final int MAX_BLOCK = Scratch.MAX_FRAME + 1024;
  private static final byte NANOSECONDS = 9;

  /** A device, as a capture describes it. */
  public record Interface(String name, long mac) {}

  private final OutputStream out;
  private final long epochOffsetNs;
  private final byte[][] comments = new byte[DropReason.count()][];
  private final ByteBuffer block = ByteBuffer.allocate(MAX_BLOCK).order(ByteOrder.LITTLE_ENDIAN);

  /**
   * Writes the section's header and its interfaces.
   *
   * @param out where it goes; buffered by the caller
   * @param application what made it
   * @param epochOffsetNs what makes of a stamp on the loop's clock nanoseconds since 1970
   */
  public PcapngWriter(
      OutputStream out, String application, List<Interface> interfaces, long epochOffsetNs)
      throws IOException {
    this.out = out;
    this.epochOffsetNs = epochOffsetNs;
    for (DropReason reason : DropReason.values()) {
      comments[reason.ordinal()] = bytes(comment(reason));
    }
    begin(SECTION_HEADER);
    block.putInt(BYTE_ORDER_MAGIC).putShort((short) 1).putShort((short) 0).putLong(-1);
    option(SHB_USERAPPL, bytes(application));
    end();
    for (Interface dev : interfaces) {
      begin(INTERFACE_DESCRIPTION);
      block.putShort((short) LINKTYPE_ETHERNET).putShort((short) 0).putInt(0);
      option(IF_NAME, bytes(dev.name));
      byte[] mac = new byte[MacAddr.ALEN];
      for (int i = 0; i < mac.length; i++) {
        mac[i] = (byte) (dev.mac >>> (8 * (mac.length - 1 - i)));
      }
      option(IF_MACADDR, mac);
      option(IF_TSRESOL, new byte[] {NANOSECONDS});
      end();
    }
  }

  /** What a packet's comment says of its end. */
  static String comment(DropReason reason) {
    return reason == DropReason.NOT_DROPPED ? "held" : reason.name() + ": " + reason.text();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Writes a frame.
   *
   * @param device its interface's number, from 0
   * @param stampNs when it was seen, on the loop's clock
   * @param n its length in bytes
   * @param lostBefore frames that were lost to the capture since the one before
   */
  void packet(
      int device,
      long stampNs,
      byte[] frame,
      int n,
      boolean in,
      long id,
      long lostBefore,
      DropReason verdict)
      throws IOException {
    long epochNs = stampNs + epochOffsetNs;
    begin(ENHANCED_PACKET);
    block.putInt(device).putInt((int) (epochNs >>> 32)).putInt((int) epochNs).putInt(n).putInt(n);
    block.put(frame, 0, n);
    pad();
    optionHeader(EPB_FLAGS, 4);
    block.putInt((in ? FLAG_INBOUND : FLAG_OUTBOUND) | reception(frame, n));
    if (lostBefore > 0) {
      optionHeader(EPB_DROPCOUNT, 8);
      block.putLong(lostBefore);
    }
    optionHeader(EPB_PACKETID, 8);
    block.putLong(id);
    option(OPT_COMMENT, comments[verdict.ordinal()]);
    end();
  }

  private static int reception(byte[] frame, int n) {
    if (n < MacAddr.ALEN) {
      return 0;
    }
    boolean broadcast = true;
    for (int i = 0; i < MacAddr.ALEN; i++) {
      broadcast &= frame[i] == -1;
    }
    if (broadcast) {
      return FLAG_BROADCAST;
    }
    return (frame[0] & 1) != 0 ? FLAG_MULTICAST : FLAG_UNICAST;
  }

  /**
   * Writes the closing statistics: frames seen by the capture, and those of them it lost.
   *
   * @param nowNs when, on the loop's clock
   */
  void statistics(long nowNs, long written, long lost) throws IOException {
    long epochNs = nowNs + epochOffsetNs;
    begin(INTERFACE_STATISTICS);
    block.putInt(0).putInt((int) (epochNs >>> 32)).putInt((int) epochNs);
    optionHeader(ISB_IFRECV, 8);
    block.putLong(written + lost);
    optionHeader(ISB_IFDROP, 8);
    block.putLong(lost);
    end();
  }

  void flush() throws IOException {
    out.flush();
  }

  // ---- Blocks -----------------------------------------------------------------------------------

  private void begin(int type) {
    block.clear();
    block.putInt(type).putInt(0);
  }

  private void optionHeader(int code, int length) {
    block.putShort((short) code).putShort((short) length);
  }

  private void option(int code, byte[] value) {
    optionHeader(code, value.length);
    block.put(value);
    pad();
  }

  private void pad() {
    while (block.position() % 4 != 0) {
      block.put((byte) 0);
    }
  }

  private void end() throws IOException {
    optionHeader(0, 0);
    int length = block.position() + 4;
    block.putInt(length);
    block.putInt(4, length);
    out.write(block.array(), 0, length);
  }
}
