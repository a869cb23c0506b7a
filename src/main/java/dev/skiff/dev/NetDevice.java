package dev.skiff.dev;

import dev.skiff.header.EthHdr;
import dev.skiff.header.EtherType;
import dev.skiff.header.Ip4Prefix;
import dev.skiff.header.MacAddr;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.PacketType;
import dev.skiff.skb.SkBuff;
import dev.skiff.skb.SkBuffPool;
import dev.skiff.stats.Counters;
import dev.skiff.stats.Faults;
import dev.skiff.wire.FaultSpec;
import dev.skiff.wire.FaultyWire;
import dev.skiff.wire.Wire;
import org.jspecify.annotations.Nullable;

/**
 * {@code struct device}: one network device, its wire, its queues and its counters.
 *
 * <p>Thread: the loop thread; counters, name and addresses may be read by any.
 */
public final class NetDevice {
  /** {@code DEV_NUMBUFFS}: the transmit bands, 0 first. */
  public static final int BANDS = 3;

  /** The band of control traffic (ARP), which a flood of data must not starve. */
  public static final int BAND_CONTROL = 0;

  /** The band of everything else. */
  public static final int BAND_NORMAL = 1;

  /** {@code tx_queue_len}: frames that a band holds. */
  public static final int TX_QUEUE_LEN = 500;

  /**
   * Bytes behind the longest frame in a receive buffer: an 802.1Q tag, and one more, so that a
   * frame that is too long is seen to be.
   */
  public static final int RX_SPARE = 4 + 1;

  /**
   * Bytes by which the link header of a frame may be longer than that of its reply, which then ends
   * so much further behind: an 802.1Q tag, LLC and SNAP.
   */
  private static final int REPLY_SPARE = 4 + 8;

  /** The device's address while it has none: 0.0.0.0/32, which matches nothing. */
  private static final Ip4Prefix NO_ADDRESS = new Ip4Prefix(0, 32);

  private static final String DRIVER = "driver";
  private static final String NET_BH = "net_bh";
  private static final String HARD_START_XMIT = "hard_start_xmit";

  private final String name;
  private final int index;
  private Wire wire;
  private volatile @Nullable FaultyWire fault;
  private final SkBuffPool pool;
  private final LinkOps linkOps;
  private final PacketTypes packetTypes;
  private final Taps taps;
  private final Faults faults;
  private final Counters stats = new Counters(DeviceStat.values().length);
  private final Backlog backlog = new Backlog();
  private final Bands bands = new Bands();
  private final Wire.Completion completion = this::sent;
  private volatile int mtu;
  private volatile long macAddress;
  private int rxCopybreak;

  private volatile Ip4Prefix address = NO_ADDRESS;
  private volatile boolean up;
  private volatile String failure = "";

  /** The buffer that the next frame is received into, as on a card's receive ring. */
  private @Nullable SkBuff posted;

  /**
   * A device that is down.
   *
   * @param index its number in its stack, from 0
   * @param macAddress its own address, valid in the sense of {@link MacAddr#isValid}
   * @param mtu the most bytes behind the link header, 68 or more
   */
  public NetDevice(
      String name,
      int index,
      Wire wire,
      long macAddress,
      int mtu,
      SkBuffPool pool,
      LinkOps linkOps,
      PacketTypes packetTypes,
      Taps taps,
      Faults faults) {
    this.name = name;
    this.index = index;
    this.wire = wire;
    fault = wire instanceof FaultyWire faulty ? faulty : null;
    this.macAddress = macAddress;
    this.mtu = mtu;
    this.pool = pool;
    this.linkOps = linkOps;
    this.packetTypes = packetTypes;
    this.taps = taps;
    this.faults = faults;
  }

  // ---- open and stop ----------------------------------------------------------------------------

  /**
   * {@code dev->open}: posts a receive buffer and brings the device up.
   *
   * @return false, with the device still down, if there is no buffer
   * @throws IllegalStateException if its MAC address is not one station's
   */
  public boolean open() {
    if (!linkOps.validateAddr(this)) {
      throw new IllegalStateException(
          name + ": " + MacAddr.format(macAddress) + " is not one station's MAC address");
    }
    if (posted == null) {
      posted = allocPosted();
    }
    up = posted != null;
    return up;
  }

  /**
   * {@code dev->stop}: brings the device down, empties its queues and closes its wire. Never fails;
   * a second call does nothing.
   */
  public void stop() {
    up = false;
    var _ = backlog.purge();
    bands.purge();
    wire.close(completion);
    SkBuff buffer = posted;
    if (buffer != null) {
      posted = null;
      buffer.free(DropReason.CONSUMED); // It held no packet: nothing is lost with it.
    }
  }

  /** Stops the device for good since its wire is dead; {@link #failure} says why. */
  public void fail(String why) {
    failure = why;
    stop();
  }

