package dev.skiff.igmp;

import dev.skiff.dev.Iff;
import dev.skiff.dev.NetDevice;
import dev.skiff.dev.NetDevices;
import dev.skiff.dev.NetdevEvent;
import dev.skiff.dev.NetdevNotifier;
import dev.skiff.header.EthHdr;
import dev.skiff.header.IgmpHdr;
import dev.skiff.header.InetChecksum;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.IpHdr;
import dev.skiff.header.IpProto;
import dev.skiff.ip.Flow;
import dev.skiff.ip.IpHandler;
import dev.skiff.ip.IpOptions;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.Packet;
import dev.skiff.skb.PacketType;
import dev.skiff.skb.SkBuff;
import dev.skiff.skb.SkBuffPool;
import dev.skiff.time.TimerQueue;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The Internet Group Management Protocol, version 2, of a host: RFC 2236; net/ipv4/igmp.c. A router
 * of version 1 is spoken to in version 1; one of version 3 understands version 2, and its queries
 * are read as such (RFC 2236 2.5: what is behind the eight bytes is ignored).
 *
 * <p>As in Linux a query is taken whatever its TTL and source, and without a router alert too: old
 * routers set none. Thread: the loop thread.
 */
public final class Igmp implements IpHandler, NetdevNotifier {
  private static final String IGMP_RCV = "igmp_rcv";
  private static final String IGMP_SEND_REPORT = "igmp_send_report";
  private static final int CHECKED = 0xFFFF;

  /** RFC 2236 2: its messages stay on their link. */
  private static final int TTL = 1;

  /** {@code IPTOS_PREC_INTERNETCONTROL}, as Linux sends them. */
  private static final int TOS = 0xC0;

  private static final long TENTH_NS = 100_000_000L;

  /** {@code IGMP_QUERY_RESPONSE_INTERVAL}, which version 1 does not say. RFC 2236 8.3. */
  private static final long QUERY_RESPONSE_INTERVAL_NS = 100 * TENTH_NS;

  /** "Version 1 Router Present Timeout", RFC 2236 8.11. */
  private static final long V1_ROUTER_PRESENT_NS = 400_000_000_000L;

  /** Room for the longest IP header, beside what is there for a link header. */
  private static final int HEADROOM = IpHdr.MIN_LEN + IpOptions.MAX_LEN;

  private final SkBuffPool pool;
  private final TimerQueue timers;
  private final RandomGenerator random;
  private final Sender sender;
  private final Flow flow = new Flow();
  private final IpOptions routerAlert = IpOptions.ofRouterAlert();

  /** By the device's number. */
  private final @Nullable Memberships[] devices = new @Nullable Memberships[NetDevices.MAX];

  /**
   * IGMP of a host that is in no group.
   *
   * @param random draws how long a report is put off
   */
  public Igmp(SkBuffPool pool, TimerQueue timers, RandomGenerator random, Sender sender) {
    this.pool = pool;
    this.timers = timers;
    this.random = random;
    this.sender = sender;
  }

  // ---- Groups -----------------------------------------------------------------------------------

  /**
   * {@code ip_mc_join_group}: one more wants the datagrams of a group; routers are told if it is
   * the first, or once the device is up.
   *
   * @throws IllegalArgumentException if it is no group's address, the device is not registered or
   *     carries no groups, or is in too many
   */
  public void join(NetDevice dev, int group) {
    Memberships memberships = of(dev);
    if (dev.inDev().join(group)) {
      Membership membership = new Membership(this, dev, group);
      memberships.add(membership);
      if (dev.isUp()) {
        membership.added(timers.nowNs());
      }
    }
  }

  /**
   * {@code ip_mc_leave_group}: one fewer wants them; routers are told if it was the last.
   *
   * @throws IllegalArgumentException if the device is not in it, or it is 224.0.0.1
   */
  public void leave(NetDevice dev, int group) {
    Memberships memberships = of(dev);
    if (group == Ip4Addr.ALL_HOSTS) {
      throw new IllegalArgumentException(
          dev.name() + ": every host is in 224.0.0.1, and none can leave it");
    }
    if (dev.inDev().leave(group)) {
      Membership membership = memberships.find(group);
      if (membership != null) {
        memberships.remove(membership);
        membership.dropped(timers.nowNs());
      }
    }
  }

  private Memberships of(NetDevice dev) {
    Memberships memberships = devices[dev.index()];
    if (memberships == null || memberships.dev != dev) {
      throw new IllegalArgumentException(
          dev.name() + (dev.isRegistered() ? " carries no groups" : " is not registered"));
    }
    return memberships;
  }

  /** {@code ip_mc_init_dev}, {@code ip_mc_up}, {@code ip_mc_down}, {@code ip_mc_destroy_dev}. */
  @Override
  public void notify(NetdevEvent event, NetDevice dev) {
    if (event == NetdevEvent.REGISTER && (dev.flags() & Iff.MULTICAST) != 0) {
      devices[dev.index()] = new Memberships(dev);
      join(dev, Ip4Addr.ALL_HOSTS); // RFC 1112 7.2: a host is in it for as long as it is there.
      return;
    }
    Memberships memberships = devices[dev.index()];
    if (memberships == null) {
      return;
    }
    switch (event) {
      case UP -> {
        memberships.forgetRouters(); // It may be another link.
        for (Membership membership : memberships.all()) {
          membership.added(timers.nowNs());
        }
      }
      // DOWN too: a device whose wire is dead may not have come by here.
      case GOING_DOWN, DOWN -> drop(memberships);
      case UNREGISTER -> {
        drop(memberships);
        devices[dev.index()] = null;
      }
      default -> {}
    }
  }

