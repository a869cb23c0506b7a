package dev.skiff.dev;

import dev.skiff.header.EthHdr;
import dev.skiff.header.EtherType;
import dev.skiff.header.MacAddr;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.PacketType;
import dev.skiff.skb.SkBuff;
import dev.skiff.stats.Faults;

/**
 * The bottom half of a device, {@code net_bh}: frames come off the backlog, are classified, shown
 * to the taps and delivered. Thread: the loop thread.
 */
final class BottomHalf {
  /** Of so many packets one is timed, if any is. */
  static final int TIMED_ONE_IN = 256;

  /** The distance from one to the next differs by so many bits. */
  private static final int SPREAD_BITS = 7;

  private static final String NET_BH = "net_bh";

  private final NetDevice dev;
  private final NetDevices devices;
  private final PacketTypes packetTypes;
  private final Taps taps;
  private final Faults faults;
  private final Backlog backlog = new Backlog();
  private int untilTimed = TIMED_ONE_IN;
  private int drawn;

  BottomHalf(NetDevice dev, NetDevices devices) {
    this.dev = dev;
    this.devices = devices;
    packetTypes = devices.packetTypes();
    taps = devices.taps();
    faults = devices.faults();
  }

  /** See {@link NetDevice#netifRx}. */
  DropReason netifRx(SkBuff skb) {
    skb.hop("netif_rx");
    DropReason reason = dev.isUp() ? backlog.netifRx(skb) : DropReason.DEV_READY;
    if (reason != DropReason.NOT_DROPPED) {
      dev.count(DeviceStat.RX_DROPPED, 1);
    }
    return reason;
  }

  /** See {@link NetDevice#netBh}. */
  boolean netBh(int budget, long nowNs) {
    PacketTimes times = devices.packetTimes();
    for (int i = 0; i < budget; i++) {
      SkBuff skb = backlog.dequeue(NET_BH);
      if (skb == null) {
        return true;
      }
      PacketTimes timing = times != null && --untilTimed == 0 ? timing(times) : null;
      long beganNs = timing == null ? 0 : timing.nowNs();
      DropReason reason;
      try {
        reason = deliver(skb, nowNs);
      } catch (RuntimeException | AssertionError | StackOverflowError fault) {
        reason = PacketTypes.afterThrow(skb, NET_BH, faults, fault);
      }
      if (timing != null) {
        timing.took(timing.nowNs() - beganNs);
      }
      if (reason != DropReason.NOT_DROPPED) {
        skb.free(reason);
      }
    }
    return backlog.isEmpty();
  }

  /**
   * Draws after how many packets the next one is timed, {@link #TIMED_ONE_IN} on average: with a
   * fixed number it would always be the same one of a burst. (Numerical Recipes' generator.)
   */
  private PacketTimes timing(PacketTimes times) {
    drawn = drawn * 1_664_525 + 1_013_904_223;
    untilTimed = TIMED_ONE_IN - (1 << (SPREAD_BITS - 1)) + (drawn >>> (Integer.SIZE - SPREAD_BITS));
    return times;
  }

  private DropReason deliver(SkBuff skb, long nowNs) {
    skb.hop(NET_BH);
    LinkOps link = dev.link();
    int protocol = link.typeTrans(skb, dev);
    if (!taps.isEmpty()) {
      skb.setRxTapId(taps.seen(skb, PacketTap.Direction.IN, dev, nowNs));
    }
    if (protocol == LinkOps.RUNT) {
      return dev.rxLengthError(DropReason.PKT_TOO_SMALL);
    }
    int most = protocol == EtherType.P_8021Q ? dev.mtu() + EthHdr.VLAN_HLEN : dev.mtu();
    if (skb.len() > most) {
      return dev.rxLengthError(DropReason.PKT_TOO_BIG);
    }
    if (MacAddr.isMulticast(link.headerParse(skb))) {
      return DropReason.MAC_INVALID_SOURCE;
    }
    // In promiscuous mode it is for the handlers to look whom a frame is for, as in the kernel.
    if (skb.pktType() == PacketType.OTHERHOST && !dev.isPromiscuous()) {
      return DropReason.OTHERHOST;
    }
    if (skb.pktType() == PacketType.MULTICAST) {
      dev.count(DeviceStat.MULTICAST, 1);
    }
    skb.setProtocol(protocol);
    skb.resetNetworkHeader();
    return deliverAgain(skb, nowNs);
  }

  /** See {@link NetDevice#deliverAgain}. */
  DropReason deliverAgain(SkBuff skb, long nowNs) {
    return packetTypes.deliver(skb, dev, NET_BH, faults, nowNs);
  }

  void purge() {
    var _ = backlog.purge();
  }
}