  /** Bytes that are received of a frame at most. */
  private int rxFrameLen(int mtu) {
    return linkOps.headerLen() + mtu + RX_SPARE;
  }

  private @Nullable SkBuff allocPosted() {
    return pool.devAlloc(rxFrameLen(mtu), DRIVER);
  }

  // ---- Receive ----------------------------------------------------------------------------------

  /**
   * The top half, what a driver's receive interrupt does: takes frames off the wire and puts them
   * on the backlog.
   *
   * @param budget the most frames
   * @return whether the wire had no more
   */
  public boolean poll(int budget, long nowNs) {
    if (posted == null && up) {
      posted = allocPosted(); // Memory was short; it may be there again.
    }
    for (int i = 0; i < budget && posted != null; i++) {
      SkBuff skb = posted;
      switch (wire.receive(skb, nowNs)) {
        case FRAME -> received(skb, nowNs);
        case EMPTY -> {
          return true;
        }
        case GONE -> {
          fail(wire.failure());
          return true;
        }
      }
    }
    return posted == null;
  }

  private void received(SkBuff frame, long nowNs) {
    SkBuff skb = frame;
    if (frame.len() <= rxCopybreak) {
      SkBuff small = copyBreak(frame);
      skb = small == null ? frame : small;
    }
    skb.enterReceived(index);
    skb.setStampNs(nowNs);
    count(DeviceStat.RX_PACKETS, 1);
    count(DeviceStat.RX_BYTES, skb.len());
    SkBuff next = skb == posted ? allocPosted() : posted;
    if (next == null) {
      // "Memory squeeze": without a buffer to post instead, this one is posted again.
      count(DeviceStat.RX_DROPPED, 1);
      skb.free(DropReason.NOMEM);
      posted = allocPosted();
      return;
    }
    posted = next;
    DropReason reason = netifRx(skb);
    if (reason != DropReason.NOT_DROPPED) {
      skb.free(reason);
    }
  }

  /**
   * {@code rx_copybreak}: copies a small frame into a buffer of its size, and posts the large one
   * again. It has room for a reply in place and its padding.
   *
   * @return null if there is no buffer for it
   */
  private @Nullable SkBuff copyBreak(SkBuff frame) {
    int n = frame.len();
    SkBuff small = pool.devAlloc(Math.max(n, linkOps.minFrameLen()) + REPLY_SPARE, DRIVER);
    if (small != null) {
      var _ = small.put(n);
      linkOps.copyAndSum(small, frame.segment(), frame.data(), n, 0);
      frame.clear();
    }
    return small;
  }

  /**
   * {@code netif_rx}: puts a received frame on the backlog.
   *
   * @param skb lent: a whole frame, link header at data
   */
  public DropReason netifRx(SkBuff skb) {
    skb.hop("netif_rx");
    DropReason reason = backlog.netifRx(skb);
    if (reason != DropReason.NOT_DROPPED) {
      count(DeviceStat.RX_DROPPED, 1);
    }
    return reason;
  }

  /**
   * The bottom half, {@code net_bh}: takes frames off the backlog and delivers them.
   *
   * @param budget the most frames
   * @return whether the backlog is empty
   */
  public boolean netBh(int budget, long nowNs) {
    for (int i = 0; i < budget; i++) {
      SkBuff skb = backlog.dequeue(NET_BH);
      if (skb == null) {
        return true;
      }
      DropReason reason;
      try {
        reason = deliver(skb, nowNs);
      } catch (RuntimeException | AssertionError | StackOverflowError fault) {
        reason = PacketTypes.afterThrow(skb, NET_BH, faults, fault);
      }
      if (reason != DropReason.NOT_DROPPED) {
        skb.free(reason);
      }
    }
    return backlog.isEmpty();
  }

  private DropReason deliver(SkBuff skb, long nowNs) {
    skb.hop(NET_BH);
    int protocol = linkOps.typeTrans(skb, this);
    if (!taps.isEmpty()) {
      skb.setRxTapId(taps.seen(skb, PacketTap.Direction.IN, this, nowNs));
    }
    if (protocol == LinkOps.RUNT) {
      return rxLengthError(DropReason.PKT_TOO_SMALL);
    }
    int most = protocol == EtherType.P_8021Q ? mtu + EthHdr.VLAN_HLEN : mtu;
    if (skb.len() > most) {
      return rxLengthError(DropReason.PKT_TOO_BIG);
    }
    if (MacAddr.isMulticast(linkOps.headerParse(skb))) {
      return DropReason.MAC_INVALID_SOURCE;
    }
    if (skb.pktType() == PacketType.OTHERHOST) {
      return DropReason.OTHERHOST;
    }
    if (skb.pktType() == PacketType.MULTICAST) {
      count(DeviceStat.MULTICAST, 1);
    }
    skb.setProtocol(protocol);
    skb.resetNetworkHeader();
    return packetTypes.deliver(skb, this, NET_BH, faults, nowNs);
  }