  private void drop(Memberships memberships) {
    for (Membership membership : memberships.all()) {
      membership.dropped(timers.nowNs());
    }
  }

  // ---- Receive ----------------------------------------------------------------------------------

  /** {@code igmp_rcv}. */
  @Override
  public DropReason receive(SkBuff skb, NetDevice dev, long nowNs) {
    skb.hop(IGMP_RCV);
    Memberships memberships = devices[dev.index()];
    if (memberships == null) {
      return DropReason.IGMP_TYPE;
    }
    if (!skb.mayPull(IgmpHdr.LEN)) {
      return DropReason.PKT_TOO_SMALL;
    }
    int igmp = skb.data();
    // RFC 2236 2.3: the receiver MUST verify the checksum, which is over the whole payload.
    if (!isRight(skb, igmp)) {
      return DropReason.IGMP_CSUM;
    }
    return switch (IgmpHdr.type(skb, igmp)) {
      case IgmpHdr.QUERY -> heardQuery(memberships, skb, igmp, nowNs);
      case IgmpHdr.V1_REPORT, IgmpHdr.V2_REPORT -> heardReport(memberships, skb, igmp);
      // RFC 2236 2.1: an unrecognized type should be silently ignored.
      default -> DropReason.IGMP_TYPE;
    };
  }

  private static boolean isRight(SkBuff skb, int igmp) {
    return switch (skb.ipSummed()) {
      case UNNECESSARY -> true;
      case COMPLETE -> skb.csum() == CHECKED;
      case NONE, PARTIAL -> InetChecksum.sum(skb, igmp, skb.len()) == CHECKED;
    };
  }

  /** {@code igmp_heard_query}. */
  private static DropReason heardQuery(Memberships memberships, SkBuff skb, int igmp, long nowNs) {
    boolean longer = skb.len() > IgmpHdr.LEN;
    // RFC 3376 7.1: a query that is as long as those of no version MUST be silently ignored.
    if (longer && skb.len() < IgmpHdr.V3_QUERY_MIN_LEN) {
      return DropReason.IGMP_LENGTH;
    }
    int code = IgmpHdr.code(skb, igmp);
    if (code == 0 && !longer) {
      // RFC 2236 4: a router of version 1 is there, and is for 400 s from its last query on.
      memberships.heardV1(nowNs + V1_ROUTER_PRESENT_NS);
      queried(memberships, Ip4Addr.ANY, QUERY_RESPONSE_INTERVAL_NS, nowNs);
    } else {
      // With no time at all a flood of queries would be one of reports.
      queried(memberships, IgmpHdr.group(skb, igmp), Math.max(1, code) * TENTH_NS, nowNs);
    }
    return DropReason.CONSUMED;
  }

  private static void queried(Memberships memberships, int group, long maxDelayNs, long nowNs) {
    for (Membership membership : memberships.all()) {
      if (group == Ip4Addr.ANY || group == membership.group()) {
        membership.queried(maxDelayNs, nowNs);
      }
    }
  }

  /** {@code igmp_heard_report}. */
  private static DropReason heardReport(Memberships memberships, SkBuff skb, int igmp) {
    if (skb.pktType() != PacketType.MULTICAST && skb.pktType() != PacketType.BROADCAST) {
      return DropReason.IGMP_UNICAST; // As in Linux: the router may not have heard it.
    }
    Membership membership = memberships.find(IgmpHdr.group(skb, igmp));
    if (membership != null) {
      membership.reported();
    }
    return DropReason.CONSUMED;
  }

  /** What is sent to a group nobody answers with an error: RFC 1122 3.2.2. */
  @Override
  public boolean hasSent(Packet packet, int ip) {
    return false;
  }

  // ---- Send -------------------------------------------------------------------------------------

  /** {@code igmp_send_report}. What cannot be sent is counted by who could not. */
  void send(NetDevice dev, int daddr, int type, int group, long nowNs) {
    SkBuff skb = pool.devAlloc(HEADROOM + EthHdr.ZLEN, IGMP_SEND_REPORT);
    if (skb == null) {
      return; // Counted by the pool; a router asks again.
    }
    skb.hop(IGMP_SEND_REPORT);
    skb.reserve(HEADROOM);
    IgmpHdr.write(skb, skb.put(IgmpHdr.LEN), type, group);
    skb.resetTransportHeader();
    flow.to(daddr, IpProto.IGMP).ttl(TTL).tos(TOS).options(routerAlert).dev(dev);
    if (dev.inDev().primary().address() == Ip4Addr.ANY) {
      flow.fromAny(); // As Linux does: a host without an address may be in groups.
    }
    var _ = sender.sendOwn(skb, flow, nowNs);
  }

  // ---- For memberships --------------------------------------------------------------------------

  TimerQueue timers() {
    return timers;
  }

  /** Whether a router that knows only version 1 is on the device's link. RFC 2236 4. */
  boolean isV1(NetDevice dev, long nowNs) {
    Memberships memberships = devices[dev.index()];
    return memberships != null && memberships.isV1(nowNs);
  }

  /** RFC 2236 3: chosen from (0, max], uniformly. */
  long drawDelay(long maxDelayNs) {
    return maxDelayNs == 0 ? 0 : 1 + random.nextLong(maxDelayNs);
  }
}
