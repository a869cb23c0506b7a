package dev.skiff.dev;

import dev.skiff.header.EthHdr;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import dev.skiff.skb.SkBuffPool;
import dev.skiff.stats.Counters;
import dev.skiff.wire.FaultSpec;
import dev.skiff.wire.FaultyWire;
import dev.skiff.wire.Wire;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code struct device}: one network device, its wire, its queues and its counters. Made by {@link
 * NetDevices#register}.
 *
 * <p>Its two ways are classes of their own: {@code TopHalf} and {@code BottomHalf} in, {@code
 * Transmitter} out. Thread: the loop thread; counters, name, flags and addresses may be read by
 * any.
 */
public final class NetDevice {
  /** {@code DEV_NUMBUFFS}: the transmit bands, 0 first. */
  public static final int BANDS = 3;

  /** The band of control traffic (ARP), which a flood of data must not starve. */
  public static final int BAND_CONTROL = 0;

  /** The band of everything else. */
  public static final int BAND_NORMAL = 1;

  /** The band of what can wait. */
  public static final int BAND_BULK = 2;

  /** {@code tx_queue_len} unless it is told otherwise: frames that a band holds. */
  public static final int TX_QUEUE_LEN = 500;

  /** {@code watchdog_timeo}: how long a wire may take nothing before it is opened anew. */
  public static final long WATCHDOG_TIMEO_NS = 5_000_000_000L;

  /**
   * Bytes behind the longest frame in a receive buffer: an 802.1Q tag, and one more, so that a
   * frame that is too long is seen to be.
   */
  public static final int RX_SPARE = 4 + 1;

  /**
   * A reply in place ends where its request ended, and may begin so much further behind: an 802.1Q
   * tag, LLC and SNAP, and the most IP options (RFC 791 3.1). From there on a buffer must have room
   * for the shortest frame: a shorter reply is padded.
   */
  static final int SHORTEST_RX = EthHdr.ZLEN + 4 + 8 + 40;

  private final String name;
  private final int index;
  private final LinkOps link;
  private final int gateway;
  private final NetDevices devices;
  private final SkBuffPool pool;
  private final Counters stats = new Counters(DeviceStat.values().length);
  private final TopHalf topHalf;
  private final BottomHalf bottomHalf;
  private final Transmitter transmitter;
  private final RxFilter rxFilter = new RxFilter(this);
  private final LinkWatch linkWatch;
  private final DeviceLife life;
  private final InDevice inDev;
  private Wire wire;
  private volatile @Nullable FaultyWire fault;
  private volatile int mtu;
  private volatile long macAddress;
  private volatile int userFlags;
  private volatile int txQueueLen = TX_QUEUE_LEN;
  private boolean liveAddressChange;
  private long nowNs;

  NetDevice(DeviceConfig config, int index, LinkOps link, NetDevices devices) {
    name = config.name();
    this.index = index;
    this.link = link;
    this.devices = devices;
    pool = devices.pool();
    wire = config.wire();
    fault = wire instanceof FaultyWire faulty ? faulty : null;
    macAddress = config.mac();
    mtu = config.mtu();
    Integer via = config.gateway();
    gateway = via == null ? Ip4Addr.ANY : via;
    topHalf = new TopHalf(this, devices);
    bottomHalf = new BottomHalf(this, devices);
    transmitter = new Transmitter(this, link, devices);
    linkWatch = new LinkWatch(this, devices);
    life = new DeviceLife(this, devices, topHalf, bottomHalf, transmitter, rxFilter, linkWatch);
    inDev = new InDevice(this, devices, config.addresses(), config.arp());
  }

  // ---- open and stop ----------------------------------------------------------------------------

  /**
   * {@code dev->open}: opens the wire anew, whatever was before, and brings the device up. What
   * came while it was down is thrown away. An open device stays as it is.
   *
   * @throws IOException with the device still down, if the wire does not open, is dead, or there is
   *     no buffer: one line that says why
   * @throws IllegalStateException if its MAC address is not one station's, or it is not registered
   */
  public void open() throws IOException {
    life.open(nowNs);
  }

  /**
   * {@code dev->stop}: brings the device down and empties its queues. Never fails; a second call
   * does nothing. {@link #open} may follow. While it sends, which a tap may notice, it goes down
   * when that is done.
   */
  public void stop() {
    life.stop(nowNs);
  }

  /**
   * Stops the device for good since its wire is dead; {@link #failure} says why, and {@link
   * NetdevEvent#DOWN} tells of it, also if the device is down already. The first reason stands.
   */
  public void fail(String why) {
    life.fail(why, nowNs);
  }

  /** Stops it and closes its wire, at the end of the stack. A second call does nothing. */
  public void close() {
    life.unregister(nowNs);
    life.close();
  }

  DeviceLife life() {
    return life;
  }

  /** The time of its last turn. */
  long nowNs() {
    return nowNs;
  }

  // ---- Receive ----------------------------------------------------------------------------------

  /** Bytes that are received of a frame at most. */
  int rxFrameLen(int mtu) {
    return rxFrameLen(link.headerLen(), mtu);
  }

  /**
   * How long a receive buffer is from the frame's first byte on.
   *
   * @param headerLen of the link, in bytes
   */
  public static int rxFrameLen(int headerLen, int mtu) {
    return Math.max(headerLen + mtu + RX_SPARE, SHORTEST_RX);
  }

  /**
   * The top half, what a driver's receive interrupt does: takes frames off the wire and puts them
   * on the backlog. A wire with a ring sends what it was left with by {@link #xmit} as well.
   *
   * @param budget the most frames
   * @return whether the wire had no more
   */
  public boolean poll(int budget, long nowNs) {
    this.nowNs = nowNs;
    return topHalf.poll(budget, transmitter, nowNs);
  }

  /**
   * {@code netif_rx}: puts a received frame on the backlog.
   *
   * @param skb lent: a whole frame, link header at data
   */
  public DropReason netifRx(SkBuff skb) {
    return bottomHalf.netifRx(skb);
  }

  /**
   * The bottom half, {@code net_bh}: takes frames off the backlog and delivers them.
   *
   * @param budget the most frames
   * @return whether the backlog is empty
   */
  public boolean netBh(int budget, long nowNs) {
    return bottomHalf.netBh(budget, nowNs);
  }

  /**
   * Delivers a packet once more, whose protocol was found inside of another; for a handler, which
   * returns the result.
   */
  public DropReason deliverAgain(SkBuff skb, long nowNs) {
    return bottomHalf.deliverAgain(skb, nowNs);
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
    return transmitter.transmit(skb, nowNs);
  }

  /**
   * Hands the bands to the wire, in order of priority, and flushes it: all that it has room for.
   * What is left then waits until the wire has room.
   */
  public void xmit(long nowNs) {
    xmit(nowNs, false);
  }

  /**
   * The same, when the next {@link #poll} may follow at once.
   *
   * @param more {@code xmit_more}: whether it does; then a wire that sends and receives in one go
   *     is left to send what is queued in that
   */
  public void xmit(long nowNs, boolean more) {
    if (life.isUp()) {
      transmitter.xmit(nowNs, more);
    }
  }

  /**
   * {@code dev->hard_start_xmit}: gives a complete frame to the wire, padded to the link's least
   * length with zeros, past all that waits. It goes out at the end of this turn, or, after frames
   * have come in by a wire that sends and receives in one go, at the beginning of the next. One
   * that is longer than the MTU allows is dropped, and counted, and that is OK as well.
   *
   * @return BUSY if the wire has no room, or the device is down; the buffer is then still the
   *     caller's
   * @throws IllegalStateException if there is no tailroom for the padding; the buffer is still the
   *     caller's
   */
  public Wire.Xmit hardStartXmit(SkBuff skb, long nowNs) {
    return transmitter.hardStartXmit(skb, nowNs);
  }

  /** {@code netif_queue_stopped}, {@code dev->tbusy}: whether the wire takes nothing now. */
  public boolean isQueueStopped() {
    return !isUp() || wire.isBlocked();
  }

  /** {@code dev->qdisc}: what waits to be sent. */
  public Qdisc qdisc() {
    return transmitter.qdisc();
  }

  /** Sets {@code dev->qdisc}; what waits in the old one is given up and counted. */
  public void setQdisc(Qdisc qdisc) {
    transmitter.setQdisc(qdisc);
  }

  /** {@code dev->tx_queue_len}: frames that a band holds. Any thread. */
  public int txQueueLen() {
    return txQueueLen;
  }

  /**
   * Sets {@code dev->tx_queue_len}. What waits stays, if it is more.
   *
   * @throws IllegalArgumentException if it is under 1
   */
  public void setTxQueueLen(int frames) {
    if (frames < 1) {
      throw new IllegalArgumentException(
          name + ": tx_queue_len " + frames + ": there must be room for 1 frame or more");
    }
    txQueueLen = frames;
  }

  /**
   * When the device wants a turn although nothing has come in.
   *
   * @return nanoseconds on the loop's clock; {@link Long#MAX_VALUE} for never
   */
  public long nextDeadlineNs() {
    return isUp() ? Math.min(wire.nextDeadlineNs(), transmitter.watchdogNs()) : Long.MAX_VALUE;
  }

  // ---- The link ---------------------------------------------------------------------------------

  /**
   * {@code linkwatch}: looks what has become of the far end, and follows: without one the device is
   * not {@code RUNNING}, and if the far end's MTU was changed, ours is changed to that.
   */
  public void lookAtLink() {
    if (failure().isEmpty()) {
      linkWatch.look();
    }
  }

  /** {@code netif_carrier_ok}: whether it is open and somebody is at the far end. Any thread. */
  public boolean hasCarrier() {
    return linkWatch.hasCarrier();
  }

  // ---- Flags and groups -------------------------------------------------------------------------

  /** {@code dev->flags}: {@link Iff} bits. Any thread. */
  public int flags() {
    int running = (isUp() ? Iff.UP : 0) | (hasCarrier() ? Iff.RUNNING : 0);
    return link.flags() | userFlags | rxFilter.flags() | running;
  }

  /**
   * {@code dev_get_flags}: the flags as a user of flags sees them: {@code PROMISC} and {@code
   * ALLMULTI} only if he himself has set them, whatever others want. Any thread.
   */
  public int getFlags() {
    return (flags() & ~(Iff.PROMISC | Iff.ALLMULTI)) | rxFilter.gflags();
  }

  /**
   * {@code dev_change_flags}: sets those flags that can be set, {@code UP}, {@code DEBUG}, {@code
   * NOARP}, {@code PROMISC} and {@code ALLMULTI}, and leaves the others.
   *
   * @throws IOException if it is to be opened and cannot be; the other flags are set
   */
  public void changeFlags(int flags) throws IOException {
    int old = flags();
    userFlags = flags & (Iff.DEBUG | Iff.NOARP);
    rxFilter.set(flags & (Iff.PROMISC | Iff.ALLMULTI));
    if (old != flags()) {
      devices.notify(NetdevEvent.CHANGE, this);
    }
    if ((flags & Iff.UP) == 0) {
      stop();
    } else {
      open();
    }
  }

  /** Whether no ARP is to be spoken on it: {@code IFF_NOARP}. */
  public boolean isNoArp() {
    return ((userFlags | link.flags()) & Iff.NOARP) != 0;
  }

  /** Whether frames for other stations are delivered too. */
  public boolean isPromiscuous() {
    return rxFilter.isPromiscuous();
  }

  /**
   * {@code dev_set_promiscuity}: so many more want to see frames for other stations; negative for
   * fewer.
   *
   * @throws IllegalArgumentException if it would be fewer than none
   */
  public void setPromiscuity(int inc) {
    changing(() -> rxFilter.setPromiscuity(inc));
  }

  /**
   * {@code dev_set_allmulti}: so many more want every group; negative for fewer.
   *
   * @throws IllegalArgumentException if it would be fewer than none
   */
  public void setAllmulti(int inc) {
    changing(() -> rxFilter.setAllmulti(inc));
  }

  private void changing(Runnable change) {
    int old = flags();
    change.run();
    if (old != flags()) {
      devices.notify(NetdevEvent.CHANGE, this);
    }
  }

  /**
   * {@code dev_mc_add}: one more wants the frames of a group.
   *
   * @throws IllegalArgumentException if it is no group's MAC address
   */
  public void mcAdd(long group) {
    rxFilter.add(group);
  }

  /**
   * {@code dev_mc_delete}: one fewer wants the frames of a group.
   *
   * @throws IllegalStateException if nobody does
   */
  public void mcDelete(long group) {
    rxFilter.delete(group);
  }

  /** {@code dmi_users}: how many want the frames of a group. */
  public int mcUsers(long group) {
    return rxFilter.users(group);
  }

  // ---- What it is -------------------------------------------------------------------------------

  void count(DeviceStat stat, long n) {
    stats.add(stat.ordinal(), n);
  }

  /** {@code dev->get_stats}: all counters, open or stopped. Any thread. */
  public Map<DeviceStat, Long> getStats() {
    Map<DeviceStat, Long> all = new EnumMap<>(DeviceStat.class);
    for (DeviceStat stat : DeviceStat.values()) {
      all.put(stat, stat(stat));
    }
    return all;
  }

  /** One counter, open or stopped. Any thread. */
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

  /** Whether it is a device still: until {@link NetDevices#unregister}. Any thread. */
  public boolean isRegistered() {
    return life.isRegistered();
  }

  /** What knows its link header. */
  public LinkOps link() {
    return link;
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
    return link.headerLen();
  }

  /** {@code dev->hard_header}, see {@link LinkOps#header}. */
  public int hardHeader(SkBuff skb, int type, long daddr, int len) {
    return link.header(skb, this, type, daddr, LinkOps.UNKNOWN, len);
  }

  /** {@code dev->header_cache_bind}, see {@link LinkOps#headerCacheBind}. */
  public @Nullable HhCache headerCacheBind(int type, int raddr) {
    return link.headerCacheBind(this, type, raddr);
  }

  /** {@code dev->header_cache_update}, see {@link LinkOps#headerCacheUpdate}. */
  public void headerCacheUpdate(HhCache hh, long haddr) {
    link.headerCacheUpdate(hh, this, haddr);
  }

  /**
   * {@code dev->set_mac_address}.
   *
   * @throws IllegalStateException if the device is up, unless {@link #setLiveAddressChange}
   * @throws IllegalArgumentException if it is not one station's address
   */
  public void setMacAddress(long mac) {
    long checked = link.macAddr(this, mac);
    if (checked != macAddress) {
      macAddress = checked;
      devices.notify(NetdevEvent.CHANGEADDR, this);
    }
  }

  /** {@code IFF_LIVE_ADDR_CHANGE}: whether the MAC address may change while it is up. */
  public void setLiveAddressChange(boolean allowed) {
    liveAddressChange = allowed;
  }

  /** Whether the MAC address may change while it is up. */
  public boolean hasLiveAddressChange() {
    return liveAddressChange;
  }

  /**
   * {@code dev->change_mtu}, also while the device is up: the frames that come from here on may be
   * so long.
   *
   * @throws IllegalArgumentException if it is out of range, or longer frames than the pool has
   *     buffers for would come
   * @throws IllegalStateException if there is no memory for such a frame now, or shorter ones wait
   *     on a wire that is broken on purpose; the MTU stays what it was
   */
  public void changeMtu(int mtu) {
    int checked = link.changeMtu(this, mtu);
    if (pool.capacity(SkBuffPool.slotSizeFor(rxFrameLen(checked))) == 0) {
      throw new IllegalArgumentException(
          "MTU " + mtu + ": the pool has no buffers for such frames, build it with more memory");
    }
    FaultyWire faulty = fault;
    if (faulty != null && !faulty.growTo(rxFrameLen(checked))) {
      throw new IllegalStateException(
          name
              + ": shorter frames wait on the wire, which is broken on purpose: set the MTU later");
    }
    if (!topHalf.postFor(checked)) {
      throw new IllegalStateException(
          name + ": no memory for a frame of MTU " + mtu + " now, the MTU stays " + this.mtu);
    }
    if (checked != this.mtu) {
      this.mtu = checked;
      devices.notify(NetdevEvent.CHANGEMTU, this);
    }
    if (failure().isEmpty()) {
      linkWatch.mtuWasSet();
    }
  }

  /**
   * {@code dev_ioctl}: carries out one of the requests of {@link Sioc}. Its name is not looked at.
   *
   * @throws IllegalArgumentException if there is no such request, or what it sets is out of range
   * @throws IllegalStateException if it cannot be done now
   * @throws UnsupportedOperationException if the wire has no such request of its own
   * @throws IOException if it opens the device, and that fails
   */
  public void ioctl(int cmd, IfReq ifr) throws IOException {
    Sioc.handle(this, cmd, ifr);
  }

  /**
   * {@code rx_copybreak}: frames of up to so many bytes are copied out of the buffer that they came
   * in, with their checksum taken on the way; 0 for none. Before the loop starts, or on its thread.
   */
  public void setRxCopybreak(int bytes) {
    topHalf.setRxCopybreak(bytes);
  }

  /** {@code IFF_UP}. Any thread. */
  public boolean isUp() {
    return life.isUp();
  }

  /**
   * {@code dev->pa_addr} and {@code pa_mask}: the first address that is used; 0.0.0.0/32 while
   * there is none. Any thread.
   */
  public Ip4Prefix address() {
    return inDev.primary();
  }

  /** {@code dev->ip_ptr}: its IPv4 addresses, and how it speaks ARP. Any thread. */
  public InDevice inDev() {
    return inDev;
  }

  /** The default gateway that it was registered with; 0.0.0.0 for none. Any thread. */
  public int gateway() {
    return gateway;
  }

  /** Why the wire failed; empty if it did not. Any thread. */
  public String failure() {
    return life.failure();
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
   * @throws IllegalStateException if there is no memory for frames that wait, a tap asks for it
   *     while the device sends, or it has no wire any more; nothing has changed
   */
  public void setFault(FaultSpec spec, long nowNs) {
    if (!isRegistered() || !failure().isEmpty()) {
      throw new IllegalStateException(name + " has no wire any more to be broken");
    }
    if (transmitter.isSending()) {
      throw new IllegalStateException(name + " is sending: set the fault later");
    }
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
    xmit(nowNs); // What the wire was left with is spared the faults.
    faulty.setSpec(spec, nowNs);
    wire = faulty;
    fault = faulty;
  }

  /** The pool that its buffers come from. */
  public SkBuffPool pool() {
    return pool;
  }
}