  /**
   * Delivers a packet once more, whose protocol was found inside of another; for a handler, which
   * returns the result.
   */
  public DropReason deliverAgain(SkBuff skb, long nowNs) {
    return packetTypes.deliver(skb, this, NET_BH, faults, nowNs);
  }

  /** Counts a frame whose lengths contradict each other, {@code rx_length_errors}. */
  public DropReason rxLengthError(DropReason reason) {
    count(DeviceStat.RX_ERRORS, 1);
    count(DeviceStat.RX_LENGTH_ERRORS, 1);
    return reason;
  }

  // ---- Transmit ---------------------------------------------------------------------------------

  /**
   * {@code dev_queue_xmit}: completes the link header if need be and puts the frame on its band.
   *
   * @param skb lent: a frame whose link header was pushed by {@link LinkOps#header} or comes from a
   *     {@link HhCache}
   * @throws IllegalStateException if the frame is too short to be sent and has no tailroom for its
   *     padding; the buffer is still the caller's
   */
  public DropReason transmit(SkBuff skb, long nowNs) {
    skb.hop("dev_queue_xmit");
    // Here and not only when it is sent: a buffer without the room is its caller's mistake.
    if (skb.len() < linkOps.minFrameLen()) {
      if (!skb.unshare()) {
        return DropReason.NOMEM;
      }
      skb.padTo(linkOps.minFrameLen());
    }
    if (!up) {
      return DropReason.DEV_READY;
    }
    if (skb.len() > linkOps.headerLen() + mtu) {
      return DropReason.PKT_TOO_BIG;
    }
    if (!skb.arp()) {
      switch (linkOps.rebuildHeader(skb, this, nowNs)) {
        case RESOLVED -> {}
        case QUEUED -> {
          return DropReason.NOT_DROPPED;
        }
        case REFUSED -> {
          return skb.verdict();
        }
      }
    }
    skb.setDeviceIndex(index);
    DropReason reason = bands.queueTail(skb);
    if (reason != DropReason.NOT_DROPPED) {
      count(DeviceStat.TX_DROPPED, 1);
    }
    return reason;
  }

  /**
   * Hands the bands to the wire, in order of priority, and flushes it: all that it has room for.
   * What is left then waits until the wire has room.
   */
  public void xmit(long nowNs) {
    if (!up) {
      return;
    }
    // What the wire had no room for last time goes first: a full one would take nothing.
    wire.flush(nowNs, completion);
    while (!wire.isBlocked() && fillWire(nowNs) > 0) {
      wire.flush(nowNs, completion);
    }
  }

  /** Hands over what the wire takes; says how many frames that were. */
  private int fillWire(long nowNs) {
    int taken = 0;
    SkBuff skb;
    while ((skb = bands.dequeue(DRIVER)) != null) {
      if (hardStartXmit(skb, nowNs) == Wire.Xmit.BUSY) {
        bands.queueHead(skb);
        return taken;
      }
      taken++;
    }
    return taken;
  }

  /**
   * {@code dev->hard_start_xmit}: gives a complete frame to the wire, padded to the link's least
   * length with zeros.
   *
   * @return BUSY if the wire has no room; the buffer is then still the caller's
   */
  public Wire.Xmit hardStartXmit(SkBuff skb, long nowNs) {
    skb.hop(HARD_START_XMIT);
    skb.padTo(linkOps.minFrameLen());
    if (!taps.isEmpty() && skb.txTapId() == 0) {
      skb.resetMacHeader();
      skb.setTxTapId(taps.seen(skb, PacketTap.Direction.OUT, this, nowNs));
    }
    return wire.queue(skb, nowNs);
  }

  private void sent(SkBuff skb, DropReason reason) {
    if (reason == DropReason.CONSUMED) {
      count(DeviceStat.TX_PACKETS, 1);
      count(DeviceStat.TX_BYTES, skb.len());
    } else {
      count(reason == DropReason.WIRE_ERROR ? DeviceStat.TX_ERRORS : DeviceStat.TX_DROPPED, 1);
    }
    skb.free(reason);
  }

  // ---- What it is -------------------------------------------------------------------------------

  private void count(DeviceStat stat, long n) {
    stats.add(stat.ordinal(), n);
  }

  /** {@code dev->get_stats}: one counter, open or stopped. Any thread. */
  public long stat(DeviceStat stat) {
    return stats.get(stat.ordinal());
  }

  /** {@code dev->name}. */
  public String name() {
    return name;
  }

  /** Its number in its stack. */
  public int index() {
    return index;
  }

  /** {@code dev->dev_addr}. */
  public long macAddress() {
    return macAddress;
  }

