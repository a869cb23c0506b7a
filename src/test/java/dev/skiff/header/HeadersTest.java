package dev.skiff.header;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.skb.SkBuff;
import dev.skiff.skb.SkBuffPool;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where each field stands: written on a buffer full of 0xA5, nothing beside it may change. */
class HeadersTest {
  private static final int AT = 17;
  private static final int SIZE = 128;

  private final SkBuffPool pool = new SkBuffPool(1, SIZE, 1);
  private final SkBuff skb = Objects.requireNonNull(pool.alloc(SIZE, "test"));

  @BeforeEach
  void fill() {
    byte[] pattern = new byte[SIZE];
    Arrays.fill(pattern, (byte) 0xA5);
    skb.copyFrom(pattern, 0, SIZE);
  }

  @AfterEach
  void close() {
    pool.close();
  }

  /** The bytes from AT on are these, and all others still 0xA5. */
  private void assertWritten(int offset, byte[] expected) {
    byte[] all = new byte[SIZE];
    Arrays.fill(all, (byte) 0xA5);
    System.arraycopy(expected, 0, all, AT + offset, expected.length);
    byte[] actual = new byte[SIZE];
    skb.copyTo(0, actual, SIZE);
    assertArrayEquals(all, actual);
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  @Test
  void ethernetDestination() {
    EthHdr.dest(skb, AT, 0x0102_0304_0506L);
    assertWritten(0, bytes(1, 2, 3, 4, 5, 6));
    assertEquals(0x0102_0304_0506L, EthHdr.dest(skb, AT));
  }

  @Test
  void ethernetSource() {
    EthHdr.source(skb, AT, 0x0102_0304_0506L);
    assertWritten(6, bytes(1, 2, 3, 4, 5, 6));
    assertEquals(0x0102_0304_0506L, EthHdr.source(skb, AT));
  }

  @Test
  void ethernetProtocol() {
    EthHdr.proto(skb, AT, EtherType.IPV6);
    assertWritten(12, bytes(0x86, 0xDD));
    assertEquals(EtherType.IPV6, EthHdr.proto(skb, AT));
  }

  @Test
  void arpPacket() {
    ArpHdr.write(skb, AT, ArpHdr.REQUEST, 0x0200_5E10_0001L, 0xC633_6402, 0, 0xC633_6401);
    assertWritten(0, Frames.arp(1, 0x0200_5E10_0001L, 0xC633_6402, 0, 0xC633_6401));
    assertEquals(ArpHdr.HRD_ETHERNET, ArpHdr.hrd(skb, AT));
    assertEquals(EtherType.IP, ArpHdr.pro(skb, AT));
    assertEquals(6, ArpHdr.hln(skb, AT));
    assertEquals(4, ArpHdr.pln(skb, AT));
    assertEquals(ArpHdr.REQUEST, ArpHdr.op(skb, AT));
    assertEquals(0x0200_5E10_0001L, ArpHdr.sha(skb, AT));
    assertEquals(0xC633_6402, ArpHdr.spa(skb, AT));
    assertEquals(0, ArpHdr.tha(skb, AT));
    assertEquals(0xC633_6401, ArpHdr.tpa(skb, AT));
  }

  /** What fragments and the whole differ in; all else stays, and the checksum is right again. */
  @Test
  void ipHeaderWrittenAnew() {
    IpHdr.write(skb, AT, 0x10, 84, 0x1234, IpHdr.MF, 64, IpProto.ICMP, 0xC633_6402, 0xC633_6401);
    skb.set8(AT, 0x46); // The options are the four bytes of 0xA5 behind it.
    IpHdr.rewrite(skb, AT, 0x13, 4000, IpHdr.DF);
    byte[] header = new byte[24];
    skb.copyTo(AT, header, header.length);
    assertEquals(0, Frames.checksum(header, 0, header.length));
    header[10] = 0;
    header[11] = 0;
    byte[] wanted =
        bytes(
            0x46, 0x13, 0x0F, 0xA0, 0x12, 0x34, 0x40, 0, 64, 1, 0, 0, 198, 51, 100, 2, 198, 51, 100,
            1, 0xA5, 0xA5, 0xA5, 0xA5);
    assertArrayEquals(wanted, header);
  }

  @Test
  void ipHeader() {
    IpHdr.write(skb, AT, 0x10, 84, 0x1234, IpHdr.DF, 64, IpProto.ICMP, 0xC633_6402, 0xC633_6401);
    byte[] expected =
        bytes(
            0x45, 0x10, 0, 84, 0x12, 0x34, 0x40, 0, 64, 1, 0, 0, 198, 51, 100, 2, 198, 51, 100, 1);
    int check = Frames.checksum(expected, 0, expected.length);
    expected[10] = (byte) (check >> 8);
    expected[11] = (byte) check;
    assertWritten(0, expected);
    assertEquals(4, IpHdr.version(skb, AT));
    assertEquals(5, IpHdr.ihl(skb, AT));
    assertEquals(0x10, IpHdr.tos(skb, AT));
    assertEquals(84, IpHdr.totLen(skb, AT));
    assertEquals(0x1234, IpHdr.id(skb, AT));
    assertEquals(IpHdr.DF, IpHdr.fragOff(skb, AT));
    assertFalse(IpHdr.isFragment(skb, AT), "DF alone makes no fragment");
    assertEquals(64, IpHdr.ttl(skb, AT));
    assertEquals(IpProto.ICMP, IpHdr.protocol(skb, AT));
    assertEquals(check, IpHdr.check(skb, AT));
    assertEquals(0xC633_6402, IpHdr.saddr(skb, AT));
    assertEquals(0xC633_6401, IpHdr.daddr(skb, AT));
    skb.set16(AT + 6, IpHdr.MF);
    assertTrue(IpHdr.isFragment(skb, AT), "more fragments");
    skb.set16(AT + 6, 1);
    assertTrue(IpHdr.isFragment(skb, AT), "an offset");
  }

  @Test
  void whatIsReadInOneReadIsWhatStandsInTheFields() {
    Random random = new Random(1);
    byte[] header = new byte[IpHdr.MIN_LEN];
    for (int i = 0; i < 1000; i++) {
      random.nextBytes(header);
      skb.copyFrom(header, AT, header.length);
      long head = IpHdr.head(skb, AT);
      assertEquals(IpHdr.version(skb, AT), IpHdr.version(head));
      assertEquals(IpHdr.ihl(skb, AT) * 4, IpHdr.headerLen(head));
      assertEquals(IpHdr.totLen(skb, AT), IpHdr.totLen(head));
      assertEquals(IpHdr.isFragment(skb, AT), IpHdr.isFragment(head));
      long addresses = IpHdr.addresses(skb, AT);
      assertEquals(IpHdr.saddr(skb, AT), IpHdr.saddr(addresses));
      assertEquals(IpHdr.daddr(skb, AT), IpHdr.daddr(addresses));
      assertEquals(InetChecksum.sum(skb, AT, header.length), IpHdr.sum(skb, AT, head, addresses));
      int icmp = IcmpHdr.head(skb, AT);
      assertEquals(IcmpHdr.type(skb, AT), IcmpHdr.type(icmp));
      assertEquals(IcmpHdr.firstWord(skb, AT), IcmpHdr.firstWord(icmp));
      assertEquals(IcmpHdr.checksum(skb, AT), IcmpHdr.checksum(icmp));
      assertEquals(skb.u48(AT), EthHdr.dest(skb, AT));
      assertEquals(skb.u48(AT + 6), EthHdr.source(skb, AT));
    }
  }

  @Test
  void icmpHeader() {
    byte[] message = Frames.icmp(8, 3, 0x1122, 0x3344, new byte[0]);
    skb.copyFrom(message, AT, message.length);
    assertEquals(IcmpHdr.ECHO, IcmpHdr.type(skb, AT));
    assertEquals(3, IcmpHdr.code(skb, AT));
    assertEquals(0x0803, IcmpHdr.firstWord(skb, AT));
    assertEquals(Frames.u16(message, 2), IcmpHdr.checksum(skb, AT));
    assertEquals(0x1122, IcmpHdr.id(skb, AT));
    assertEquals(0x3344, IcmpHdr.sequence(skb, AT));
    IcmpHdr.typeAndCode(skb, AT, IcmpHdr.ECHO_REPLY, 0);
    IcmpHdr.checksum(skb, AT, 0xBEEF);
    assertWritten(0, bytes(0, 0, 0xBE, 0xEF, 0x11, 0x22, 0x33, 0x44));
  }
}
