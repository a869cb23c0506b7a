package dev.skiff.neigh;

import dev.skiff.dev.Acd;
import dev.skiff.dev.InIfaddr;
import dev.skiff.dev.NetDevice;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.MacAddr;
import dev.skiff.time.Timer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Our claim to one address on one device: RFC 5227, with the constants of its section 1.1.
 *
 * <pre>
 *   probe:   PROBING --- 3 probes, 1 to 2 s apart ---- WAITING --- 2 s --- ANNOUNCING --- 2 announcements, 2 s apart --- HELD
 *               |          conflict           |           |                      | a second conflict within 10 s |
 *               +-----------------------------+-----------+--- LOST -------------+-------------------------------+
 *                        and from there PROBING anew: soon, after ten conflicts once a minute
 *   defend:  ANNOUNCING, HELD
 * </pre>
 *
 * <p>Thread: the loop thread.
 */
final class Claim extends Timer {
  private static final Logger LOG = LoggerFactory.getLogger(Claim.class);

  private static final long SECOND = 1_000_000_000L;

  /** The most that the first probe is put off, so that hosts started together do not collide. */
  static final long PROBE_WAIT_NS = SECOND;

  static final int PROBE_NUM = 3;
  static final long PROBE_MIN_NS = SECOND;
  static final long PROBE_MAX_NS = 2 * SECOND;
  static final long ANNOUNCE_WAIT_NS = 2 * SECOND;
  static final int ANNOUNCE_NUM = 2;
  static final long ANNOUNCE_INTERVAL_NS = 2 * SECOND;

  /** Conflicts before it is tried only once in {@link #RATE_LIMIT_INTERVAL_NS}. */
  static final int MAX_CONFLICTS = 10;

  static final long RATE_LIMIT_INTERVAL_NS = 60 * SECOND;
  static final long DEFEND_INTERVAL_NS = 10 * SECOND;

  /** A conflict that lasts is told of that often. */
  private static final long TOLD_EVERY_NS = 600 * SECOND;

  private enum Phase {
    PROBING,
    WAITING,
    ANNOUNCING,
    HELD,
    LOST
  }

  private final AddressConflicts all;
  private final NetDevice dev;
  private final int address;
  private Phase phase = Phase.HELD;
  private int sent;
  private int conflicts;
  private long lastConflictNs = Neighbour.NEVER;
  private final Told toldDefended = new Told();
  private final Told toldLost = new Told();

  Claim(AddressConflicts all, NetDevice dev, int address) {
    this.all = all;
    this.dev = dev;
    this.address = address;
  }

  NetDevice dev() {
    return dev;
  }

  int address() {
    return address;
  }

  private boolean probes() {
    return dev.inDev().arpConf().acd() == Acd.PROBE;
  }

  private void become(InIfaddr.State state) {
    dev.inDev().setState(address, state);
  }

  // ---- Its course -------------------------------------------------------------------------------

  /**
   * The device has become active, the address is new, or it is not to be probed for any more.
   *
   * <p>Here as everywhere others are told of it last: they may take the address away, which ends
   * the claim.
   */
  void begin(long nowNs) {
    if (probes()) {
      probe(nowNs + all.random().nextLong(PROBE_WAIT_NS + 1));
      become(InIfaddr.State.TENTATIVE);
    } else {
      announce(nowNs);
      become(InIfaddr.State.VALID);
    }
  }

  private void probe(long firstNs) {
    phase = Phase.PROBING;
    sent = 0;
    all.timers().set(this, firstNs);
  }

  private void announce(long firstNs) {
    phase = Phase.ANNOUNCING;
    sent = 0;
    all.timers().set(this, firstNs);
  }

  /** Our own MAC address is another: all are told, or asked anew. */
  void macChanged(long nowNs) {
    if (isProbing()) {
      // Who objects answers to the old one, which is not heard any more.
      probe(nowNs + all.random().nextLong(PROBE_WAIT_NS + 1));
    } else if (isHeld()) {
      announce(nowNs);
    }
  }

  /** The address, or the device, is no more. */
  void end() {
    all.timers().cancel(this);
  }

  /** Whether it is being found out if somebody has the address. RFC 5227 2.1.1. */
  boolean isProbing() {
    return phase == Phase.PROBING || phase == Phase.WAITING;
  }

  /** Whether the address is ours. */
  boolean isHeld() {
    return phase == Phase.ANNOUNCING || phase == Phase.HELD;
  }

