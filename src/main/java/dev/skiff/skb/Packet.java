package dev.skiff.skb;

import java.lang.foreign.MemorySegment;

/**
 * The read-only face of a packet, for borrowers: valid during the call it was passed to.
 *
 * <p>Offsets are absolute, counted in bytes from the head of the buffer. Reading past the buffer's
 * own memory throws {@link IndexOutOfBoundsException}; reading past the packet's tail is for {@link
 * #mayPull} to prevent. Thread: the one that owns the buffer.
 */
public sealed interface Packet permits SkBuff {
  /** {@code skb->len}: bytes between data and tail. */
  int len();

  /** {@code skb->data}: offset of the first byte of the layer that has the packet now. */
  int data();

  /** {@code skb->tail}: offset behind the last byte. */
  int tail();

  /** {@code pskb_may_pull}: whether at least {@code n} bytes stand between data and tail. */
  boolean mayPull(int n);

  /** {@code skb_mac_header}: offset of the link header. */
  int macHeader();

  /** {@code skb_network_header}: offset of the network header. */
  int networkHeader();

  /** {@code skb_transport_header}: offset of the transport header. */
  int transportHeader();

  /** {@code skb->protocol} in host order, see {@code eth_type_trans}. */
  int protocol();

  /** {@code skb->pkt_type}. */
  PacketType pktType();

  /** {@code skb->stamp}: when it came or was made, on the loop's clock, in nanoseconds. */
  long stampNs();

  /** The number of the device that it came from or goes to; -1 when there is none yet. */
  int deviceIndex();

  /** One byte, 0 to 255. */
  int u8(int offset);

  /** Two bytes in network order, 0 to 65,535. */
  int u16(int offset);

  /** Four bytes in network order, as they stand. */
  int u32(int offset);

  /** Six bytes in network order in the low 48 bits. */
  long u48(int offset);

  /** Eight bytes in network order, as they stand. */
  long u64(int offset);

  /**
   * Copies bytes out.
   *
   * @param offset where they begin here
   * @param to where they go
   * @param n how many
   */
  void copyTo(int offset, byte[] to, int n);

  /**
   * Copies bytes out, without a copy on the heap.
   *
   * @param offset where they begin here
   * @param to where they go
   * @param at where they begin there
   * @param n how many
   */
  void copyTo(int offset, MemorySegment to, long at, int n);
}
