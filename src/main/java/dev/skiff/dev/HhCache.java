package dev.skiff.dev;

import dev.skiff.skb.SkBuff;
import dev.skiff.stats.Counters;

/**
 * {@code struct hh_cache}: a finished link header for one next hop on one device, so that a
 * datagram to a known neighbour costs neither a look-up nor the filling in of fields.
 *
 * <p>It belongs to the neighbour, and whoever uses it asks first whether it is still the one meant
 * and up to date. Bytes 0 to 5 are the destination's, which {@code eth_header_cache_update} writes;
 * 6 to 13 are source and type, which {@code eth_header_cache_bind} writes. Thread: the loop thread.
 */
public final class HhCache {
  private static final int HLEN = 14;
  private static final String NEIGH_HH_OUTPUT = "neigh_hh_output";

  private NetDevice dev;
  private int raddr;
  private long dest;
  private long source;
  private int type;
  private boolean bound;
  private boolean upToDate;
  private long usedNs;
  private final Counters hits;
  private final int counter;

  /**
   * An empty one.
   *
   * @param hits where its uses are counted
   * @param counter as which
   */
  public HhCache(NetDevice dev, int raddr, Counters hits, int counter) {
    this.dev = dev;
    this.raddr = raddr;
    this.hits = hits;
    this.counter = counter;
  }

  /** It is another neighbour's from here on. */
  public void begin(NetDevice device, int address, long nowNs) {
    dev = device;
    raddr = address;
    bound = false;
    upToDate = false;
    usedNs = nowNs;
  }

  /** Whether it is for this next hop. */
  public boolean isFor(NetDevice device, int address) {
    return raddr == address && dev == device;
  }

  /** Writes source and type: {@code eth_header_cache_bind}. */
  public void bind(long source, int type) {
    this.source = source;
    this.type = type;
    bound = true;
  }

  /** Writes the destination: {@code eth_header_cache_update}. */
  public void update(long dest) {
    this.dest = dest;
    upToDate = true;
  }

  /** {@code hh_uptodate = 0}: the neighbour's address is in doubt. */
  public void invalidate() {
    upToDate = false;
  }

  /** {@code hh_uptodate}: whether the header may be used for this next hop. */
  public boolean isUpToDate(NetDevice device, int address) {
    return upToDate && bound && isFor(device, address) && source == device.macAddress();
  }

  /**
   * {@code neigh_hh_output}: pushes the header. The buffer's own bytes must not be shared.
   *
   * @throws IllegalStateException if there is no headroom
   */
  public void push(SkBuff skb, long nowNs) {
    skb.hop(NEIGH_HH_OUTPUT);
    usedNs = nowNs;
    hits.increment(counter);
    int eth = skb.push(HLEN);
    skb.set64(eth, dest << 16 | source >>> 32);
    skb.set32(eth + Long.BYTES, (int) source);
    skb.set16(eth + Long.BYTES + Integer.BYTES, type);
    skb.setHeaderComplete();
  }

  /** When it was last used. */
  public long usedNs() {
    return usedNs;
  }
}
