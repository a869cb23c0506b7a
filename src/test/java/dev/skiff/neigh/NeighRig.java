package dev.skiff.neigh;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.Skiff;
import dev.skiff.header.Ip4Addr;
import dev.skiff.skb.DropReason;
import java.util.List;
import java.util.function.Consumer;

/** A rig with what neighbours say, and what the table knows of them: for tests of the table. */
final class NeighRig {
  static final long MS = 1_000_000L;
  static final long SECOND = 1000 * MS;
  static final long OTHER_MAC = 0x0200_5E10_0077L;

  /** A host of the same network that is not there. */
  static final int DEAD_IP = Ip4Addr.parse("198.51.100.99");

  /** A host of the same network of which only frames of others speak. */
  static final int OTHER_IP = Ip4Addr.parse("198.51.100.77");

  final Rig rig;
  private int sequence;

  NeighRig(String settings) {
    this(builder -> builder.neighbours(settings));
  }

  NeighRig(Consumer<Skiff.Builder> settings) {
    rig = new Rig(512, settings);
  }

  // ---- What comes in ----------------------------------------------------------------------------

  /** A request of the peer's for our address. */
  static byte[] requestForUs(long mac) {
    return Frames.arpRequest(mac, Rig.PEER_IP, Rig.OUR_IP);
  }

  /** A request of the peer's for somebody else. */
  static byte[] requestForAnother(long mac) {
    return Frames.arpRequest(mac, Rig.PEER_IP, OTHER_IP);
  }

  /** The peer's answer to us alone. */
  static byte[] replyToUs(long mac) {
    return Frames.arpReply(mac, Rig.PEER_IP, Rig.OUR_MAC, Rig.OUR_IP);
  }

  /** The same answer, and everybody hears it. */
  static byte[] replyToAll(long mac) {
    return Frames.padded(
        Frames.ethernet(
            Frames.BROADCAST,
            mac,
            0x0806,
            Frames.arp(2, mac, Rig.PEER_IP, Rig.OUR_MAC, Rig.OUR_IP)));
  }

  static byte[] gratuitous(long mac) {
    return Frames.arpRequest(mac, Rig.PEER_IP, Rig.PEER_IP);
  }

  /** An echo request of {@code ip}'s, to which the answer is what is sent to it. */
  byte[] echoFrom(int ip, int size) {
    byte[] icmp = Frames.icmp(8, 0, 1, ++sequence, Frames.data(size));
    return Frames.ethernet(
        Rig.OUR_MAC, Rig.PEER_MAC, 0x0800, Frames.ipv4(ip, Rig.OUR_IP, 1, 64, icmp));
  }

  /** Something is to be sent to {@code ip}: what comes out. */
  @CanIgnoreReturnValue
  List<byte[]> sendTo(int ip) {
    return rig.exchange(echoFrom(ip, 56));
  }

  // ---- What is known ----------------------------------------------------------------------------

  NeighbourTable table() {
    return rig.stack().neighbours();
  }

  long stat(NeighbourStat stat) {
    return table().stat(stat);
  }

  /** Whether there is an entry. */
  boolean knows(int ip) {
    return entries().stream().anyMatch(entry -> entry.ip() == ip);
  }

  NeighbourTable.Entry entry(int ip) {
    return entries().stream().filter(entry -> entry.ip() == ip).findFirst().orElseThrow();
  }

  List<NeighbourTable.Entry> entries() {
    return table().entries(rig.clock.nowNs());
  }

  /** The peer's state. */
  NeighbourState state() {
    return entry(Rig.PEER_IP).state();
  }

  /** The peer's MAC address, 0 if it is not known. */
  long mac() {
    return entry(Rig.PEER_IP).mac();
  }

  // ---- How the peer gets into a state -----------------------------------------------------------

  /** Has the peer be in a state, from none; those set by hand excepted. */
  void into(NeighbourState state) {
    switch (state) {
      case INCOMPLETE -> sendTo(Rig.PEER_IP);
      case REACHABLE -> {
        sendTo(Rig.PEER_IP);
        rig.exchange(replyToUs(Rig.PEER_MAC));
      }
      case STALE -> rig.exchange(requestForUs(Rig.PEER_MAC));
      case DELAY -> {
        into(NeighbourState.STALE);
        sendTo(Rig.PEER_IP);
      }
      case PROBE -> {
        into(NeighbourState.DELAY);
        rig.after(table().parms().delayNs());
      }
      case FAILED -> {
        into(NeighbourState.INCOMPLETE);
        for (int i = 0; i < table().parms().mcastSolicit(); i++) {
          rig.after(table().parms().retransNs());
        }
      }
      case PERMANENT, NOARP -> set(Rig.PEER_IP, state);
    }
    if (state() != state) {
      throw new IllegalStateException("it is " + state() + " and not " + state);
    }
  }

  /** Sets an entry by hand. */
  void set(int ip, NeighbourState state) {
    table()
        .add(
            rig.device(),
            ip,
            Rig.PEER_MAC,
            state,
            NeighbourTable.IfThere.REPLACE,
            rig.clock.nowNs());
  }

  // ---- What goes out ----------------------------------------------------------------------------

  static boolean isArpRequest(byte[] frame) {
    return Frames.u16(frame, 12) == 0x0806 && Frames.u16(frame, 20) == 1;
  }

  /** Of these frames the requests for one host. */
  static long requestsFor(int ip, List<byte[]> frames) {
    return frames.stream().filter(f -> isArpRequest(f) && Frames.u32(f, 38) == ip).count();
  }

  /** How many of these frames carry a datagram. */
  static long datagrams(List<byte[]> frames) {
    return frames.stream().filter(f -> Frames.u16(f, 12) == 0x0800).count();
  }

  long verdicts(DropReason reason) {
    return rig.verdicts(reason);
  }
}
