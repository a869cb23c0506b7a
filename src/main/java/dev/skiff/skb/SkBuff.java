package dev.skiff.skb;

import static java.nio.ByteOrder.BIG_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * {@code struct sk_buff}: a control structure with one linear block of off-heap memory.
 *
 * <pre>
 *   head        data               tail          end
 *    |  headroom  |       len        |  tailroom  |
 *    +------------+------------------+------------+
 * </pre>
 *
 * <p>All four are offsets in bytes from head, which is 0. Each layer pulls its header off on the
 * way up and pushes one on the way down; no byte moves. A buffer belongs to one holder at a time;
 * after {@link #free} reading, writing, growing, queueing and freeing it throw. A wrong call throws
 * and names the offsets; bad packets never throw. Thread: the loop thread of the pool.
 */
public final class SkBuff implements Packet {
  /** {@code NET_SKB_PAD}: room that drivers leave in front of a received frame. */
  public static final int NET_SKB_PAD = 64;

  /**
   * {@code NET_IP_ALIGN}: puts the IP header behind a 14-byte link header on a 16-byte boundary.
   */
  public static final int NET_IP_ALIGN = 2;

  /** {@link #deviceIndex} of a buffer that belongs to no device. */
  public static final int NO_DEVICE = -1;

  private static final ValueLayout.OfByte U8 = ValueLayout.JAVA_BYTE;
  private static final ValueLayout.OfShort U16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(BIG_ENDIAN);
  private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(BIG_ENDIAN);
  private static final MemorySegment FREED = MemorySegment.NULL;

  final int slot;
  private final SkBuffPool pool;
  private final MemorySegment memory;

  /**
   * The slot while the buffer lives; an empty segment after it was freed, so that access throws.
   */
  private MemorySegment segment = FREED;

  private boolean live;

  private int data;
  private int tail;
  private int end;
  private int macHeader;
  private int networkHeader;
  private int transportHeader;
  private int protocol;
  private PacketType pktType = PacketType.HOST;
  private long stampNs;
  private int deviceIndex = NO_DEVICE;
  private int receivedOn = NO_DEVICE;
  private int priority;
  private boolean arp;
  private int raddr;
  private DropReason verdict = DropReason.NOT_DROPPED;

  // The ledger's line for this slot.
  private String holder = "nobody";
  private String lastHop = "never used";
  private long rxTapId;
  private long txTapId;

  // Written by SkBuffQueue alone.
  @Nullable SkBuff next;
  @Nullable SkBuff prev;
  @Nullable SkBuffQueue list;

  SkBuff(SkBuffPool pool, int slot, MemorySegment memory) {
    this.pool = pool;
    this.slot = slot;
    this.memory = memory;
  }

  void takenFromPool(int size, String holder) {
    segment = memory;
    live = true;
    data = 0;
    tail = 0;
    end = size;
    macHeader = 0;
    networkHeader = 0;
    transportHeader = 0;
    protocol = 0;
    pktType = PacketType.HOST;
    stampNs = 0;
    deviceIndex = NO_DEVICE;
    receivedOn = NO_DEVICE;
    priority = 0;
    arp = false;
    raddr = 0;
    verdict = DropReason.NOT_DROPPED;
    rxTapId = 0;
    txTapId = 0;
    this.holder = holder;
    lastHop = "alloc";
  }

  /**
   * {@code kfree_skb(skb, reason)}, or {@code consume_skb} with {@link DropReason#CONSUMED}: ends
   * the buffer and counts why.
   *
   * @throws IllegalStateException if it was freed before, still stands on a queue, or the reason is
   *     {@code NOT_DROPPED}
   */
  public void free(DropReason reason) {
    if (!isLive()) {
      throw new IllegalStateException("freed twice: " + this);
    }
    if (list != null) {
      throw new IllegalStateException(
          "freed while on queue " + list + ", unlink it first: " + this);
    }
    if (reason == DropReason.NOT_DROPPED) {
      throw new IllegalStateException("NOT_DROPPED is not a reason to free: " + this);
    }
    pool.ending(this, reason);
    segment = FREED;
    live = false;
    data = 0;
    tail = 0;
    end = 0;
    holder = "nobody";
    lastHop = reason.name();
    pool.freed(this, reason);
  }

  /** Whether it is taken and not freed yet. */
  public boolean isLive() {
    return live;
  }

  // ---- The four offsets -------------------------------------------------------------------------

  @Override
  public int len() {
    return tail - data;
  }

  @Override
  public int data() {
    return data;
  }

  @Override
  public int tail() {
    return tail;
  }

  /** {@code skb->end}: offset behind the last byte that may be used. */
  public int end() {
    return end;
  }

  /** {@code skb_headroom}: free bytes in front of data. */
  public int headroom() {
    return data;
  }

  /** {@code skb_tailroom}: free bytes behind tail. */
  public int tailroom() {
    return end - tail;
  }

  /**
   * {@code skb_reserve}: moves data and tail of an empty buffer, to leave headroom.
   *
   * @throws IllegalStateException if it is not empty or {@code n} does not fit
   */
  public void reserve(int n) {
    if (n < 0 || len() != 0 || n > end - tail) {
      throw panic("skb_reserve", n);
    }
    data += n;
    tail += n;
  }

  /**
   * {@code skb_put}: makes the packet longer at its tail. The new bytes are not cleared.
   *
   * @return the old tail, where the new bytes begin
   * @throws IllegalStateException ("skb_over_panic") if there is no room
   */
  public int put(int n) {
    if (n < 0 || n > end - tail) {
      throw panic("skb_put", n);
    }
    int old = tail;
    tail += n;
    return old;
  }

  /**
   * {@code skb_push}: makes the packet longer at its front, for a header. The new bytes are not
   * cleared.
   *
   * @return the new data offset
   * @throws IllegalStateException ("skb_under_panic") if there is no headroom
   */
  public int push(int n) {
    if (n < 0 || n > data || !isLive()) {
      throw panic("skb_push", n);
    }
    data -= n;
    return data;
  }

  /**
   * {@code skb_pull}: takes bytes off the front.
   *
   * @return the new data offset, or -1 with nothing changed when there are fewer than {@code n}
   */
  public int pull(int n) {
    if (n < 0 || n > len()) {
      return -1;
    }
    data += n;
    return data;
  }

  /** {@code skb_trim}: shortens the packet to {@code n} bytes; never makes it longer. */
  public void trim(int n) {
    if (n >= 0 && n < len()) {
      tail = data + n;
    }
  }

  /**
   * {@code skb_padto}: fills with zeros up to a length, so that no byte of an older packet leaves
   * the machine (RFC 894 wants frames of 60 bytes; CVE-2003-0001).
   *
   * @throws IllegalStateException if there is no tailroom for it
   */
  public void padTo(int n) {
    int missing = n - len();
    if (missing > 0) {
      int at = put(missing);
      segment.asSlice(at, missing).fill((byte) 0);
    }
  }

  @Override
  public boolean mayPull(int n) {
    return n <= tail - data;
  }

  private IllegalStateException panic(String call, int n) {
    return new IllegalStateException(call + " of " + n + " bytes does not fit: " + this);
  }

  // ---- Bytes ------------------------------------------------------------------------------------

  @Override
  public int u8(int offset) {
    return segment.get(U8, offset) & 0xFF;
  }

  @Override
  public int u16(int offset) {
    return segment.get(U16, offset) & 0xFFFF;
  }

  @Override
  public int u32(int offset) {
    return segment.get(U32, offset);
  }

  @Override
  public long u48(int offset) {
    return (long) u16(offset) << 32 | (u32(offset + 2) & 0xFFFF_FFFFL);
  }

  /** Writes the low 8 bits. */
  public void set8(int offset, int value) {
    segment.set(U8, offset, (byte) value);
  }

  /** Writes the low 16 bits in network order. */
  public void set16(int offset, int value) {
    segment.set(U16, offset, (short) value);
  }

  /** Writes 32 bits in network order. */
  public void set32(int offset, int value) {
    segment.set(U32, offset, value);
  }

  /** Writes the low 48 bits in network order. */
  public void set48(int offset, long value) {
    set16(offset, (int) (value >>> 32));
    set32(offset + 2, (int) value);
  }

  @Override
  public void copyTo(int offset, byte[] to, int n) {
    MemorySegment.copy(segment, U8, offset, to, 0, n);
  }

  @Override
  public void copyTo(int offset, MemorySegment to, long at, int n) {
    MemorySegment.copy(segment, offset, to, at, n);
  }

  /** Copies bytes in. */
  public void copyFrom(byte[] from, int offset, int n) {
    MemorySegment.copy(from, 0, segment, U8, offset, n);
  }

  /** The buffer's memory, head to the end of its slot, for wires and checksums. */
  public MemorySegment segment() {
    return segment;
  }

  /** The address of the byte at {@code offset}, for a system call. */
  public long address(int offset) {
    return segment.address() + offset;
  }

  // ---- What the layers note ---------------------------------------------------------------------

  @Override
  public int macHeader() {
    return macHeader;
  }

  /** {@code skb_reset_mac_header}: the link header begins at data. */
  public void resetMacHeader() {
    macHeader = data;
  }

  @Override
  public int networkHeader() {
    return networkHeader;
  }

  /** {@code skb_reset_network_header}: the network header begins at data. */
  public void resetNetworkHeader() {
    networkHeader = data;
  }

  @Override
  public int transportHeader() {
    return transportHeader;
  }

  /** {@code skb_reset_transport_header}: the transport header begins at data. */
  public void resetTransportHeader() {
    transportHeader = data;
  }

  @Override
  public int protocol() {
    return protocol;
  }

  /** Sets {@code skb->protocol}, in host order. */
  public void setProtocol(int protocol) {
    this.protocol = protocol;
  }

  @Override
  public PacketType pktType() {
    return pktType;
  }

  /** Sets {@code skb->pkt_type}. */
  public void setPktType(PacketType pktType) {
    this.pktType = pktType;
  }

  @Override
  public long stampNs() {
    return stampNs;
  }

  /** Sets {@code skb->stamp}, nanoseconds on the loop's clock. */
  public void setStampNs(long stampNs) {
    this.stampNs = stampNs;
  }

  @Override
  public int deviceIndex() {
    return deviceIndex;
  }

  /** Sets {@code skb->dev}, by number. */
  public void setDeviceIndex(int deviceIndex) {
    this.deviceIndex = deviceIndex;
  }

  /** The device that received it, or {@link #NO_DEVICE} for a buffer that was made here. */
  public int receivedOn() {
    return receivedOn;
  }

  /** Enters the buffer into the books of the device that received it; once in a buffer's life. */
  public void enterReceived(int index) {
    if (receivedOn != NO_DEVICE) {
      throw new IllegalStateException("received twice: " + this);
    }
    receivedOn = index;
    deviceIndex = index;
    pool.verdicts().received(index);
  }

  /** {@code skb->priority}: the transmit band, 0 (first) to 2. */
  public int priority() {
    return priority;
  }

  /** Sets {@code skb->priority}. */
  public void setPriority(int priority) {
    this.priority = priority;
  }

  /** {@code skb->arp}: whether the link header is complete. */
  public boolean arp() {
    return arp;
  }

  /** {@code skb->raddr}: the next hop that the link header is to be completed for. */
  public int raddr() {
    return raddr;
  }

  /** The link header is complete. */
  public void setHeaderComplete() {
    arp = true;
  }

  /** The link header lacks the MAC address of {@code raddr}. */
  public void setHeaderIncomplete(int raddr) {
    arp = false;
    this.raddr = raddr;
  }

  /** Why the last one who was lent the buffer and refused it did so. */
  public DropReason verdict() {
    return verdict;
  }

  /** Notes why the buffer is refused. */
  public void setVerdict(DropReason verdict) {
    this.verdict = verdict;
  }

  // ---- The ledger -------------------------------------------------------------------------------

  /** Who answers for the buffer now. */
  public String holder() {
    return holder;
  }

  /** Notes who answers for the buffer from here on; a constant. */
  public void setHolder(String holder) {
    pool.held(this, holder);
    this.holder = holder;
  }

  /** Where it was seen last. */
  public String lastHop() {
    return lastHop;
  }

  /** Notes that the buffer passes {@code point}, a constant in the kernel's spelling. */
  public void hop(String point) {
    pool.hop(this, point);
    lastHop = point;
  }

  /** The id under which taps saw it come in; 0 if none did. */
  public long rxTapId() {
    return rxTapId;
  }

  /** Notes the id under which taps saw it come in. */
  public void setRxTapId(long id) {
    rxTapId = id;
  }

  /** The id under which taps saw it go out; 0 if none did. */
  public long txTapId() {
    return txTapId;
  }

  /** Notes the id under which taps saw it go out. */
  public void setTxTapId(long id) {
    txTapId = id;
  }

  /**
   * {@code skb_copy}: a buffer of its own with the same bytes from head to tail, the same offsets
   * and the same notes; not on any queue, and in no device's books.
   *
   * @return null if no buffer is free
   */
  public @Nullable SkBuff copy() {
    SkBuff copy = pool.alloc(end, holder);
    if (copy == null) {
      return null;
    }
    MemorySegment.copy(segment, 0, copy.segment, 0, tail);
    copy.data = data;
    copy.tail = tail;
    copy.macHeader = macHeader;
    copy.networkHeader = networkHeader;
    copy.transportHeader = transportHeader;
    copy.protocol = protocol;
    copy.pktType = pktType;
    copy.stampNs = stampNs;
    copy.deviceIndex = deviceIndex;
    copy.priority = priority;
    copy.arp = arp;
    copy.raddr = raddr;
    return copy;
  }

  /** The line that the leak report and every error text show. */
  @Override
  public String toString() {
    return String.format(
        "sk_buff #%d (head 0, data %d, tail %d, end %d, len %d), held by %s, last seen at %s",
        slot, data, tail, end, len(), holder, lastHop);
  }
}
