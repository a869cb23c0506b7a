package dev.skiff.neigh;

import dev.skiff.dev.Acd;
import dev.skiff.dev.InDevice;
import dev.skiff.dev.InIfaddr;
import dev.skiff.dev.NetDevice;
import dev.skiff.dev.NetdevEvent;
import dev.skiff.dev.NetdevNotifier;
import dev.skiff.stats.Counters;
import dev.skiff.time.TimerQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * IPv4 address conflict detection, RFC 5227: for each address of each device that is up and has
 * somebody at its far end, a {@link Claim}. Thread: the loop thread; counters any.
 */
public final class AddressConflicts implements NetdevNotifier {
  private final Arp arp;
  private final TimerQueue timers;
  private final RandomGenerator random;
  private final Counters stats = new Counters(AcdStat.values().length);
  private final List<Claim> claims = new ArrayList<>();
  private NetDevice[] devices = {};

  AddressConflicts(Arp arp, TimerQueue timers, RandomGenerator random) {
    this.arp = arp;
    this.timers = timers;
    this.random = random;
  }

  // ---- What happens to devices ------------------------------------------------------------------

  /** RFC 5227 2.1: addresses are looked for, or announced, whenever an interface becomes active. */
  @Override
  public void notify(NetdevEvent event, NetDevice dev) {
    switch (event) {
      case UP, DOWN, CHANGE, CHANGEINET -> follow(dev);
      case REGISTER -> devices = with(dev);
      case UNREGISTER -> {
        follow(dev);
        devices = without(dev);
      }
      case CHANGEADDR -> {
        follow(dev);
        for (Claim claim : claimsOf(dev)) {
          claim.macChanged(timers.nowNs());
        }
      }
      default -> {}
    }
  }

  private NetDevice[] with(NetDevice dev) {
    List<NetDevice> more = new ArrayList<>(List.of(devices));
    more.add(dev);
    return more.toArray(NetDevice[]::new);
  }

  private NetDevice[] without(NetDevice dev) {
    return List.of(devices).stream().filter(d -> d != dev).toArray(NetDevice[]::new);
  }

  private List<Claim> claimsOf(NetDevice dev) {
    return claims.stream().filter(claim -> claim.dev() == dev).toList();
  }

  /** Claims are begun and ended as the device and its addresses come and go. */
  private void follow(NetDevice dev) {
    InDevice in = dev.inDev();
    for (Claim claim : claimsOf(dev)) {
      if (!isActive(dev) || in.find(claim.address()) == null) {
        claim.end();
        claims.remove(claim);
      }
    }
    for (InIfaddr ifa : in.addresses()) {
      int address = ifa.local().address();
      // All is asked anew each time: who was told of the last one may have changed anything.
      if (!speaks(dev)) {
        in.setState(address, InIfaddr.State.VALID); // Nobody is asked: it is simply used.
      } else if (isActive(dev) && in.find(address) != null) {
        follow(dev, address);
      }
    }
  }

  private void follow(NetDevice dev, int address) {
    Claim claim = claim(dev, address);
    if (claim == null) {
      claim = new Claim(this, dev, address);
      claims.add(claim);
      claim.begin(timers.nowNs());
    } else if (dev.inDev().arpConf().acd() == Acd.DEFEND && !claim.isHeld()) {
      claim.begin(timers.nowNs()); // It was probed for until now.
    }
  }

  private static boolean speaks(NetDevice dev) {
    return !dev.isNoArp() && dev.inDev().arpConf().acd() != Acd.OFF;
  }

  private static boolean isActive(NetDevice dev) {
    return dev.isUp() && dev.hasCarrier() && speaks(dev);
  }

  private @Nullable Claim claim(NetDevice dev, int address) {
    for (int i = 0; i < claims.size(); i++) {
      Claim claim = claims.get(i);
      if (claim.dev() == dev && claim.address() == address) {
        return claim;
      }
    }
    return null;
  }

  // ---- What is heard ----------------------------------------------------------------------------

  /**
   * Another station's ARP packet has an address as its sender, or probes for it.
   *
   * @param probe whether it is a probe, which is a conflict only with one of ours
   * @return whether it is a conflict
   */
  boolean claimed(NetDevice dev, int address, boolean probe, long mac, long nowNs) {
    if (isOurs(mac)) {
      return false;
    }
    Claim claim = claim(dev, address);
    if (claim == null) {
      boolean conflict = !probe && dev.inDev().has(address);
      if (conflict) {
        count(AcdStat.CONFLICTS); // Switched off: that is all.
      }
      return conflict;
    }
    if (claim.isLost() || (probe && !claim.isProbing())) {
      return false; // (Who has an address that we gave up is a neighbour like any other.)
    }
    claim.conflict(mac, nowNs);
    return true;
  }

  /** RFC 5227 2.1.1: what another of our own interfaces says is no conflict. */
  boolean isOurs(long mac) {
    for (NetDevice dev : devices) {
      if (dev.macAddress() == mac) {
        return true;
      }
    }
    return false;
  }

  // ---- For claims -------------------------------------------------------------------------------

  Arp arp() {
    return arp;
  }

  TimerQueue timers() {
    return timers;
  }

  RandomGenerator random() {
    return random;
  }

  void count(AcdStat stat) {
    stats.increment(stat.ordinal());
  }

  /** One counter. Any thread. */
  public long stat(AcdStat stat) {
    return stats.get(stat.ordinal());
  }
}
