package dev.skiff.dev;

import dev.skiff.wire.Wire;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code linkwatch}: what a device knows of its far end, and follows. Thread: the loop thread;
 * {@link #hasCarrier} any.
 */
final class LinkWatch {
  private static final Logger LOG = LoggerFactory.getLogger(LinkWatch.class);

  private final NetDevice dev;
  private final NetDevices devices;
  private volatile boolean carrier;
  private int farMtu;

  /** The far end's MTU that was last told of as refused. */
  private int refused;

  /** Of a device whose wire is initialised: whoever registers it knows the far end's MTU. */
  LinkWatch(NetDevice dev, NetDevices devices) {
    this.dev = dev;
    this.devices = devices;
    farMtu = dev.wire().farMtu();
  }

  boolean hasCarrier() {
    return carrier;
  }

  /** The device is being opened: the carrier is what it is, and no news. */
  void open() {
    carrier = dev.wire().hasCarrier();
  }

  /** Somebody has decided on an MTU: what the far end's was until then is old. */
  void mtuWasSet() {
    readNews();
    farMtu = dev.wire().farMtu();
  }

  /** The device is stopped: nobody is there. */
  void stop() {
    carrier = false;
  }

  /** See {@link NetDevice#lookAtLink}. */
  void look() {
    readNews();
    if (isAlive()) { // (A notifier may have stopped it.)
      followMtu();
    }
  }

  private void readNews() {
    Wire wire = dev.wire();
    wire.lookAtLink();
    if (!wire.failure().isEmpty()) {
      dev.fail(wire.failure());
    }
    if (isAlive() && carrier != wire.hasCarrier()) {
      carrier = wire.hasCarrier();
      devices.notify(NetdevEvent.CHANGE, dev);
    }
  }

  private boolean isAlive() {
    return dev.isUp() && dev.failure().isEmpty();
  }

  /**
   * Takes the far end's MTU over if it was changed. One that cannot be followed is tried again at
   * the next look, and told of once; while it is not known, nothing changes.
   */
  void followMtu() {
    int far = dev.wire().farMtu();
    if (far == farMtu || far == 0) {
      return;
    }
    try {
      dev.changeMtu(Math.clamp(far, DeviceConfig.MIN_MTU, DeviceConfig.MAX_MTU));
      farMtu = far;
    } catch (IllegalArgumentException | IllegalStateException e) {
      if (far != refused) {
        refused = far;
        LOG.warn(
            "{}: the far end's MTU is {} now, ours stays {}: {}",
            dev.name(),
            far,
            dev.mtu(),
            e.getMessage());
      }
    }
  }
}
