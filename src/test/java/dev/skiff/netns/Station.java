package dev.skiff.netns;

import dev.skiff.Frames;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.MacAddr;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A station that is the test itself, on a bridge in a namespace: it sends what no kernel would, and
 * sees all that is sent to all. Not for use by several threads.
 */
final class Station implements AutoCloseable {
  static final String DEVICE = "station0";
  static final long MAC = MacAddr.parse("02:00:5e:10:00:66");

  private static final int ETHERTYPE = 12;
  private static final int ARP = 0x0806;

  /** Frames that wait here until the test looks. */
  private static final int QUEUE = 20_000;

  private final RawTap tap;

  private Station(RawTap tap) {
    this.tap = tap;
  }

  /** Plugs it into bridge br0. */
  static Station on(Netns netns) throws IOException {
    Station station = new Station(RawTap.in(netns, DEVICE, QUEUE));
    netns.exec("ip", "link", "set", DEVICE, "master", "br0");
    netns.exec("ip", "link", "set", DEVICE, "up");
    return station;
  }

  /** Sends a frame. */
  void send(byte[] frame) {
    tap.send(frame);
  }

  /** The next frame that has come; empty if there is none. */
  byte[] receive() {
    return tap.receive();
  }

  /** An ARP packet that came, with where its frame was sent to. */
  record Arp(long dest, int op, long sha, int spa, int tpa) {
    private static final int OP = 20;
    private static final int SHA = 22;
    private static final int SPA = 28;
    private static final int TPA = 38;

    static Arp of(byte[] frame) {
      return new Arp(
          Frames.u48(frame, 0),
          Frames.u16(frame, OP),
          Frames.u48(frame, SHA),
          Frames.u32(frame, SPA),
          Frames.u32(frame, TPA));
    }

    /** RFC 5227 2.1.1: sent to all, by who has no address yet. */
    boolean isProbe(String address) {
      return isRequestToAll() && spa == 0 && tpa == Ip4Addr.parse(address);
    }

    /** RFC 5227 2.3: sent to all, of oneself. */
    boolean isAnnouncement(String address) {
      return isRequestToAll() && spa == tpa && tpa == Ip4Addr.parse(address);
    }

    /** Who has this address? */
    boolean asksFor(String address) {
      return isRequestToAll() && spa != tpa && spa != 0 && tpa == Ip4Addr.parse(address);
    }

    private boolean isRequestToAll() {
      return op == 1 && dest == Frames.BROADCAST;
    }

    @Override
    public String toString() {
      return "%s > %s op %d spa %s tpa %s"
          .formatted(
              MacAddr.format(sha),
              MacAddr.format(dest),
              op,
              Ip4Addr.format(spa),
              Ip4Addr.format(tpa));
    }
  }

  /** The ARP packets of this sender that have come since it was last asked; all else is gone. */
  List<Arp> heardOf(String mac) {
    List<Arp> heard = new ArrayList<>();
    for (byte[] frame = receive(); frame.length > 0; frame = receive()) {
      if (Frames.u16(frame, ETHERTYPE) == ARP && Arp.of(frame).sha() == MacAddr.parse(mac)) {
        heard.add(Arp.of(frame));
      }
    }
    return heard;
  }

  @Override
  public void close() {
    tap.close();
  }
}
