package dev.skiff.ip;

import dev.skiff.dev.NetDevice;
import dev.skiff.header.IpHdr;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.Packet;
import dev.skiff.skb.PacketType;
import dev.skiff.skb.SkBuff;
import dev.skiff.skb.SkBuffPool;
import dev.skiff.time.Timer;
import dev.skiff.time.TimerQueue;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * {@code ip_defrag}: fragments are held until the datagram that they are parts of is there. RFC 791
 * 3.2, RFC 1122 3.3.2; net/ipv4/ip_fragment.c, inet_fragment.c.
 *
 * <ul>
 *   <li>They come in any order. One that has come already is dropped for {@code DUP_FRAG}; any
 *       other overlap ends the whole datagram, as RFC 5722 4 has it for IPv6. Linux takes one that
 *       lies within others for a duplicate too.
 *   <li>Two ends, or data behind the end, end the datagram.
 *   <li>What is not the last fragment is cut to a multiple of 8 bytes, as in Linux; RFC 791 knows
 *       no such fragment. If nothing is left of it, or the last has no data, that fragment is
 *       dropped for {@code IP_FRAGMENT_EMPTY}; Linux gives up the whole datagram.
 *   <li>No datagram is longer than 65,535 bytes: a fragment that ends behind that is dropped for
 *       {@code IP_FRAGMENT_TOO_LONG}.
 *   <li>The time, 30 s, is from the first that came, and no later one prolongs it: RFC 1122 3.3.2.
 *   <li>Memory is bounded for all and for each source, see {@link FragParms}; the oldest datagram
 *       goes first. The fragment that makes a datagram whole is never held, and needs no room.
 * </ul>
 *
 * <p>It is for fragments alone: what is none has an identification that says nothing, RFC 6864 4.1.
 * Thread: the loop thread.
 */
final class Reassembly {
  private static final String IP_DEFRAG = "ip_defrag";
  private static final int BLOCK = 8;

  /**
   * {@code skb_condense}: a fragment in a buffer of so many times what it needs is copied into one
   * of its size, if there is one. Where frames may be long the others come in long buffers too, and
   * a few of them would be all that a source may have.
   */
  private static final int SPARSE = 4;

  private static final int ID_SHIFT = 8;

  /** Who gets what becomes of the fragments. */
  interface Sink {
    /**
     * A datagram is whole.
     *
     * @param skb lent: data and {@code networkHeader()} at its IP header, which is that of fragment
     *     0 with what concerns fragments made right; {@code csum} is the sum of its data
     * @param dev the device that the last of its fragments came by
     */
    DropReason whole(SkBuff skb, NetDevice dev, long nowNs);

    /**
     * A datagram was given up since its time was over: RFC 1122 3.3.2, Time Exceeded code 1 MUST be
     * sent, if fragment 0 is there.
     *
     * @param first fragment 0 as it came, data at its IP header; valid during the call
     * @param dev the device that it came by
     */
    void expired(Packet first, NetDevice dev, long nowNs);
  }

  private final SkBuffPool pool;
  private final TimerQueue timers;
  private long timeNs;
  private final FragQueues queues;
  private final Consumer<IpStat> counter;
  private final Sink sink;

  /** One for all: each datagram has the same time, so the oldest is the next that is due. */
  private final Timer expire =
      new Timer() {
        @Override
        protected void fire(long nowNs) {
          expire(nowNs);
        }
      };

  /**
   * Nothing waits.
   *
   * @param pool where whole datagrams are copied to
   * @param random draws the key of the hashes
   * @param counter is told what to count
   */
  Reassembly(
      SkBuffPool pool,
      TimerQueue timers,
      FragParms parms,
      RandomGenerator random,
      Consumer<IpStat> counter,
      Sink sink) {
    this.pool = pool;
    this.timers = timers;
    this.counter = counter;
    this.sink = sink;
    timeNs = parms.timeNs();
    queues = new FragQueues(parms, random);
  }

  /**
   * From here on these bounds hold. What waits keeps its time; what comes then and has less of it
   * is not given up before that.
   */
  void setParms(FragParms parms) {
    timeNs = parms.timeNs();
    queues.setParms(parms);
  }

  // ---- A fragment comes -------------------------------------------------------------------------