  /** Whether the address is another's for now. */
  boolean isLost() {
    return phase == Phase.LOST;
  }

  @Override
  protected void fire(long nowNs) {
    switch (phase) {
      case PROBING -> {
        boolean done = all.arp().sendProbe(dev, address, nowNs);
        count(AcdStat.PROBES, done);
        sent += done ? 1 : 0; // To one that did not go out nobody could object.
        if (sent < PROBE_NUM) {
          all.timers().set(this, nowNs + all.random().nextLong(PROBE_MIN_NS, PROBE_MAX_NS + 1));
        } else {
          phase = Phase.WAITING;
          all.timers().set(this, nowNs + ANNOUNCE_WAIT_NS);
        }
      }
      case WAITING -> {
        conflicts = 0;
        lastConflictNs = Neighbour.NEVER;
        all.count(AcdStat.ACQUIRED);
        phase = Phase.ANNOUNCING;
        sent = 0;
        sendAnnouncement(nowNs);
        tellThatItIsOurs();
        become(InIfaddr.State.VALID);
      }
      case ANNOUNCING -> sendAnnouncement(nowNs);
      case LOST -> probe(nowNs + all.random().nextLong(PROBE_WAIT_NS + 1));
      case HELD -> {}
    }
  }

  private void sendAnnouncement(long nowNs) {
    count(AcdStat.ANNOUNCEMENTS, all.arp().sendAnnouncement(dev, address, nowNs));
    if (++sent < ANNOUNCE_NUM) {
      all.timers().set(this, nowNs + ANNOUNCE_INTERVAL_NS);
    } else {
      phase = Phase.HELD;
    }
  }

  private void count(AcdStat stat, boolean done) {
    all.count(done ? stat : AcdStat.FAILED);
  }

  // ---- Conflicts --------------------------------------------------------------------------------

  /** Another station has the address, or wants it as we do. */
  void conflict(long mac, long nowNs) {
    all.count(AcdStat.CONFLICTS);
    switch (phase) {
      case PROBING, WAITING -> lose(mac, nowNs);
      case ANNOUNCING, HELD -> {
        boolean recent =
            lastConflictNs != Neighbour.NEVER && nowNs - lastConflictNs < DEFEND_INTERVAL_NS;
        if (!recent) {
          lastConflictNs = nowNs;
          defend(mac, nowNs);
        } else if (probes()) {
          lose(mac, nowNs); // RFC 5227 2.4 (b): the other one defends it too.
        }
      }
      case LOST -> {}
    }
  }

  private void defend(long mac, long nowNs) {
    all.count(AcdStat.DEFENDED);
    count(AcdStat.ANNOUNCEMENTS, all.arp().sendAnnouncement(dev, address, nowNs));
    tell(toldDefended, mac, "it is used all the same, and defended", nowNs);
  }

  private void lose(long mac, long nowNs) {
    all.count(AcdStat.GIVEN_UP);
    conflicts++;
    phase = Phase.LOST;
    // RFC 5227 2.1.1: after MAX_CONFLICTS no more than one attempt in RATE_LIMIT_INTERVAL.
    all.timers().set(this, nowNs + (conflicts < MAX_CONFLICTS ? 0 : RATE_LIMIT_INTERVAL_NS));
    become(InIfaddr.State.DUPLICATE);
    tell(toldLost, mac, "it is not used, and tried again", nowNs);
  }

  /** Who was told that it is not used is told that it is again. */
  private void tellThatItIsOurs() {
    if (toldLost.ns != Neighbour.NEVER) {
      toldLost.ns = Neighbour.NEVER;
      toldLost.mac = 0;
      LOG.warn(
          "{}: nobody else has the address {} any more: it is used from now on",
          dev.name(),
          Ip4Addr.format(address));
    }
  }

  /** What was told last, and of whom: that it is given up is news after it was defended. */
  private static final class Told {
    private long mac;
    private long ns = Neighbour.NEVER;
  }

  private void tell(Told told, long mac, String what, long nowNs) {
    if (mac == told.mac && nowNs - told.ns < TOLD_EVERY_NS) {
      return;
    }
    told.mac = mac;
    told.ns = nowNs;
    LOG.warn(
        "{}: {} has the address {} too: {}",
        dev.name(),
        MacAddr.format(mac),
        Ip4Addr.format(address),
        what);
  }
}
