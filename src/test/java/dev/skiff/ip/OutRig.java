package dev.skiff.ip;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.Skiff;
import dev.skiff.dev.NetDevice;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.Packet;
import dev.skiff.skb.SkBuff;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/** A rig whose stack sends what the test wants, and datagrams as they are read on the wire. */
final class OutRig {
  static final int IP = Frames.ETH_HLEN;

  /** RFC 3692: for experiments. */
  static final int PROTOCOL = 253;

  final Rig rig;

  OutRig() {
    this(builder -> {});
  }

  OutRig(Consumer<Skiff.Builder> settings) {
    this(2048, 2048, settings);
  }

  /** See {@link Rig#Rig(int, int, Consumer)}. */
  OutRig(int ring, int maxFrame, Consumer<Skiff.Builder> settings) {
    rig = new Rig(ring, maxFrame, settings);
  }

  Ipv4 ipv4() {
    return rig.stack().ipv4();
  }

  long stat(IpStat stat) {
    return ipv4().stat(stat);
  }

  /** Where to without saying from where, or how. */
  static Flow to(int daddr) {
    return new Flow().to(daddr, PROTOCOL);
  }

  /** Sends a datagram; the buffer is freed if it was not taken. */
  @CanIgnoreReturnValue
  DropReason send(Flow flow, byte[] payload) {
    int headers = Frames.ETH_HLEN + Frames.IP_HLEN;
    SkBuff skb =
        Objects.requireNonNull(
            rig.stack()
                .pool()
                .devAlloc(Math.max(headers + payload.length, Frames.ETH_ZLEN), "test"));
    skb.reserve(headers);
    skb.copyFrom(payload, skb.put(payload.length), payload.length);
    DropReason reason = ipv4().send(skb, flow, rig.clock.nowNs());
    if (reason != DropReason.NOT_DROPPED) {
      skb.free(reason);
    }
    return reason;
  }

  /** Sends {@code n} bytes and takes what comes out. */
  List<Datagram> sent(Flow flow, int n) {
    send(flow, Frames.data(n));
    return turn();
  }

  /** What comes out, ARP left out. */
  List<Datagram> turn() {
    return Datagram.of(rig.turn());
  }

  /** A frame from the peer to us with a datagram of anybody's. */
  static byte[] frame(byte[] datagram) {
    return Frames.ethernet(Rig.OUR_MAC, Rig.PEER_MAC, 0x0800, datagram);
  }

  /** A frame with an ICMP error: {@code info} are the four bytes behind its checksum. */
  static byte[] icmpError(int from, int type, int code, int info, byte[] quote) {
    byte[] icmp = Frames.icmp(type, code, info >>> 16, info & 0xFFFF, quote);
    return frame(Frames.ipv4(from, Rig.OUR_IP, 1, 64, icmp));
  }

  /** Sets the checksum of the IP header that a datagram begins with. */
  @CanIgnoreReturnValue
  static byte[] summed(byte[] datagram) {
    ByteBuffer buffer = ByteBuffer.wrap(datagram).putShort(10, (short) 0);
    return buffer
        .putShort(10, (short) Frames.checksum(datagram, 0, (datagram[0] & 0xF) * 4))
        .array();
  }

  /** A frame that came out, with a datagram without options. */
  record Datagram(byte[] frame) {
    static List<Datagram> of(List<byte[]> frames) {
      return frames.stream()
          .filter(frame -> Frames.u16(frame, 12) == 0x0800)
          .map(Datagram::new)
          .toList();
    }

    long dest() {
      return Frames.u48(frame, 0);
    }

    int tos() {
      return Frames.u8(frame, IP + 1);
    }

    int totLen() {
      return Frames.u16(frame, IP + 2);
    }

    int id() {
      return Frames.u16(frame, IP + 4);
    }

    boolean df() {
      return (Frames.u16(frame, IP + 6) & 0x4000) != 0;
    }

    boolean mf() {
      return (Frames.u16(frame, IP + 6) & 0x2000) != 0;
    }

    /** In bytes. */
    int offset() {
      return (Frames.u16(frame, IP + 6) & 0x1FFF) * 8;
    }

    int ttl() {
      return Frames.u8(frame, IP + 8);
    }

    int protocol() {
      return Frames.u8(frame, IP + 9);
    }

    int saddr() {
      return Frames.u32(frame, IP + 12);
    }

    int daddr() {
      return Frames.u32(frame, IP + 16);
    }

    /** The datagram without link header and padding. */
    byte[] bytes() {
      return Arrays.copyOfRange(frame, IP, IP + totLen());
    }

    byte[] payload() {
      return Arrays.copyOfRange(frame, IP + Frames.IP_HLEN, IP + totLen());
    }

    /** What pads the frame. */
    byte[] padding() {
      return Arrays.copyOfRange(frame, IP + totLen(), frame.length);
    }

    /** What a router that cannot send it on quotes: its header and 8 bytes. */
    byte[] quote() {
      return Arrays.copyOfRange(frame, IP, IP + Frames.IP_HLEN + 8);
    }
  }

  /** A protocol that takes every datagram, and believes every error about one. */
  static IpHandler saysItHasSentAll() {
    return new IpHandler() {
      @Override
      public DropReason receive(SkBuff skb, NetDevice dev, long nowNs) {
        return DropReason.CONSUMED;
      }

      @Override
      public boolean hasSent(Packet packet, int ip) {
        return true;
      }
    };
  }
}
