package dev.skiff.sys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RtMessageTest {
  private static final int RTM_NEWLINK = 16;
  private static final int UP = 0x1;
  private static final int LOWER_UP = 0x10000;

  private final ByteBuffer bytes = ByteBuffer.allocate(512).order(ByteOrder.nativeOrder());

  /** Begins a message about interface 7 with these flags. */
  private RtMessageTest link(int flags) {
    bytes.putInt(0).putShort((short) RTM_NEWLINK).putShort((short) 0).putInt(42).putInt(0);
    bytes.put((byte) 0).put((byte) 0).putShort((short) 1).putInt(7).putInt(flags).putInt(0);
    return this;
  }

  private RtMessageTest attribute(int type, byte[] value) {
    bytes.putShort((short) (4 + value.length)).putShort((short) type).put(value);
    bytes.position((bytes.position() + 3) & -4);
    return this;
  }

  private RtMessageTest attribute(int type, int value) {
    return attribute(
        type, ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(value).array());
  }

  private RtMessageTest stats(int fields) {
    ByteBuffer stats = ByteBuffer.allocate(fields * 8).order(ByteOrder.nativeOrder());
    for (int i = 0; i < fields; i++) {
      stats.putLong(100 + i);
    }
    return attribute(23, stats.array());
  }

  /** The message so far, its length filled in, in memory that ends with it. */
  private MemorySegment message() {
    bytes.putInt(0, bytes.position());
    return MemorySegment.ofArray(Arrays.copyOf(bytes.array(), bytes.position()));
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void theFlagsAtTheTopOfAnAttributesTypeAreNoPartOfIt() throws SysException {
    HostLink host =
        RtMessage.parse(
            link(UP).attribute(3 | 0x8000, text("tap0\0")).attribute(4 | 0x4000, 1400).message());
    assertEquals("tap0", host.name());
    assertEquals(1400, host.mtu());
  }

  @Test
  void whatItIsAPortOfAndWhetherItIsTheLoopback() throws SysException {
    HostLink host = RtMessage.parse(link(UP | 0x8).attribute(10, 77).message());
    assertEquals(77, host.master());
    assertTrue(host.loopback());
  }

  @Test
  void aQuestionIsAHeaderAndAnInterfaceNumber() {
    MemorySegment out = MemorySegment.ofArray(new byte[RtMessage.REQUEST_SIZE + 8]);
    out.fill((byte) 0xA5);
    RtMessage.putGetLink(out, 0x01020304, 77);
    ByteBuffer got = out.asByteBuffer().order(ByteOrder.nativeOrder());
    assertEquals(32, got.getInt(0), "nlmsg_len");
    assertEquals(18, got.getShort(4), "RTM_GETLINK");
    assertEquals(1, got.getShort(6), "NLM_F_REQUEST");
    assertEquals(0x01020304, got.getInt(8), "nlmsg_seq");
    assertEquals(0, got.getInt(12), "nlmsg_pid");
    assertEquals(0, got.getInt(16), "ifi_family, ifi_type");
    assertEquals(77, got.getInt(20), "ifi_index");
    assertEquals(0, got.getLong(24), "ifi_flags, ifi_change");
    assertEquals(0xA5A5A5A5, got.getInt(32), "nothing behind it is touched");
  }

  @Test
  void anAnswerIsRead() throws SysException {
    byte[] mac = {0x02, 0, 0x5e, (byte) 0x90, (byte) 0xff, 1};
    MemorySegment message =
        link(UP | LOWER_UP)
            .attribute(3, text("skiff0\0"))
            .attribute(99, text("of no use"))
            .attribute(4, 9000)
            .attribute(1, mac)
            .stats(25)
            .message();
    assertEquals(42, RtMessage.sequence(message));
    HostLink link = RtMessage.parse(message);
    assertEquals(7, link.index());
    assertEquals("skiff0", link.name());
    assertEquals(9000, link.mtu());
    assertEquals(0x02_00_5e_90_ff_01L, link.mac());
    assertTrue(link.up());
    assertTrue(link.lowerUp());
    assertEquals(
        List.of(
            "rx_bytes=102",
            "rx_packets=100",
            "rx_errors=104",
            "rx_dropped=106",
            "tx_bytes=103",
            "tx_packets=101",
            "tx_errors=105",
            "tx_dropped=107"),
        link.counters().entrySet().stream().map(Object::toString).toList());
  }

  @Test
  void whatIsLeftOutIsZeroOrEmpty() throws SysException {
    HostLink link = RtMessage.parse(link(0).message());
    assertEquals(new HostLink(7, "", 0, 0, 0, 0, java.util.Map.of()), link);
    assertFalse(link.up());
    assertFalse(link.lowerUp());
  }

  @Test
  void attributesOfOtherLengthsAreNotReadPast() throws SysException {
    HostLink link =
        RtMessage.parse(
            link(UP)
                .attribute(1, new byte[20])
                .attribute(4, new byte[2])
                .stats(3)
                .attribute(3, text("x"))
                .message());
    assertEquals(0, link.mac());
    assertEquals(0, link.mtu());
    assertEquals("x", link.name(), "without a closing zero");
    assertEquals(
        java.util.Set.of("rx_bytes", "rx_packets", "tx_packets"), link.counters().keySet());
  }

  @Test
  void anErrorIsTheKernels() {
    bytes.putInt(0).putShort((short) 2).putShort((short) 0).putInt(42).putInt(0);
    bytes.putInt(-Errno.ENODEV).put(new byte[16]);
    SysException e = assertThrows(SysException.class, () -> RtMessage.parse(message()));
    assertEquals(Errno.ENODEV, e.errno());
    assertTrue(e.toString().contains("No such device"), e.toString());
  }

  @Test
  void aMessageThatIsCutOrSenselessIsRefusedAndNeverReadPast() throws SysException {
    byte[] whole =
        link(UP)
            .attribute(3, text("skiff0\0"))
            .attribute(4, 1500)
            .stats(25)
            .message()
            .toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
    for (int length = 0; length < whole.length; length++) {
      MemorySegment cut = MemorySegment.ofArray(Arrays.copyOf(whole, length));
      var _ = RtMessage.sequence(cut);
      SysException e = assertThrows(SysException.class, () -> RtMessage.parse(cut));
      assertEquals(Errno.EIO, e.errno());
    }
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 20_000; i++) {
      byte[] broken = whole.clone();
      for (int n = random.nextInt(1, 4); n > 0; n--) {
        broken[random.nextInt(broken.length)] = (byte) random.nextInt();
      }
      try {
        var _ = RtMessage.parse(MemorySegment.ofArray(broken));
      } catch (SysException e) {
        // As it should be, if anything is.
      }
    }
  }
}
