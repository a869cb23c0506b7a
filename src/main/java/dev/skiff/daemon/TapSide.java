package dev.skiff.daemon;

import dev.skiff.dev.Acd;
import dev.skiff.dev.ArpConf;
import dev.skiff.dev.DeviceConfig;
import dev.skiff.header.Ip4Prefix;
import dev.skiff.header.MacAddr;
import dev.skiff.skb.SkBuff;
import dev.skiff.sys.Errno;
import dev.skiff.sys.NetIf;
import dev.skiff.sys.Netns;
import dev.skiff.sys.SysException;
import dev.skiff.sys.TapOptions;
import dev.skiff.sys.TunTap;
import dev.skiff.wire.IoMode;
import dev.skiff.wire.TapWire;
import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A TAP that the daemon has opened, and the host's side of it as the daemon has set it up; both are
 * put back when it is closed.
 *
 * <p>All that depends on the TAP's network namespace is opened by a thread in there, once; what was
 * opened stays in there. Thread: the main thread.
 */
final class TapSide implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(TapSide.class);
  private static final Logger OPERATOR = LoggerFactory.getLogger(DaemonLog.OPERATOR);

  private final DeviceSpec spec;
  private final NetnsId netns;
  private final TunTap tap;
  private final TapWire wire;
  private final NetIf netIf;
  private final @Nullable QueueLen queueLen;
  private final @Nullable HostSide hostSide;
  private final @Nullable Uplink uplink;
  private final long mac;
  private final int mtu;
  private boolean hostSideClosed;

  private TapSide(
      DeviceSpec spec,
      NetnsId netns,
      TunTap tap,
      TapWire wire,
      NetIf netIf,
      @Nullable QueueLen queueLen,
      @Nullable HostSide hostSide,
      @Nullable Uplink uplink,
      long mac,
      int mtu) {
    this.spec = spec;
    this.netns = netns;
    this.tap = tap;
    this.queueLen = queueLen;
    this.wire = wire;
    this.netIf = netIf;
    this.hostSide = hostSide;
    this.uplink = uplink;
    this.mac = mac;
    this.mtu = mtu;
  }

  /**
   * Opens the TAP and sets up the host's side.
   *
   * @throws IOException one line that says what to do; everything is as it was
   */
  static TapSide open(DeviceSpec spec, IoMode io) throws IOException {
    return Netns.call(spec.netns(), () -> openHere(spec, io));
  }

  private static TapSide openHere(DeviceSpec spec, IoMode io) throws IOException {
    for (Ip4Prefix ip : spec.ips()) {
      HostSide.refuseOwnAddress(ip);
    }
    NetnsId netns = NetnsId.ofThisThread();
    TunTap tap = TunTap.open(new TapOptions(spec.tap(), null, null, spec.sndbuf()));
    NetIf netIf = null;
    QueueLen queueLen = null;
    TapWire wire = null;
    Uplink uplink = null;
    try {
      Ip4Prefix hostIp = spec.hostIp();
      // Only now: of an interface that is no TAP there is something else to be said.
      if (hostIp != null) {
        HostSide.refuseOverlap(tap.name(), hostIp, HostSide.addresses(), HostSide.routes());
      }
      netIf = NetIf.open(tap.name());
      uplink = Uplink.find(spec, netIf);
      int mtu = mtu(spec, tap, netIf, uplink);
      long mac = mac(spec, tap, netIf);
      queueLen = QueueLen.set(netIf, tap.index(), spec.txQueueLen());
      wire = new TapWire(tap, io);
      HostSide side = hostIp == null ? null : HostSide.configure(tap.name(), hostIp, mtu);
      if (uplink != null) {
        uplink.join(mac, tap.created());
      }
      return new TapSide(spec, netns, tap, wire, netIf, queueLen, side, uplink, mac, mtu);
    } catch (IOException | RuntimeException e) {
      if (uplink != null) {
        uplink.restore(tap.persistent());
        uplink.close();
      }
      if (queueLen != null) {
        queueLen.restore(StartLine.inside(spec.netns()));
      }
      if (netIf != null) {
        netIf.close();
      }
      if (wire != null) {
        wire.close(SkBuff::free);
      }
      tap.close();
      throw e;
    }
  }

  private static long mac(DeviceSpec spec, TunTap tap, NetIf netIf) throws IOException {
    Long wanted = spec.mac();
    String netns = spec.netns();
    long mac =
        wanted != null
            ? wanted
            : StableMac.of(netns == null ? tap.name() : tap.name() + "@" + netns);
    if (mac == netIf.macAddress()) {
      throw new IOException(
          MacAddr.format(mac)
              + " is the MAC address of the host's side of "
              + tap.name()
              + ": choose another --mac");
    }
    return mac;
  }

  private static int mtu(DeviceSpec spec, TunTap tap, NetIf netIf, @Nullable Uplink uplink)
      throws IOException {
    Integer wanted = spec.mtu();
    if (wanted == null && uplink != null && tap.created()) {
      wanted = Math.clamp(uplink.mtu(), DeviceConfig.MIN_MTU, DeviceConfig.MAX_MTU);
    }
    if (wanted == null) {
      return Math.clamp(netIf.mtu(), DeviceConfig.MIN_MTU, DeviceConfig.MAX_MTU);
    }
    if (tap.created()) {
      netIf.setMtu(wanted);
    } else if (spec.hostIp() == null && netIf.mtu() > wanted) {
      OPERATOR.warn(
          "the host's side of {} has MTU {}, so that it may send frames too long for us: ip link set"
              + " {} mtu {}",
          tap.name(),
          netIf.mtu(),
          tap.name(),
          wanted);
    }
    return wanted;
  }

  /** The TAP's name. */
  String name() {
    return tap.name();
  }

  /** What it is on the network of; null if nothing was said of that. */
  @Nullable Uplink uplink() {
    return uplink;
  }

  /** The device to be registered. */
  DeviceConfig config() {
    return new DeviceConfig(
        tap.name(), wire, mac, spec.ips(), spec.gateway(), mtu, null, ArpConf.USUAL);
  }

  /**
   * What it is, and what to type to see it work.
   *
   * @param aside what else is to be known from the start; empty for nothing
   */
  String startLine(Acd acd, String aside) throws IOException {
    return new StartLine(tap.name(), mac, spec, aside, uplink == null ? null : uplink.bridge())
        .text(acd, netIf.isUp(), netIf.address());
  }

  /**
   * Sets the MTU of the host's side, where that is ours to set.
   *
   * @throws SysException if we may not
   */
  void setHostMtu(int bytes) throws SysException {
    if (tap.created() || hostSide != null) {
      netIf.setMtu(bytes);
    }
  }

  /** The network namespace that the TAP was opened in. */
  NetnsId netns() {
    return netns;
  }

  /**
   * Puts the host's side back, on a TAP that outlives us, and lets go of its network namespace, as
   * far as it is held from here: for a device that has failed, which closes its TAP itself.
   */
  void closeHostSide() {
    if (hostSideClosed) {
      return;
    }
    hostSideClosed = true;
    if (uplink != null) {
      uplink.restore(tap.persistent());
      uplink.close();
    }
    if (hostSide != null) {
      if (tap.persistent()) {
        hostSide.restore(StartLine.inside(spec.netns()));
      }
      hostSide.close();
    }
    if (queueLen != null && tap.persistent()) {
      queueLen.restore(StartLine.inside(spec.netns()));
    }
    netIf.close();
  }

  /** The host's {@code txqueuelen} of a TAP, set, and to be put back. */
  private record QueueLen(NetIf netIf, int index, long mac, int before) {
    /** Sets it; null if there is nothing to set. */
    static @Nullable QueueLen set(NetIf netIf, int index, @Nullable Integer wanted)
        throws SysException {
      int before = netIf.txQueueLen();
      if (wanted == null || wanted == before) {
        return null;
      }
      netIf.setTxQueueLen(wanted);
      return new QueueLen(netIf, index, netIf.macAddress(), before);
    }

    void restore(String inside) {
      try {
        if (netIf.follow(index, mac)) {
          netIf.setTxQueueLen(before);
        }
      } catch (SysException e) {
        LOG.warn(
            "the txqueuelen of {} stays as it is ({}); to put it back: {}ip link set {} txqueuelen {}",
            netIf.name(),
            Errno.text(e.errno()),
            inside,
            netIf.name(),
            before);
      }
    }
  }

  /**
   * Closes the wire, if its device has not done so: its io_uring would hold the TAP for a while
   * after the end of the process, and who starts next would find it busy. When no loop runs.
   */
  void closeWire() {
    wire.close(SkBuff::free);
  }

  /** {@link #closeHostSide}, and the TAP. */
  @Override
  public void close() {
    closeHostSide();
    tap.close();
  }
}
