package dev.skiff.control;

import dev.skiff.dev.DeviceStat;
import dev.skiff.dev.Iff;
import dev.skiff.dev.NetDevice;
import dev.skiff.header.MacAddr;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Shows and sets devices for {@code skiff link}. Thread: the loop thread. */
final class Links {
  private Links() {}

  /** A device as {@code ip -s link} shows one. */
  static Reply.Link show(NetDevice dev) {
    Map<String, Long> stats = new LinkedHashMap<>();
    for (DeviceStat stat : DeviceStat.values()) {
      stats.put(stat.statName(), dev.stat(stat));
    }
    boolean running = dev.hasCarrier();
    return new Reply.Link(
        dev.index() + 1,
        dev.name(),
        Iff.names(dev.flags()),
        dev.mtu(),
        dev.qdisc().name(),
        dev.txQueueLen(),
        dev.qdisc().len(),
        running ? "UP" : "DOWN",
        MacAddr.format(dev.macAddress()),
        MacAddr.format(dev.link().broadcast()),
        dev.inDev().addresses(),
        dev.failure(),
        dev.wire().io(),
        stats,
        dev.wire().farCounters());
  }

  /**
   * Changes what is to change: what wants the device down before what brings it up.
   *
   * @throws IllegalArgumentException if something is out of range
   * @throws IllegalStateException if something cannot be done now
   * @throws IOException if it cannot be opened
   */
  static void set(NetDevice dev, LinkSettings settings) throws IOException {
    String address = settings.address();
    long mac = address == null ? 0 : MacAddr.parse(address);
    Integer mtu = settings.mtu();
    if (mtu != null) {
      mtu = dev.link().changeMtu(dev, mtu); // What is out of range is so before anything is set.
    }
    Integer frames = settings.txqueuelen();
    if (frames != null) {
      dev.setTxQueueLen(frames);
    }
    if (Boolean.FALSE.equals(settings.up())) {
      dev.stop();
    }
    if (address != null) {
      setAddress(dev, mac, Boolean.TRUE.equals(settings.live()));
    }
    if (mtu != null) {
      dev.changeMtu(mtu);
    }
    int flags = dev.getFlags();
    flags = with(flags, Iff.PROMISC, settings.promisc());
    flags = with(flags, Iff.ALLMULTI, settings.allmulticast());
    Boolean arp = settings.arp();
    flags = with(flags, Iff.NOARP, arp == null ? null : !arp);
    if (flags != dev.getFlags()) {
      dev.changeFlags(flags);
    }
    if (Boolean.TRUE.equals(settings.up())) {
      dev.open();
    }
  }

  private static int with(int flags, int flag, @Nullable Boolean on) {
    if (on == null) {
      return flags;
    }
    return on ? flags | flag : flags & ~flag;
  }

  private static void setAddress(NetDevice dev, long mac, boolean live) {
    boolean allowed = dev.hasLiveAddressChange();
    dev.setLiveAddressChange(allowed || live);
    try {
      dev.setMacAddress(mac);
    } finally {
      dev.setLiveAddressChange(allowed);
    }
  }
}