  /**
   * {@code ip_defrag}, {@code ip_frag_queue}: takes a fragment.
   *
   * @param skb lent: a fragment whose header was checked, data at its IP header, nothing behind its
   *     total length
   * @return {@code NOT_DROPPED} if it is held; {@code CONSUMED} if a copy is, or it made the
   *     datagram whole, which the sink has been given
   * @throws IllegalArgumentException if it is a whole datagram
   */
  DropReason add(SkBuff skb, NetDevice dev, long nowNs) {
    skb.hop(IP_DEFRAG);
    boolean sparse = skb.truesize() >= SPARSE * pool.truesizeOf(FragReasm.HEADROOM + skb.len());
    SkBuff condensed = sparse ? skb.copyExpand(FragReasm.HEADROOM, 0) : null;
    if (condensed == null) {
      return take(skb, dev, nowNs);
    }
    DropReason reason = DropReason.HANDLER_ERROR;
    try {
      reason = take(condensed, dev, nowNs);
    } finally {
      if (reason != DropReason.NOT_DROPPED) {
        condensed.free(DropReason.CONSUMED); // What became of it is said of the original.
      }
    }
    return reason == DropReason.NOT_DROPPED ? DropReason.CONSUMED : reason;
  }

  private DropReason take(SkBuff skb, NetDevice dev, long nowNs) {
    int ip = skb.data();
    int fragOff = IpHdr.fragOff(skb, ip);
    boolean last = (fragOff & IpHdr.MF) == 0;
    int offset = (fragOff & IpHdr.OFFSET) * BLOCK;
    if (last && offset == 0) {
      throw new IllegalArgumentException("not a fragment: " + skb);
    }
    counter.accept(IpStat.IP_REASM_REQDS);
    int headerLen = IpHdr.ihl(skb, ip) * 4;
    int len = skb.len() - headerLen;
    if (!last) {
      len &= -BLOCK;
    }
    if (len <= 0) {
      return failed(DropReason.IP_FRAGMENT_EMPTY);
    }
    if (headerLen + offset + len > FragReasm.MOST_BYTES) {
      return failed(DropReason.IP_FRAGMENT_TOO_LONG); // The "ping of death".
    }
    int saddr = IpHdr.saddr(skb, ip);
    int daddr = IpHdr.daddr(skb, ip);
    int idAndProtocol = IpHdr.id(skb, ip) << ID_SHIFT | IpHdr.protocol(skb, ip);
    FragQueue q = queues.find(saddr, daddr, idAndProtocol);
    if (q != null) {
      return addTo(q, skb, offset, len, last, dev, nowNs);
    }
    if (!makeRoom(saddr, skb.truesize())) {
      return failed(DropReason.IP_FRAGMENT_EVICTED);
    }
    q = queues.create(saddr, daddr, idAndProtocol, nowNs + timeNs);
    if (!expire.isSet()) {
      timers.set(expire, q.deadlineNs);
    }
    var _ = q.note(skb, offset, len, last, dev);
    return hold(q, skb);
  }

  private DropReason addTo(
      FragQueue q, SkBuff skb, int offset, int len, boolean last, NetDevice dev, long nowNs) {
    DropReason reason = q.check(offset, len, last);
    if (reason == DropReason.DUP_FRAG) {
      return reason;
    }
    if (reason != DropReason.NOT_DROPPED) {
      if (reason == DropReason.IP_FRAGMENT_OVERLAP) {
        counter.accept(IpStat.IP_EXT_REASM_OVERLAPS);
      }
      giveUp(q, reason);
      return reason;
    }
    if (q.note(skb, offset, len, last, dev)) {
      return complete(q, skb, dev, nowNs);
    }
    if (!makeRoomIn(q, skb.truesize())) {
      return DropReason.IP_FRAGMENT_EVICTED;
    }
    return hold(q, skb);
  }

  private DropReason hold(FragQueue q, SkBuff skb) {
    queues.charge(q, skb.truesize());
    q.hold(skb);
    return DropReason.NOT_DROPPED;
  }

  /** Whether there is room for one datagram more, and its first fragment. */
  private boolean makeRoom(int saddr, int fragment) {
    int more = FragQueue.BYTES + fragment;
    if (!queues.mayTake(more)) {
      return false;
    }
    for (FragQueue old; (old = queues.inTheWay(saddr, more)) != null; ) {
      giveUp(old, DropReason.IP_FRAGMENT_EVICTED);
    }
    return true;
  }

