package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.fail;

import dev.skiff.Datagram;
import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.Skiff;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.MacAddr;
import dev.skiff.neigh.NeighbourState;
import dev.skiff.neigh.NeighbourTable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who is sent frames and answers them, at 198.51.100.2 and 02:00:5e:10:00:01: Skiff, or a
 * Linux kernel. The test is all its neighbours; it knows them without asking.
 */
abstract class Peer implements AutoCloseable {
  /** Another neighbour beside the rig's peer, for what would make the first look ill. */
  static final int SECOND_IP = Ip4Addr.parse("198.51.100.9");

  static final long SECOND_MAC = MacAddr.parse("02:00:5e:10:00:09");
  static final int PREFIX = 24;

  private static final int QUEUE = 5_000;
  private static final long TIMEOUT_NS = 3_000_000_000L;
  private static final int FENCE_ID = 0xFE7C;
  private static final int ECHO_REPLY = 0;

  final Netns netns = new Netns();
  private int fences;

  /** Who it is, in words. */
  abstract String who();

  abstract void send(byte[] frame);

  /** The next frame that it has sent; empty if there is none now. */
  abstract byte[] receive();

  /**
   * Sends frames: all that it answers, in order. An echo request behind them, which all answer,
   * shows when that is; no time is waited for.
   */
  List<byte[]> exchange(List<byte[]> frames) {
    frames.forEach(this::send);
    int fence = ++fences;
    send(new Datagram().icmp(8, 0, FENCE_ID, fence, new byte[0]).frame());
    List<byte[]> answers = new ArrayList<>();
    long start = System.nanoTime();
    while (true) {
      byte[] frame = receive();
      if (isFence(frame, fence)) {
        return answers;
      }
      if (frame.length > 0) {
        answers.add(frame);
      } else if (System.nanoTime() - start > TIMEOUT_NS) {
        return fail(who() + " does not answer an echo request any more");
      }
    }
  }

  private static boolean isFence(byte[] frame, int fence) {
    int icmp = Frames.ETH_HLEN + Frames.IP_HLEN;
    return frame.length >= icmp + Frames.ICMP_HLEN
        && Frames.u16(frame, 12) == 0x0800
        && Frames.u8(frame, Frames.ETH_HLEN) == 0x45
        && Frames.u8(frame, 23) == Datagram.ICMP
        && Frames.u8(frame, icmp) == ECHO_REPLY
        && Frames.u16(frame, icmp + 4) == FENCE_ID
        && Frames.u16(frame, icmp + 6) == fence;
  }

  @Override
  public void close() {
    netns.close();
  }

  private static void sysctl(Netns netns, String... settings) {
    for (String setting : settings) {
      netns.exec("sysctl", "-qw", setting);
    }
  }

  private static void noIpv6(Netns netns) {
    sysctl(netns, "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1");
  }

  /** The kernel of this machine, in a namespace: of its TAP the test is the wire. */
  static final class Linux extends Peer {
    private static final String DEVICE = "kernel0";

    private @Nullable RawTap tap;

