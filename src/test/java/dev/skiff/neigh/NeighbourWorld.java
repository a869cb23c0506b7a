package dev.skiff.neigh;

import dev.skiff.Rig;
import dev.skiff.dev.Acd;
import dev.skiff.dev.ArpConf;
import dev.skiff.dev.DeviceConfig;
import dev.skiff.dev.HhCache;
import dev.skiff.dev.LinkOps;
import dev.skiff.dev.NetDevice;
import dev.skiff.dev.NetDevices;
import dev.skiff.dev.PacketTypes;
import dev.skiff.dev.Qdisc;
import dev.skiff.dev.Taps;
import dev.skiff.eth.Eth;
import dev.skiff.header.ArpHdr;
import dev.skiff.header.EthHdr;
import dev.skiff.header.EtherType;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import dev.skiff.header.MacAddr;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.PacketType;
import dev.skiff.skb.SkBuff;
import dev.skiff.skb.SkBuffPool;
import dev.skiff.stats.Faults;
import dev.skiff.time.TimerQueue;
import dev.skiff.wire.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongUnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The real thing in {@link NeighbourModelTest}: ARP, its table and a device, whose frames are noted
 * as they are queued for the wire, before bands of different priority change their order.
 */
final class NeighbourWorld implements AutoCloseable {
  static final int FIRST_IP = Rig.OUR_IP + 0x10;
  private static final int THIRD_IP = Rig.OUR_IP + 0x40;
  private static final int SHORT = 46;
  private static final int LONG = 600;
  private static final String TEST = "test";

  private static final NeighbourStat[] COUNTED = {
    NeighbourStat.ALLOCS,
    NeighbourStat.DESTROYS,
    NeighbourStat.RES_FAILED,
    NeighbourStat.UNRES_QUEUED,
    NeighbourStat.UNRES_DISCARDS,
    NeighbourStat.UNREACHABLES,
    NeighbourStat.MAC_CHANGES,
    NeighbourStat.CONFIRMS,
    NeighbourStat.HINTS,
    NeighbourStat.RCV_REQUESTS,
    NeighbourStat.RCV_REPLIES,
    NeighbourStat.SND_REQUESTS,
    NeighbourStat.SND_REQUESTS_UCAST,
    NeighbourStat.SND_REPLIES
  };

  final NeighbourLog log = new NeighbourLog();
  final TimerQueue timers = new TimerQueue();
  final NeighbourTable table;
  private final SkBuffPool pool;
  private final Arp arp;
  private final NetDevice dev;
  private final long origin;
  private final @Nullable HhCache[] headers = new @Nullable HhCache[NeighbourModel.HOSTS];

  /** The time, from 0 as the model's. */
  private long now;

  private int packets;

