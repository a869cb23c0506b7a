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

  /** The device is being opened: the carrier is no news then, but an MTU that was changed is. */
  void open() {
    carrier = dev.wire().hasCarrier();
    followMtu();
  }

  /** The device is stopped: nobody is there. */
  void stop() {
    carrier = false;
  }

  /** See {@link NetDevice#lookAtLink}. */
  void look() {
    Wire wire = dev.wire();
    wire.lookAtLink();
    if (!wire.failure().isEmpty()) {
      dev.fail(wire.failure());
    }
    if (!dev.isUp()) {
      return;
    }
    if (carrier != wire.hasCarrier()) {
      carrier = wire.hasCarrier();
      devices.notify(NetdevEvent.CHANGE, dev);
    }
    if (dev.isUp()) { // (A notifier may have stopped it.)
      followMtu();
    }
  }

  /** One that could not be followed is tried again at the next look, and told of once. */
  private void followMtu() {
    int far = dev.wire().farMtu();
    if (far == farMtu) {
      return;
    }
    if (far != 0) {
      try {
        dev.changeMtu(Math.clamp(far, DeviceConfig.MIN_MTU, DeviceConfig.MAX_MTU));
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
        return;
      }
    }
    farMtu = far;
  }
}
