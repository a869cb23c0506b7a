package dev.skiff.neigh;

import dev.skiff.dev.NetDevice;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.MacAddr;
import dev.skiff.neigh.NeighbourTable.IfThere;

/** {@code neigh_add}: entries that people set. Thread: the loop thread. */
final class ByHand {
  private final NeighbourEntries entries;
  private NeighbourParms parms;

  ByHand(NeighbourEntries entries, NeighbourParms parms) {
    this.entries = entries;
    this.parms = parms;
  }

  void setParms(NeighbourParms parms) {
    this.parms = parms;
  }

  /** See {@link NeighbourTable#add}. */
  void add(NetDevice dev, int ip, long mac, NeighbourState state, IfThere ifThere, long nowNs) {
    check(dev, ip, mac, state);
    Neighbour n = entries.lookup(dev, ip);
    String name = Ip4Addr.format(ip) + " dev " + dev.name();
    if (n != null && ifThere == IfThere.REFUSE) {
      throw new IllegalStateException(name + " is there already: say replace, or del it first");
    }
    if (n == null && ifThere == IfThere.REQUIRE) {
      throw new IllegalStateException(name + " is not in the table: say add, or replace");
    }
    boolean permanent = state == NeighbourState.PERMANENT;
    boolean isPermanent = n != null && n.state == NeighbourState.PERMANENT;
    if (permanent && !isPermanent && !entries.hasRoomForPermanent()) {
      throw new IllegalStateException(
          "there are gc_thresh3, " + parms.gcThresh3() + ", permanent entries already: del some");
    }
    if (n == null) {
      n = permanent ? entries.insert(dev, ip, nowNs) : entries.create(dev, ip, nowNs);
      if (n == null) {
        throw full();
      }
    }
    if (!entries.set(n, mac, state, nowNs)) {
      throw full();
    }
  }

  private static IllegalStateException full() {
    return new IllegalStateException(
        "the neighbour table is full, and all in it are in use: raise gc_thresh3 (run --neigh)");
  }

  private static void check(NetDevice dev, int ip, long mac, NeighbourState state) {
    if (!dev.isRegistered()) {
      throw new IllegalArgumentException(dev.name() + " is no device any more");
    }
    String address = Ip4Addr.format(ip);
    if (!Ip4Addr.isUnicast(ip) || dev.inDev().isNoHost(ip)) {
      throw new IllegalArgumentException(
          address + " is no host's address: give that of one host, as 198.51.100.1");
    }
    if (dev.inDev().isLocal(ip)) {
      throw new IllegalArgumentException(
          address + " is our own address: give that of another host");
    }
    if (mac == 0 || mac == MacAddr.BROADCAST) {
      throw new IllegalArgumentException(
          MacAddr.format(mac) + " is no neighbour's MAC address: give one as 02:00:5e:10:00:02");
    }
    if (!state.isConnected() && state != NeighbourState.STALE) {
      throw new IllegalArgumentException(
          state.word() + " cannot be set: say permanent, noarp, reachable or stale");
    }
  }
}