  /**
   * An empty table.
   *
   * @param origin what the clock shows at first
   * @param draw as the model's
   */
  NeighbourWorld(
      SkBuffPool pool, NeighbourParms parms, boolean accept, long origin, LongUnaryOperator draw) {
    this.pool = pool;
    this.origin = origin;
    timers.setNowNs(origin);
    arp = new Arp(pool, timers, parms, drawing(draw));
    table = arp.table();
    table.setUnreachableSink((packet, _, _) -> told((SkBuff) packet));
    pool.setFateListener(
        (id, reason) -> {
          if (reason != DropReason.CONSUMED) {
            log.ended((int) id, reason);
          }
        });
    Faults faults = new Faults();
    NetDevices devices =
        new NetDevices(pool, new Eth(table), new PacketTypes(), new Taps(faults), faults);
    devices.addNotifier(table);
    ArpConf conf = new ArpConf(Acd.OFF, 0, 0, accept);
    DeviceConfig config =
        DeviceConfig.of("skiff0", new Silent())
            .withMac(Rig.OUR_MAC)
            .withAddress(new Ip4Prefix(Rig.OUR_IP, Rig.PREFIX))
            .withArp(conf);
    try {
      dev = devices.register(config);
      dev.open();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    dev.setQdisc(new Recorder());
  }

  /**
   * What counts is the draw of the reachable time, between half and one and a half of the base; the
   * key of the hash changes nothing that can be seen.
   */
  private RandomGenerator drawing(LongUnaryOperator draw) {
    return new RandomGenerator() {
      private int draws;

      @Override
      public long nextLong() {
        throw new AssertionError("a draw of something else");
      }

      @Override
      public int nextInt() {
        return (int) origin;
      }

      @Override
      public long nextLong(long least, long bound) {
        return least + draw.applyAsLong(draws++);
      }
    };
  }

  private long nowNs() {
    return origin + now;
  }

  // ---- Steps ------------------------------------------------------------------------------------

  /** As IPv4 sends: with a finished header if there is one that holds. */
  void send(int who, boolean longer, boolean fast) {
    int ip = FIRST_IP + who;
    int packet = ++packets;
    int n = longer ? LONG : SHORT;
    SkBuff skb = Objects.requireNonNull(pool.devAlloc(EthHdr.HLEN + n, TEST));
    if (skb.truesize() != (longer ? NeighbourModel.LONG : NeighbourModel.SHORT)) {
      throw new AssertionError("it takes " + skb.truesize());
    }
    skb.reserve(EthHdr.HLEN);
    skb.resetNetworkHeader();
    var _ = skb.put(n);
    skb.setProtocol(EtherType.IP);
    skb.setTxTapId(packet);
    HhCache hh = fast ? headerFor(who, ip) : null;
    if (hh != null) {
      log.finished(packet);
      hh.push(skb, nowNs());
    } else {
      var _ = dev.link().header(skb, dev, EtherType.IP, LinkOps.UNKNOWN, LinkOps.UNKNOWN, n);
      skb.setHeaderIncomplete(ip);
    }
    DropReason reason = dev.transmit(skb, nowNs());
    if (reason != DropReason.NOT_DROPPED) {
      skb.free(reason);
    }
  }

  private void told(SkBuff skb) {
    int packet = (int) skb.txTapId();
    log.told(packet);
    if (NeighbourModel.isTriedAgain(packet)) {
      send(skb.raddr() - FIRST_IP, true, false);
    }
  }

  /** As a route keeps it. */
  private @Nullable HhCache headerFor(int who, int ip) {
    HhCache hh = headers[who];
    if (hh == null || !hh.isUpToDate(dev, ip)) {
      hh = dev.headerCacheBind(EtherType.IP, ip);
      headers[who] = hh;
    }
    return hh != null && hh.isUpToDate(dev, ip) ? hh : null;
  }

  void hear(Heard heard, int who, long mac) {
    int ip = FIRST_IP + who;
    int tpa =
        switch (heard.target) {
          case US -> Rig.OUR_IP;
          case ITSELF -> ip;
          case ANOTHER -> THIRD_IP;
        };
    SkBuff skb = Objects.requireNonNull(pool.devAlloc(EthHdr.ZLEN, TEST));
    int eth = skb.put(EthHdr.HLEN + ArpHdr.LEN);
    EthHdr.dest(skb, eth, heard.broadcast ? MacAddr.BROADCAST : Rig.OUR_MAC);
    skb.resetMacHeader();
    skb.setPktType(heard.broadcast ? PacketType.BROADCAST : PacketType.HOST);
    int at = skb.pull(EthHdr.HLEN);
    skb.resetNetworkHeader();
    int op = heard.request ? ArpHdr.REQUEST : ArpHdr.REPLY;
    ArpHdr.write(skb, at, op, mac, heard == Heard.PROBE ? Ip4Addr.ANY : ip, 0, tpa);
    DropReason reason = arp.receive(skb, dev, nowNs());
    log.returned(reason);
    if (reason != DropReason.NOT_DROPPED) {
      skb.free(reason);
    }
  }

  void hint(int who) {
    table.confirm(dev, FIRST_IP + who, nowNs());
  }

  void set(int who, long mac, NeighbourState state) {
    table.add(dev, FIRST_IP + who, mac, state, NeighbourTable.IfThere.REPLACE, nowNs());
  }

  void delete(int who) {
    var _ = table.delete(dev, FIRST_IP + who);
  }

  void flush(Set<NeighbourState> states) {
    var _ = table.flush(dev, states);
  }

  void advance(long to) {
    now = to;
    var _ = timers.advance(nowNs());
  }

  // ---- Comparing --------------------------------------------------------------------------------

  /** How it differs from what it should be, or null. */
  @Nullable String differs(NeighbourModel model) {
    if (!log.sameAs(model.log)) {
      return "it did " + log + "\n  and not " + model.log;
    }
    int known = 0;
    int timed = 0;
    int incomplete = 0;
    long next = NeighbourModel.NO_TIMER;
    for (NeighbourModel.Host host : model.hosts) {
      known += host.known ? 1 : 0;
      incomplete += host.known && host.state == NeighbourState.INCOMPLETE ? 1 : 0;
      timed += host.timer == NeighbourModel.NO_TIMER ? 0 : 1;
      next = Math.min(next, host.timer);
    }
    var entries = table.entries(nowNs());
    for (int i = 0; i < entries.size(); i++) {
      NeighbourTable.Entry entry = entries.get(i);
      if (!isRight(entry, model.hosts[entry.ip() - FIRST_IP])) {
        return "it has " + entry + "\n  and not " + should(model.hosts[entry.ip() - FIRST_IP]);
      }
    }
    long nextNs = next == NeighbourModel.NO_TIMER ? TimerQueue.NONE : origin + next;
    boolean right =
        entries.size() == known
            && timers.size() == timed
            && timers.nextDeadlineNs() == nextNs
            && table.nud().incomplete() == incomplete
            && table.queued() == model.packets()
            && table.queuedBytes() == model.bytes()
            && table.reachableNs() == model.reachableTime;
    return right ? null : totals() + "\n  and not known " + known + ", timers " + timed;
  }

  private boolean isRight(NeighbourTable.Entry entry, NeighbourModel.Host host) {
    return host.known
        && entry.state() == host.state
        && entry.mac() == (host.hasMac() ? host.mac : 0)
        && entry.queued() == host.waiting.size()
        && entry.usedNs() == now - host.used
        && entry.confirmedNs() == confirmedNs(host)
        && entry.updatedNs() == now - host.updated
        && entry.probes() == host.probes;
  }

  /** Of all times that a clock shows, one nanosecond stands for never. */
  private long confirmedNs(NeighbourModel.Host host) {
    boolean never =
        host.confirmed == NeighbourModel.NEVER || origin + host.confirmed == Neighbour.NEVER;
    return never ? -1 : now - host.confirmed;
  }

  private String should(NeighbourModel.Host host) {
    return (host.known ? host.state + " " : "nothing, or ")
        + MacAddr.format(host.mac)
        + " queued="
        + host.waiting.size()
        + " used="
        + (now - host.used)
        + " confirmed="
        + confirmedNs(host)
        + " updated="
        + (now - host.updated)
        + " probes="
        + host.probes;
  }

  /** The first counter that is not what it should be, or null. */
  @Nullable String miscounts(NeighbourModel model) {
    for (NeighbourStat stat : COUNTED) {
      if (table.stat(stat) != model.counted(stat)) {
        return stat + " is " + table.stat(stat) + " and not " + model.counted(stat);
      }
    }
    return null;
  }

  private String totals() {
    return "timers "
        + timers.size()
        + ", the next in "
        + (timers.nextDeadlineNs() - nowNs())
        + " ns, incomplete "
        + table.nud().incomplete()
        + ", queued "
        + table.queued()
        + " of "
        + table.queuedBytes()
        + " bytes, reachable "
        + table.reachableNs();
  }

  @Override
  public void close() {
    table.purge();
    dev.stop();
  }

  /** Notes what it is given; nothing waits in it. */
  private final class Recorder implements Qdisc {
    @Override
    public DropReason enqueue(SkBuff skb) {
      int eth = skb.data();
      long to = EthHdr.dest(skb, eth);
      if (EthHdr.source(skb, eth) != Rig.OUR_MAC) {
        throw new AssertionError("sent with another source than ours");
      }
      if (EthHdr.proto(skb, eth) == EtherType.IP) {
        log.sent((int) skb.txTapId(), to);
      } else {
        note(skb, eth + EthHdr.HLEN, to);
      }
      skb.free(DropReason.CONSUMED);
      return DropReason.NOT_DROPPED;
    }

    private void note(SkBuff skb, int at, long to) {
      int tpa = ArpHdr.tpa(skb, at);
      int who = tpa == Ip4Addr.ANY ? NeighbourModel.HOSTS : tpa - FIRST_IP;
      if (ArpHdr.sha(skb, at) != Rig.OUR_MAC || ArpHdr.spa(skb, at) != Rig.OUR_IP) {
        throw new AssertionError("ARP with another sender than us");
      }
      if (ArpHdr.op(skb, at) == ArpHdr.REQUEST) {
        log.asked(who, to);
      } else if (ArpHdr.tha(skb, at) == to) {
        log.answered(who, to);
      } else {
        throw new AssertionError("a reply to another than who asked");
      }
    }

    @Override
    public void requeue(SkBuff skb) {
      throw new AssertionError("nothing was taken");
    }

    @Override
    public @Nullable SkBuff dequeue(String taker) {
      return null;
    }

    @Override
    public int len() {
      return 0;
    }

    @Override
    public String name() {
      return "recorder";
    }

    @Override
    public int reset() {
      return 0;
    }
  }

  /** Nothing comes over it, and nothing goes: frames are noted before. */
  private static final class Silent implements Wire {
    @Override
    public void stop(Completion completion) {}

    @Override
    public Rx receive(SkBuff skb, long nowNs) {
      return Rx.EMPTY;
    }

    @Override
    public Xmit queue(SkBuff skb, long nowNs) {
      return Xmit.BUSY;
    }

    @Override
    public void flush(long nowNs, Completion completion) {}

    @Override
    public void close(Completion completion) {}
  }
}
