package dev.skiff.skb;

import dev.skiff.stats.Counters;

/**
 * How packets ended: one counter for each device and reason, and one line for the packets that were
 * made here and never received.
 *
 * <p>The books balance: for a device, received = its verdicts + what is still held. Written by the
 * loop thread, read by any.
 */
public final class Verdicts {
  private final int devices;
  private final Counters received;
  private final Counters byReason;

  /** A clone's end is not its packet's: it has a line of its own. */
  private final Counters clones = new Counters(DropReason.count());

  /**
   * @param devices how many devices there can be
   */
  Verdicts(int devices) {
    this.devices = devices;
    received = new Counters(devices);
    byReason = new Counters((devices + 1) * DropReason.count());
  }

  void received(int device) {
    received.increment(device);
  }

  void ended(int device, DropReason reason) {
    int line = device == SkBuff.NO_DEVICE ? devices : device;
    byReason.increment(line * DropReason.count() + reason.ordinal());
  }

  void cloneEnded(DropReason reason) {
    clones.increment(reason.ordinal());
  }

  /** Clones that ended for a reason, which are in no other sum here. Any thread. */
  public long ofClones(DropReason reason) {
    return clones.get(reason.ordinal());
  }

  /** Packets that a device brought in. Any thread. */
  public long receivedBy(int device) {
    return received.get(device);
  }

  /**
   * Packets that ended for a reason. Any thread.
   *
   * @param device the device that received them, or {@link SkBuff#NO_DEVICE} for those made here
   */
  public long of(int device, DropReason reason) {
    int line = device == SkBuff.NO_DEVICE ? devices : device;
    return byReason.get(line * DropReason.count() + reason.ordinal());
  }

  /** Packets that ended for a reason, on all devices and made here. Any thread. */
  public long of(DropReason reason) {
    long sum = 0;
    for (int line = 0; line <= devices; line++) {
      sum += byReason.get(line * DropReason.count() + reason.ordinal());
    }
    return sum;
  }

  /** Packets of one device that have ended, for any reason. Any thread. */
  public long ended(int device) {
    long sum = 0;
    for (int i = 0; i < DropReason.count(); i++) {
      sum += of(device, DropReason.of(i));
    }
    return sum;
  }

  /** How many devices there can be. */
  public int devices() {
    return devices;
  }
}
