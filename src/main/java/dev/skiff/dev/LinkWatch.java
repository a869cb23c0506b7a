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

  LinkWatch(NetDevice dev, NetDevices devices) {
    this.dev = dev;
    this.devices = devices;
  }

  boolean hasCarrier() {
    return carrier;
  }

  /** The device is opened: the far end is what it is, which is no change. */
  void open() {
    Wire wire = dev.wire();
    carrier = wire.hasCarrier();
    farMtu = wire.farMtu();
  }

  /** The device is stopped: nobody is there. */
  void stop() {
    carrier = false;
  }

  /** See {@link NetDevice#lookAtLink}. */
  void look() {
    Wire wire = dev.wire();
    wire.lookAtLink();
    if (carrier != wire.hasCarrier()) {
      carrier = wire.hasCarrier();
      devices.notify(NetdevEvent.CHANGE, dev);
    }
    int far = wire.farMtu();
    if (far != farMtu) {
      farMtu = far;
      if (far != 0) {
        followMtu(Math.clamp(far, DeviceConfig.MIN_MTU, DeviceConfig.MAX_MTU));
      }
    }
  }

  private void followMtu(int far) {
    try {
      dev.changeMtu(far);
    } catch (IllegalArgumentException | IllegalStateException e) {
      LOG.warn(
          "{}: the far end's MTU is {} now, ours stays {}: {}",
          dev.name(),
          far,
          dev.mtu(),
          e.getMessage());
    }
  }
}
