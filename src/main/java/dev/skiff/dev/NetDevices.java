package dev.skiff.dev;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.skiff.header.MacAddr;
import dev.skiff.skb.SkBuffPool;
import dev.skiff.stats.Faults;
import dev.skiff.wire.Wire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code dev_base}: the devices of a stack, what they share, and who is told what happens to them.
 *
 * <p>Thread: the loop thread, or before it starts; {@link #all}, {@link #get} and {@link #received}
 * any.
 */
public final class NetDevices {
  /** The most devices at a time. */
  public static final int MAX = 32;

  private final SkBuffPool pool;
  private final LinkOps ethernet;
  private final PacketTypes packetTypes;
  private final Taps taps;
  private final Faults faults;
  private volatile NetDevice[] devices = new NetDevice[0];
  private int devAddrGenid;
  private NetdevNotifier[] notifiers = new NetdevNotifier[0];
  private Runnable waker = () -> {};
  private @Nullable PacketTimes packetTimes;

  /**
   * No devices.
   *
   * @param ethernet the link of devices that are not told another
   */
  public NetDevices(
      SkBuffPool pool, LinkOps ethernet, PacketTypes packetTypes, Taps taps, Faults faults) {
    this.pool = pool;
    this.ethernet = ethernet;
    this.packetTypes = packetTypes;
    this.taps = taps;
    this.faults = faults;
  }

  // ---- Register ---------------------------------------------------------------------------------

  /**
   * {@code register_netdev}: names a device, initialises its wire and adds it, down.
   *
   * @param config its name must be free; {@code %d} at its end is the least number that is
   * @throws IOException what the wire's {@link Wire#init} threw; nothing has changed
   * @throws IllegalArgumentException if the name is taken or the pool has no buffers for its MTU
   * @throws IllegalStateException if there are {@link #MAX} devices already
   */
  @CanIgnoreReturnValue
  public NetDevice register(DeviceConfig config) throws IOException {
    if (devices.length == MAX) {
      throw new IllegalStateException("there are " + MAX + " devices already: unregister one");
    }
    DeviceConfig named = config.withName(DeviceNames.choose(config.name(), this::get));
    if (named.mac() == 0 && named.link() == null) {
      named = named.withMac(MacAddr.locallyAdministered(named.name().hashCode() & 0xFFFF_FFFFL));
    }
    LinkOps link = config.link() == null ? ethernet : config.link();
    int frameLen = NetDevice.rxFrameLen(link.headerLen(), config.mtu());
    if (pool.capacity(SkBuffPool.slotSizeFor(frameLen)) == 0) {
      throw new IllegalArgumentException(
          named.name() + ": the pool has no buffers for MTU " + config.mtu());
    }
    Wire wire = config.wire();
    wire.init();
    NetDevice dev = new NetDevice(named, freeIndex(), link, this);
    wire.setRxCopy(link);
    wire.setWaker(waker);
    NetDevice[] more = Arrays.copyOf(devices, devices.length + 1);
    more[devices.length] = dev;
    devices = more;
    addressesChanged();
    notify(NetdevEvent.REGISTER, dev);
    return dev;
  }

  /**
   * {@code unregister_netdev}: stops a device, closes its wire and forgets it. What refers to it
   * elsewhere (routes, neighbours, handlers for it alone) goes with it.
   *
   * @throws IllegalStateException if it is not registered, or a tap asks for it while it sends
   */
  public void unregister(NetDevice dev) {
    if (!dev.isRegistered()) {
      throw new IllegalStateException(dev.name() + " is not registered");
    }
    dev.life().unregister(dev.nowNs());
    notify(NetdevEvent.UNREGISTER, dev);
    packetTypes.removeAll(dev);
    devices = Arrays.stream(devices).filter(d -> d != dev).toArray(NetDevice[]::new);
    addressesChanged();
    dev.life().close();
  }

  private int freeIndex() {
    for (int i = 0; ; i++) {
      int index = i;
      if (Arrays.stream(devices).noneMatch(d -> d.index() == index)) {
        return index;
      }
    }
  }

  /** {@code dev_get}: the device of this name; null if there is none. Any thread. */
  public @Nullable NetDevice get(String name) {
    for (NetDevice dev : devices) {
      if (dev.name().equals(name)) {
        return dev;
      }
    }
    return null;
  }

  /** All of them, in the order in which they were registered. Any thread; not to be written to. */
  public NetDevice[] all() {
    return devices;
  }

  /**
   * {@code dev_ioctl}: a request for the device that {@code ifr} names.
   *
   * @throws IllegalArgumentException if there is no such device, or see {@link NetDevice#ioctl}
   */
  public void ioctl(int cmd, IfReq ifr) throws IOException {
    NetDevice dev = get(ifr.name());
    if (dev == null) {
      List<String> names = new ArrayList<>();
      for (NetDevice other : devices) {
        names.add(other.name());
      }
      throw new IllegalArgumentException(
          "no device is called '" + ifr.name() + "': there are " + String.join(", ", names));
    }
    dev.ioctl(cmd, ifr);
  }

  /** Sets what wakes the loop, for wires that have no descriptor. */
  public void setWaker(Runnable waker) {
    this.waker = waker;
    for (NetDevice dev : devices) {
      dev.wire().setWaker(waker);
    }
  }

  /** Frames that all devices of now have received. Any thread. */
  public long received() {
    long frames = 0;
    for (NetDevice dev : devices) {
      frames += dev.stat(DeviceStat.RX_PACKETS);
    }
    return frames;
  }

  /** Has some packets timed, of all devices; null, the default, for none. */
  public void setPacketTimes(@Nullable PacketTimes times) {
    packetTimes = times;
  }

  @Nullable PacketTimes packetTimes() {
    return packetTimes;
  }

  // ---- Notifiers --------------------------------------------------------------------------------

  /**
   * {@code register_netdevice_notifier}: adds one, and tells it of what is there already, as the
   * kernel does.
   */
  public void addNotifier(NetdevNotifier notifier) {
    notifiers = Arrays.copyOf(notifiers, notifiers.length + 1);
    notifiers[notifiers.length - 1] = notifier;
    for (NetDevice dev : devices) {
      tell(notifier, NetdevEvent.REGISTER, dev);
      if (dev.isUp()) {
        tell(notifier, NetdevEvent.UP, dev);
      }
    }
  }

  /** {@code unregister_netdevice_notifier}. */
  public void removeNotifier(NetdevNotifier notifier) {
    notifiers =
        Arrays.stream(notifiers).filter(n -> !n.equals(notifier)).toArray(NetdevNotifier[]::new);
  }

  /** {@code call_netdevice_notifiers}: in the order added. One that throws is counted. */
  void notify(NetdevEvent event, NetDevice dev) {
    for (NetdevNotifier notifier : notifiers) {
      tell(notifier, event, dev);
    }
  }

  private void tell(NetdevNotifier notifier, NetdevEvent event, NetDevice dev) {
    try {
      notifier.notify(event, dev);
    } catch (RuntimeException | AssertionError | StackOverflowError fault) {
      faults.caught("a notifier", fault);
    }
  }

  // ---- Their addresses --------------------------------------------------------------------------

  /**
   * {@code dev_addr_genid}: another number after each change of what is an address, or a broadcast
   * address, of a device that is up. Loop thread.
   */
  int devAddrGenid() {
    return devAddrGenid;
  }

  /** Says that this has changed: what was made out of it before is not true any more. */
  void addressesChanged() {
    devAddrGenid++;
  }

  // ---- What they share --------------------------------------------------------------------------

  SkBuffPool pool() {
    return pool;
  }

  PacketTypes packetTypes() {
    return packetTypes;
  }

  Taps taps() {
    return taps;
  }

  Faults faults() {
    return faults;
  }
}