    /**
     * Sets it up.
     *
     * @param allOn with the switches on that are usually off
     */
    Linux(boolean allOn) throws IOException {
      noIpv6(netns);
      tap = RawTap.in(netns, DEVICE, QUEUE);
      netns.exec("ip", "link", "set", DEVICE, "address", MacAddr.format(Rig.OUR_MAC));
      netns.exec("ip", "addr", "add", ip(Rig.OUR_IP) + "/" + PREFIX, "dev", DEVICE);
      netns.exec("ip", "link", "set", DEVICE, "up");
      neighbour(Rig.PEER_IP, Rig.PEER_MAC);
      neighbour(SECOND_IP, SECOND_MAC);
      netns.exec("ip", "route", "add", "default", "via", ip(Rig.PEER_IP));
      // What a distribution may have set otherwise; and no rates, which are tests of their own.
      sysctl(
          netns,
          "net.ipv4.conf.all.rp_filter=0",
          "net.ipv4.conf." + DEVICE + ".rp_filter=0",
          "net.ipv4.ip_forward=0",
          "net.ipv4.icmp_echo_ignore_all=0",
          "net.ipv4.icmp_ratemask=0",
          "net.ipv4.neigh." + DEVICE + ".mcast_solicit=1", // Else it asks again when it likes.
          "net.ipv4.ipfrag_time=1");
      int on = allOn ? 1 : 0;
      sysctl(
          netns,
          "net.ipv4.conf.all.accept_source_route=" + on,
          "net.ipv4.conf." + DEVICE + ".accept_source_route=" + on,
          "net.ipv4.conf.all.drop_unicast_in_l2_multicast=" + on,
          "net.ipv4.icmp_echo_ignore_broadcasts=" + (1 - on));
    }

    private void neighbour(int address, long mac) {
      netns.exec("ip", "neigh", "add", ip(address), "lladdr", MacAddr.format(mac), "dev", DEVICE);
    }

    private static String ip(int address) {
      return Ip4Addr.format(address);
    }

    @Override
    String who() {
      return "Linux";
    }

    @Override
    void send(byte[] frame) {
      java.util.Objects.requireNonNull(tap).send(frame);
    }

    @Override
    byte[] receive() {
      return java.util.Objects.requireNonNull(tap).receive();
    }

    @Override
    public void close() {
      if (tap != null) {
        tap.close();
      }
      super.close();
    }
  }

  /** Skiff on a TAP, which a bridge joins with the TAP of which the test is the wire. */
  static final class OurStack extends Peer {
    private static final String ALL_ON =
        ",accept_source_route=on,icmp_echo_ignore_broadcasts=off,icmp_timestamp=on,old_broadcasts=off";

    private final Station station;
    private final Skiff skiff;

    /**
     * Sets it up.
     *
     * @param allOn with the switches on that are usually off
     */
    OurStack(boolean allOn) throws IOException {
      noIpv6(netns);
      // No address: the namespace's own kernel has nothing to say.
      netns.exec("ip", "link", "add", "br0", "type", "bridge", "mcast_snooping", "0");
      netns.exec("ip", "tuntap", "add", "dev", "skiff0", "mode", "tap");
      netns.exec("ip", "link", "set", "skiff0", "master", "br0", "up");
      netns.exec("ip", "link", "set", "br0", "up");
      station = Station.on(netns);
      skiff =
          Skiff.builder()
              .tap("skiff0")
              .netns(netns.name())
              .ip(Ip4Addr.format(Rig.OUR_IP) + "/" + PREFIX)
              .mac(MacAddr.format(Rig.OUR_MAC))
              .gateway(Ip4Addr.format(Rig.PEER_IP))
              .acd("off")
              .ipv4("icmp_ratemask=0,ipfrag_time=1s" + (allOn ? ALL_ON : ""))
              .build();
      neighbour(Rig.PEER_IP, Rig.PEER_MAC);
      neighbour(SECOND_IP, SECOND_MAC);
    }

    private void neighbour(int address, long mac) {
      skiff
          .neighbours()
          .add(
              skiff.device(),
              address,
              mac,
              NeighbourState.PERMANENT,
              NeighbourTable.IfThere.REFUSE,
              skiff.nowNs());
    }

    /** How many times a handler threw. */
    long faults() {
      return Rig.stackOf(skiff).faults().count();
    }

    @Override
    String who() {
      return "Skiff";
    }

    @Override
    void send(byte[] frame) {
      station.send(frame);
      var _ = skiff.turn(); // Else a long case would fill the TAP's queue.
    }

    @Override
    byte[] receive() {
      var _ = skiff.turn();
      return station.receive();
    }

    @Override
    public void close() {
      skiff.close();
      station.close();
      super.close();
    }
  }
}