  /** Whether there is room for more of a datagram; if not, it is given up itself. */
  private boolean makeRoomIn(FragQueue q, int more) {
    for (FragQueue old; (old = queues.inTheWay(q.saddr(), more)) != null; ) {
      giveUp(old, DropReason.IP_FRAGMENT_EVICTED);
      if (old == q) {
        return false;
      }
    }
    return true;
  }

  private DropReason failed(DropReason reason) {
    counter.accept(IpStat.IP_REASM_FAILS);
    return reason;
  }

  // ---- A datagram is whole ----------------------------------------------------------------------

  private DropReason complete(FragQueue q, SkBuff last, NetDevice dev, long nowNs) {
    takeOut(q);
    SkBuff first = q.first();
    if (first == null) {
      throw new IllegalStateException("whole without its beginning: " + last);
    }
    DropReason reason = FragReasm.check(q, first);
    SkBuff whole = null;
    if (reason == DropReason.NOT_DROPPED) {
      whole = FragReasm.copy(q, first, last, pool);
      reason = whole == null ? DropReason.NOMEM : DropReason.CONSUMED;
    }
    free(q, reason);
    if (whole == null) {
      return failed(reason);
    }
    counter.accept(IpStat.IP_REASM_OKS);
    deliver(whole, dev, nowNs);
    return DropReason.CONSUMED;
  }

  private void deliver(SkBuff whole, NetDevice dev, long nowNs) {
    DropReason reason = DropReason.HANDLER_ERROR;
    boolean returned = false;
    try {
      reason = sink.whole(whole, dev, nowNs);
      returned = true;
    } finally {
      // Who threw may have passed it on, or freed it, before: only the ledger knows.
      boolean ours = returned || (whole.isLive() && whole.holder().equals(FragReasm.HOLDER));
      if (ours && reason != DropReason.NOT_DROPPED) {
        whole.free(reason);
      }
    }
  }

  // ---- Giving up --------------------------------------------------------------------------------

  private void takeOut(FragQueue q) {
    queues.remove(q);
    if (queues.oldest() == null) {
      timers.cancel(expire);
    }
  }

  private void free(FragQueue q, DropReason reason) {
    q.purge(reason);
    queues.recycle(q);
  }

  private void giveUp(FragQueue q, DropReason reason) {
    takeOut(q);
    counter.accept(IpStat.IP_REASM_FAILS);
    free(q, reason);
  }

  /** {@code ip_expire}, of all that are due. */
  private void expire(long nowNs) {
    try {
      for (FragQueue q; (q = queues.oldest()) != null && q.deadlineNs - nowNs <= 0; ) {
        timeOut(q, nowNs);
      }
    } finally {
      FragQueue next = queues.oldest();
      if (next != null) {
        timers.set(expire, next.deadlineNs);
      }
    }
  }

  private void timeOut(FragQueue q, long nowNs) {
    takeOut(q);
    counter.accept(IpStat.IP_REASM_TIMEOUT);
    counter.accept(IpStat.IP_REASM_FAILS);
    SkBuff first = q.first();
    NetDevice dev = q.firstDev();
    try {
      // RFC 1122 3.2.2: of what came in a link-layer broadcast, if only in part, nothing is said.
      if (first != null && dev != null && q.pktType() == PacketType.HOST) {
        sink.expired(first, dev, nowNs);
      }
    } finally {
      free(q, DropReason.FRAG_REASM_TIMEOUT);
    }
  }

  /** Gives up every datagram of which a fragment came by a device, which goes. */
  void purge(NetDevice dev) {
    FragQueue next;
    for (FragQueue q = queues.oldest(); q != null; q = next) {
      next = q.byAge.younger();
      if (q.hasFrom(dev)) {
        giveUp(q, DropReason.QUEUE_PURGE);
      }
    }
  }

  /** {@code fqdir_exit}: gives up all. */
  void purge() {
    for (FragQueue q; (q = queues.oldest()) != null; ) {
      giveUp(q, DropReason.QUEUE_PURGE);
    }
  }

  /** {@code FRAG: inuse} of /proc/net/sockstat: datagrams that are waited for. Loop thread. */
  int inuse() {
    return queues.count();
  }

  /** {@code FRAG: memory} of /proc/net/sockstat: bytes that they take. Loop thread. */
  int memory() {
    return queues.bytes();
  }
}
