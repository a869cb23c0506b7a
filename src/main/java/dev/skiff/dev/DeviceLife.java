package dev.skiff.dev;

import dev.skiff.header.MacAddr;
import dev.skiff.stats.Faults;
import java.io.IOException;

/**
 * A device's life: registered, up and down again and again, failed, closed. Whatever its wire, its
 * notifiers or its taps do meanwhile, each step is taken once and to its end. Thread: the loop
 * thread; what it is, any.
 */
final class DeviceLife {
  private final NetDevice dev;
  private final NetDevices devices;
  private final Faults faults;
  private final TopHalf topHalf;
  private final BottomHalf bottomHalf;
  private final Transmitter transmitter;
  private final RxFilter rxFilter;
  private final LinkWatch linkWatch;
  private volatile boolean up;
  private volatile boolean registered = true;
  private volatile String failure = "";
  private boolean stopping;

  DeviceLife(
      NetDevice dev,
      NetDevices devices,
      TopHalf topHalf,
      BottomHalf bottomHalf,
      Transmitter transmitter,
      RxFilter rxFilter,
      LinkWatch linkWatch) {
    this.dev = dev;
    this.devices = devices;
    faults = devices.faults();
    this.topHalf = topHalf;
    this.bottomHalf = bottomHalf;
    this.transmitter = transmitter;
    this.rxFilter = rxFilter;
    this.linkWatch = linkWatch;
  }

  boolean isUp() {
    return up;
  }

  boolean isRegistered() {
    return registered;
  }

  String failure() {
    return failure;
  }

  // ---- open -------------------------------------------------------------------------------------

  /** See {@link NetDevice#open}. */
  void open(long nowNs) throws IOException {
    boolean goesDown = stopping || transmitter.isToStop();
    if (up && !goesDown) {
      return;
    }
    if (goesDown) {
      throw new IllegalStateException(dev.name() + " is going down: open it once it is");
    }
    if (!registered) {
      throw new IllegalStateException(
          dev.name() + " is not registered any more, or its stack was closed");
    }
    if (!dev.link().validateAddr(dev)) {
      throw new IllegalStateException(
          dev.name()
              + ": "
              + MacAddr.format(dev.macAddress())
              + " is not one station's MAC address");
    }
    if (!failure.isEmpty()) {
      throw new IOException(dev.name() + " has failed for good: " + failure);
    }
    boolean opened = false;
    try {
      openWire();
      makeReady(nowNs);
      opened = true;
    } finally {
      if (!opened && failure.isEmpty()) {
        linkWatch.stop();
        topHalf.unpost();
        transmitter.stop();
      }
    }
    up = true;
    devices.addressesChanged();
    devices.notify(NetdevEvent.UP, dev);
    if (up) {
      linkWatch.followMtu(); // Only now, since notifiers hear of it.
    }
  }

  /** Opens the wire and tells it what to let through; a wire that is dead fails its device. */
  private void openWire() throws IOException {
    try {
      dev.wire().open();
    } catch (IOException e) {
      if (!dev.wire().failure().isEmpty()) {
        fail(dev.wire().failure());
      }
      throw e;
    }
    rxFilter.upload();
  }

  private void makeReady(long nowNs) throws IOException {
    linkWatch.open();
    if (!topHalf.post()) {
      throw new IOException(dev.name() + ": no buffer to receive into, the pool is empty");
    }
    if (!topHalf.discardOld(nowNs)) {
      fail(dev.wire().failure());
      throw new IOException(dev.name() + ": " + failure);
    }
  }

  /** The watchdog has stopped the wire: it is opened again, or the device fails. */
  void reopenWire() {
    try {
      openWire();
      linkWatch.look();
    } catch (IOException e) {
      fail("it could not be opened anew: " + e.getMessage());
    } catch (RuntimeException | AssertionError | StackOverflowError fault) {
      faults.caught("the wire of " + dev.name(), fault);
      fail("it could not be opened anew: it threw " + fault);
    }
  }

  // ---- stop -------------------------------------------------------------------------------------

  /** See {@link NetDevice#stop}. */
  void stop(long nowNs) {
    if (!up || stopping) {
      return;
    }
    if (transmitter.isSending()) {
      transmitter.stopAfterwards(); // A tap asks for it: not under the wire's own feet.
      return;
    }
    stopping = true;
    try {
      devices.notify(NetdevEvent.GOING_DOWN, dev);
      if (failure.isEmpty()) {
        transmitter.xmit(
            nowNs, false); // What somebody had to say still goes out, if there is room.
      }
    } catch (RuntimeException | AssertionError | StackOverflowError fault) {
      faults.caught("device " + dev.name(), fault);
    }
    up = false;
    devices.addressesChanged();
    linkWatch.stop();
    bottomHalf.purge();
    topHalf.unpost();
    transmitter.stop();
    stopping = false;
    if (!failure.isEmpty()) {
      transmitter.close(); // A dead wire keeps nothing open.
    }
    devices.notify(NetdevEvent.DOWN, dev);
  }

  /** See {@link NetDevice#fail}. */
  void fail(String why, long nowNs) {
    if (!failure.isEmpty()) {
      return;
    }
    failure = why.isEmpty() ? "its wire is dead" : why;
    if (up) {
      stop(nowNs); // Or, if it is at that or sends, at the end of it.
    } else {
      linkWatch.stop();
      topHalf.unpost();
      transmitter.close();
      devices.notify(NetdevEvent.DOWN, dev);
    }
  }

  private void fail(String why) {
    dev.fail(why);
  }

  /** It is no device any more, or its stack ends: {@link #open} is refused from here on. */
  void unregister(long nowNs) {
    if (transmitter.isSending() || stopping) {
      String state = stopping ? " is going down" : " is sending";
      throw new IllegalStateException(dev.name() + state + ": have it taken away afterwards");
    }
    registered = false;
    stop(nowNs);
  }

  /** The end of its wire. */
  void close() {
    transmitter.close();
  }
}
