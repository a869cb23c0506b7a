package dev.skiff.skb;

import static java.nio.ByteOrder.BIG_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Locale;
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
 * after {@link #free} reading, writing, growing, queueing and freeing it throw. Its bytes may be
 * shared with clones, and are read-only then. A wrong call throws and names the offsets; bad
 * packets never throw. Thread: the loop thread of the pool.
 */
public final class SkBuff implements Packet {
  /** {@code NET_SKB_PAD}: room that drivers leave in front of a received frame. */
  public static final int NET_SKB_PAD = 64;

  /**
   * {@code NET_IP_ALIGN}: puts the IP header behind a 14-byte link header on a 16-byte boundary.
   */
  public static final int NET_IP_ALIGN = 2;

  /**
   * {@code sizeof(struct virtio_net_hdr_v1)}: what a TAP with offloads puts in front of a frame. A
   * driver's headroom has room for it.
   */
  public static final int VIRTIO_NET_HDR_LEN = 12;

  /** What a control structure counts in {@link #truesize}; about what it takes on the heap. */
  public static final int HEAD_BYTES = 256;

  /** {@link #deviceIndex} of a buffer that belongs to no device. */
  public static final int NO_DEVICE = -1;

  private static final ValueLayout.OfByte U8 = ValueLayout.JAVA_BYTE;
  private static final ValueLayout.OfShort U16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(BIG_ENDIAN);
  private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(BIG_ENDIAN);
  private static final ValueLayout.OfLong U64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(BIG_ENDIAN);
  private static final MemorySegment FREED = MemorySegment.NULL;

  /** 48 bytes, as in Linux. */
  private static final int CB_LONGS = 6;

  private static final int MOST_PRIORITY = 2;

  private final SkBuffPool pool;
  private final int number;

  /** The block that this buffer uses; null only for a free one that is kept for clones. */
  @Nullable SkBuffData block;

  /**
   * The block's memory while the buffer lives, read-only from the moment it is shared; an empty
   * segment after it was freed, so that access throws.
   */
  private MemorySegment segment = FREED;

  private boolean live;
  private boolean clone;
  private int truesize;

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
  private int csum;
  private IpSummed ipSummed = IpSummed.NONE;
  private final long[] cb = new long[CB_LONGS];
  private boolean cbUsed;
  private @Nullable Destructor destructor;

  // The ledger's line for this slot.
  private String holder = "nobody";
  private String lastHop = "never used";
  private long rxTapId;
  private long txTapId;

  // Written by SkBuffQueue alone.
  @Nullable SkBuff next;
  @Nullable SkBuff prev;
  @Nullable SkBuffQueue list;

  SkBuff(SkBuffPool pool, int number) {
    this.pool = pool;
    this.number = number;
  }

  void takenFromPool(int size, String holder, SkBuffData block) {
    this.block = block;
    segment = block.memory;
    truesize = HEAD_BYTES + (int) block.memory.byteSize();
    live = true;
    clone = false;
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
    csum = 0;
    ipSummed = IpSummed.NONE;
    if (cbUsed) {
      Arrays.fill(cb, 0);
      cbUsed = false;
    }
    destructor = null;
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
    if (!live) {
      throw pool.misuse(
          "freed twice (who was lent a buffer and returned a reason must not free it): ", this);
    }
    if (list != null) {
      throw pool.misuse("freed while on queue " + list + ", unlink or dequeue it first: ", this);
    }
    if (reason == DropReason.NOT_DROPPED) {
      throw pool.misuse(
          "NOT_DROPPED is not a reason to free: say CONSUMED or why it was dropped: ", this);
    }
    pool.ending(this, reason);
    live = false; // The hook may read the buffer, and nothing else.
    try {
      orphan();
    } finally {
      segment = FREED;
      data = 0;
      tail = 0;
      end = 0;
      holder = "nobody";
      lastHop = reason.name();
      pool.freed(this, reason);
    }
  }

  /**
   * {@code skb_orphan}: tells the owner's hook, if there is one, that the buffer is its no more.
   */
  public void orphan() {
    Destructor hook = destructor;
    if (hook != null) {
      destructor = null;
      hook.destruct(this);
    }
  }

  /** Whether it is taken and not freed yet. */
  public boolean isLive() {
    return live;
  }

  // ---- Shared data ------------------------------------------------------------------------------

  /**
   * {@code skb_clone}: another buffer over the same bytes, with offsets and notes of its own; on no
   * queue, in no device's books, without an owner. From here on both are read-only, and writing
   * throws: who wants to write calls {@link #unshare} first.
   *
   * @return null, counted, if no buffer is free
   */
  public @Nullable SkBuff skbClone() {
    SkBuffData shared = liveBlock("skb_clone");
    SkBuff other = pool.takeBare();
    if (other == null) {
      return null;
    }
    other.takenFromPool(end, holder, shared);
    shared.users++;
    segment = shared.readOnly;
    other.segment = shared.readOnly;
    other.clone = true;
    other.lastHop = "skb_clone";
    other.copyNotes(this, 0);
    return other;
  }

  /** {@code skb_cloned}: whether others use the same bytes. */
  public boolean isShared() {
    return block != null && live && block.users > 1;
  }

  /** Whether it was made by {@link #skbClone}. */
  public boolean isClone() {
    return clone;
  }

  /**
   * {@code skb_unshare}: makes sure that the bytes are this buffer's own, so that it may write. The
   * buffer stays what it is; its bytes move to other memory if somebody else still uses them, and
   * nothing is copied if not.
   *
   * @return false, counted, if there is no memory: nothing has changed, and to drop the packet for
   *     {@link DropReason#NOMEM} is what is left
   */
  public boolean unshare() {
    SkBuffData shared = liveBlock("skb_unshare");
    if (!segment.isReadOnly()) {
      return true;
    }
    if (shared.users > 1 && !pool.moveToOwnBlock(this, shared)) {
      return false;
    }
    segment = liveBlock("skb_unshare").memory;
    return true;
  }

  private SkBuffData liveBlock(String call) {
    SkBuffData current = block;
    if (!live || current == null) {
      throw pool.misuse(call + " of a buffer that was freed: ", this);
    }
    return current;
  }

  /**
   * {@code skb->truesize}: bytes that it was given when it was taken, control structure included.
   * The same for all its life, so that an owner takes back what it charged.
   */
  public int truesize() {
    return truesize;
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
   * Takes everything out again, what is known of the checksum too, so that another frame can be
   * received into the same buffer.
   */
  public void clear() {
    trim(0);
    setCsum(0, IpSummed.NONE);
  }

  /**
   * {@code skb_put_padto}: fills with zeros up to a length, so that no byte of an older packet
   * leaves the machine (RFC 894 wants frames of 60 bytes; CVE-2003-0001).
   *
   * @throws IllegalStateException if there is no tailroom for it, or it is shared
   */
  public void padTo(int n) {
    int missing = n - len();
    if (missing > 0) {
      pad(missing);
      tail += missing;
    }
  }

  /**
   * {@code skb_pad}: zeros behind the tail, which stays where it is.
   *
   * @throws IllegalStateException if there is no tailroom for them, or it is shared
   */
  public void pad(int n) {
    if (n < 0 || n > end - tail) {
      throw panic("skb_pad", n);
    }
    for (int at = tail; at < tail + n; at++) {
      set8(at, 0);
    }
  }

  @Override
  public boolean mayPull(int n) {
    return n <= tail - data;
  }

  private IllegalStateException panic(String call, int n) {
    return pool.misuse(call + " of " + n + " bytes does not fit: ", this);
  }

  private RuntimeException cannotWrite(IllegalArgumentException cause) {
    if (!segment.isReadOnly()) {
      return cause;
    }
    IllegalStateException shared =
        pool.misuse(
            "written although a clone shares or has shared its bytes; call unshare() first: ",
            this);
    shared.addSuppressed(cause);
    return shared;
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

  @Override
  public long u64(int offset) {
    return segment.get(U64, offset);
  }

  /** Writes the low 8 bits. */
  public void set8(int offset, int value) {
    try {
      segment.set(U8, offset, (byte) value);
    } catch (IllegalArgumentException e) {
      throw cannotWrite(e);
    }
  }

  /** Writes the low 16 bits in network order. */
  public void set16(int offset, int value) {
    try {
      segment.set(U16, offset, (short) value);
    } catch (IllegalArgumentException e) {
      throw cannotWrite(e);
    }
  }

  /** Writes 32 bits in network order. */
  public void set32(int offset, int value) {
    try {
      segment.set(U32, offset, value);
    } catch (IllegalArgumentException e) {
      throw cannotWrite(e);
    }
  }

  /** Writes 64 bits in network order. */
  public void set64(int offset, long value) {
    try {
      segment.set(U64, offset, value);
    } catch (IllegalArgumentException e) {
      throw cannotWrite(e);
    }
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
    if (segment.isReadOnly()) {
      throw cannotWrite(new IllegalArgumentException("read-only"));
    }
    MemorySegment.copy(from, 0, segment, U8, offset, n);
  }

  /**
   * The buffer's memory, head to the end of its slot, for wires and checksums; read-only while it
   * is shared.
   */
  public MemorySegment segment() {
    return segment;
  }

  /**
   * The address of the byte at {@code offset}, for a system call. A call that writes there needs a
   * buffer that is not shared: nothing stops it.
   */
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
      throw pool.misuse("received twice: ", this);
    }
    receivedOn = index;
    deviceIndex = index;
    pool.verdicts().received(index);
  }

  /** {@code skb->priority}: the transmit band, 0 (first) to 2. */
  public int priority() {
    return priority;
  }

  /**
   * Sets {@code skb->priority}.
   *
   * @throws IllegalArgumentException if it is not 0 to 2
   */
  public void setPriority(int priority) {
    if (priority < 0 || priority > MOST_PRIORITY) {
      throw new IllegalArgumentException("priority " + priority + ": use 0 (first) to 2");
    }
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

  /**
   * {@code skb->csum}: the ones' complement sum that {@link #ipSummed} speaks of, in the form of
   * {@code InetChecksum}.
   */
  public int csum() {
    return csum;
  }

  /** {@code skb->ip_summed}: what {@link #csum} is worth. */
  public IpSummed ipSummed() {
    return ipSummed;
  }

  /**
   * Sets {@code skb->csum} and {@code skb->ip_summed}. Who changes bytes that the sum covers sets
   * {@link IpSummed#NONE}.
   */
  public void setCsum(int csum, IpSummed ipSummed) {
    this.csum = csum;
    this.ipSummed = ipSummed;
  }

  /** {@code skb->cb}: one of six longs for the layer that has the buffer; 0 in a fresh one. */
  public long cb(int i) {
    return cb[i];
  }

  /** Writes one of the six longs of {@code skb->cb}. */
  public void setCb(int i, long value) {
    cbUsed = true;
    cb[i] = value;
  }

  /**
   * Sets {@code skb->destructor}, which is told when the buffer ends.
   *
   * @throws IllegalStateException if it has an owner already: {@link #orphan} it first
   */
  public void setDestructor(Destructor destructor) {
    var _ = liveBlock("setDestructor");
    if (this.destructor != null) {
      throw pool.misuse("has an owner already, orphan() it first: ", this);
    }
    this.destructor = destructor;
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
   * and the same notes; not on any queue, in no device's books and without an owner.
   *
   * @return null, counted, if no buffer is free
   */
  public @Nullable SkBuff copy() {
    var _ = liveBlock("skb_copy");
    SkBuff copy = pool.alloc(end, holder);
    if (copy == null) {
      return null;
    }
    MemorySegment.copy(segment, 0, copy.segment, 0, tail);
    copy.copyNotes(this, 0);
    return copy;
  }

  /**
   * {@code skb_copy_expand}: the same with another headroom and tailroom. What stood in the old
   * headroom is copied as far as it fits.
   *
   * @return null, counted, if no buffer is free or none is that large
   * @throws IllegalArgumentException if one of them is negative
   */
  public @Nullable SkBuff copyExpand(int headroom, int tailroom) {
    var _ = liveBlock("skb_copy_expand");
    if (headroom < 0 || tailroom < 0) {
      throw new IllegalArgumentException(
          "headroom " + headroom + " and tailroom " + tailroom + " must not be negative");
    }
    long size = (long) headroom + len() + tailroom;
    SkBuff copy = size > Integer.MAX_VALUE ? pool.fail() : pool.alloc((int) size, holder);
    if (copy == null) {
      return null;
    }
    int shift = headroom - data;
    int from = Math.max(0, -shift);
    MemorySegment.copy(segment, from, copy.segment, from + shift, tail - from);
    copy.copyNotes(this, shift);
    return copy;
  }

  private void copyNotes(SkBuff from, int shift) {
    data = from.data + shift;
    tail = from.tail + shift;
    macHeader = from.macHeader + shift;
    networkHeader = from.networkHeader + shift;
    transportHeader = from.transportHeader + shift;
    protocol = from.protocol;
    pktType = from.pktType;
    stampNs = from.stampNs;
    deviceIndex = from.deviceIndex;
    priority = from.priority;
    arp = from.arp;
    raddr = from.raddr;
    csum = from.csum;
    ipSummed = from.ipSummed;
    if (from.cbUsed) {
      System.arraycopy(from.cb, 0, cb, 0, CB_LONGS);
      cbUsed = true;
    }
  }

  /** The line that the leak report and every error text show. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "sk_buff #%d%s (head 0, data %d, tail %d, end %d, len %d), held by %s, last seen at %s",
        number,
        clone ? " (a clone)" : isShared() ? " (shared)" : "",
        data,
        tail,
        end,
        len(),
        holder,
        lastHop);
  }
}