  /** {@code dev->mtu}: bytes behind the link header. */
  public int mtu() {
    return mtu;
  }

  /** {@code dev->hard_header_len}. */
  public int headerLen() {
    return linkOps.headerLen();
  }

  /** {@code dev->hard_header}, see {@link LinkOps#header}. */
  public int hardHeader(SkBuff skb, int type, long daddr, int len) {
    return linkOps.header(skb, this, type, daddr, LinkOps.UNKNOWN, len);
  }

  /** {@code dev->header_cache_bind}, see {@link LinkOps#headerCacheBind}. */
  public @Nullable HhCache headerCacheBind(int type, int raddr) {
    return linkOps.headerCacheBind(this, type, raddr);
  }

  /** {@code dev->header_cache_update}, see {@link LinkOps#headerCacheUpdate}. */
  public void headerCacheUpdate(HhCache hh, long haddr) {
    linkOps.headerCacheUpdate(hh, this, haddr);
  }

  /**
   * {@code dev->set_mac_address}.
   *
   * @throws IllegalStateException if the device is up
   * @throws IllegalArgumentException if it is not one station's address
   */
  public void setMacAddress(long mac) {
    macAddress = linkOps.macAddr(this, mac);
  }

  /**
   * {@code dev->change_mtu}, also while the device is up: the frames that come from here on may be
   * so long.
   *
   * @throws IllegalArgumentException if it is out of range, or longer frames than the pool has
   *     buffers for would come
   * @throws IllegalStateException if there is no memory for such a frame now, or the wire is or was
   *     broken on purpose, with memory for shorter frames; the MTU stays what it was
   */
  public void changeMtu(int mtu) {
    int checked = linkOps.changeMtu(this, mtu);
    if (checked > this.mtu && fault != null) {
      throw new IllegalStateException(
          name
              + ": a greater MTU must be set before the first --fault, which has memory for frames");
    }
    if (pool.capacity(SkBuffPool.slotSizeFor(rxFrameLen(checked))) == 0) {
      throw new IllegalArgumentException(
          "MTU " + mtu + ": the pool has no buffers for such frames, build it with more memory");
    }
    SkBuff old = posted;
    if (old != null) {
      SkBuff fresh = pool.devAlloc(rxFrameLen(checked), DRIVER);
      if (fresh == null) {
        throw new IllegalStateException(
            name + ": no memory for a frame of MTU " + mtu + " now, the MTU stays " + this.mtu);
      }
      posted = fresh;
      old.free(DropReason.CONSUMED); // It held no packet: nothing is lost with it.
    }
    this.mtu = checked;
  }

  /**
   * {@code rx_copybreak}: frames of up to so many bytes are copied out of the buffer that they came
   * in, with their checksum taken on the way; 0 for none. Before the loop starts, or on its thread.
   */
  public void setRxCopybreak(int bytes) {
    rxCopybreak = bytes;
  }

  /** {@code IFF_UP}. Any thread. */
  public boolean isUp() {
    return up;
  }

  /** {@code dev->pa_addr} and {@code pa_mask}; 0.0.0.0/32 while there is none. Any thread. */
  public Ip4Prefix address() {
    return address;
  }

  /** Sets {@code dev->pa_addr} and {@code pa_mask}. */
  public void setAddress(Ip4Prefix address) {
    this.address = address;
  }

  /** Why the wire failed; empty if it did not. Any thread. */
  public String failure() {
    return failure;
  }

  /** The wire, for the loop to wait on. */
  public Wire wire() {
    return wire;
  }

  /** What breaks its wire on purpose; null if no fault was ever set. Any thread. */
  public @Nullable FaultyWire fault() {
    return fault;
  }

  /**
   * Sets what faults its wire has from now on, see {@link FaultyWire#setSpec}. The first time, the
   * wire is put into a {@link FaultyWire}, which stays; a device that never had a fault pays
   * nothing. Before the loop starts, or on its thread.
   *
   * @throws IllegalStateException if there is no memory for frames that wait; nothing has changed
   */
  public void setFault(FaultSpec spec, long nowNs) {
    FaultyWire faulty = fault;
    if (faulty == null) {
      if (spec.isOff()) {
        return;
      }
      // No more than half the pool waits on the wire: the other half is for receiving.
      int capacity =
          Math.clamp(
              pool.capacity(SkBuffPool.slotSizeFor(rxFrameLen(mtu))) / 2,
              1,
              FaultyWire.DEFAULT_CAPACITY);
      faulty = new FaultyWire(wire, rxFrameLen(mtu), capacity);
    }
    faulty.setSpec(spec, nowNs);
    wire = faulty;
    fault = faulty;
  }

  /** The pool that its buffers come from. */
  public SkBuffPool pool() {
    return pool;
  }
}
