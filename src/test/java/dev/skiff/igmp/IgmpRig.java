package dev.skiff.igmp;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.dev.NetDevice;
import dev.skiff.header.Ip4Addr;
import dev.skiff.ip.Flow;
import dev.skiff.ip.FlowView;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.PacketType;
import dev.skiff.skb.SkBuff;
import dev.skiff.time.TimerQueue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;

/** IGMP alone over a rig's device: what it is told, and what it says when. */
final class IgmpRig {
  static final long SECOND = 1_000_000_000L;
  static final long TENTH = SECOND / 10;
  static final int GROUP = Ip4Addr.parse("239.1.2.3");
  static final int OTHER = Ip4Addr.parse("239.4.5.6");
  static final int ALL_HOSTS = Ip4Addr.parse("224.0.0.1");

  /** One message: its bytes, how it was to be sent, and when, counted from the rig's beginning. */
  record Sent(String bytes, FlowView flow, long atNs) {
    int type() {
      return HexFormat.fromHexDigits(bytes, 0, 2);
    }

    int group() {
      return HexFormat.fromHexDigits(bytes.replace(" ", ""), 8, 16);
    }
  }

  final Rig rig = new Rig();
  final NetDevice dev = rig.device();
  final TimerQueue timers = new TimerQueue();
  final Igmp igmp;
  final List<Sent> sent = new ArrayList<>();
  private final long beganNs = rig.clock.nowNs();

  /** Why nothing can be sent; {@code NOT_DROPPED} while it can. */
  DropReason refusal = DropReason.NOT_DROPPED;

  IgmpRig() {
    this(2236);
  }

  IgmpRig(long seed) {
    timers.setNowNs(beganNs);
    igmp = new Igmp(rig.stack().pool(), timers, new SplittableRandom(seed), this::send);
    rig.stack().netDevices().addNotifier(igmp);
  }

  private DropReason send(SkBuff skb, Flow flow, long nowNs) {
    byte[] message = new byte[skb.len()];
    skb.copyTo(skb.data(), message, message.length);
    String bytes = HexFormat.ofDelimiter(" ").formatHex(message);
    sent.add(new Sent(bytes, FlowView.of(flow), nowNs - beganNs));
    skb.free(refusal == DropReason.NOT_DROPPED ? DropReason.CONSUMED : refusal);
    return refusal;
  }

  long nowNs() {
    return rig.clock.nowNs() - beganNs;
  }

  /** Moves the clock, from one deadline to the next: what was said meanwhile. */
  @CanIgnoreReturnValue
  List<Sent> after(long ns) {
    int before = sent.size();
    long endNs = rig.clock.nowNs() + ns;
    while (timers.nextDeadlineNs() <= endNs) {
      rig.clock.advance(Math.max(0, timers.nextDeadlineNs() - rig.clock.nowNs()));
      var _ = timers.advance(rig.clock.nowNs());
    }
    rig.clock.advance(endNs - rig.clock.nowNs());
    timers.setNowNs(endNs);
    return List.copyOf(sent.subList(before, sent.size()));
  }

  /** Joins and lets the reports of that go by. */
  void joined(int group) {
    igmp.join(dev, group);
    after(11 * SECOND);
    sent.clear();
  }

  void down() {
    dev.stop();
  }

  void up() {
    try {
      dev.open();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // ---- What comes in ----------------------------------------------------------------------------

  /** A message with a right checksum, followed by zeros. */
  static byte[] message(int type, int code, int group, int length) {
    ByteBuffer message = ByteBuffer.allocate(length);
    message.put((byte) type).put((byte) code).putShort((short) 0).putInt(group);
    message.putShort(2, (short) Frames.checksum(message.array(), 0, length));
    return message.array();
  }

  @CanIgnoreReturnValue
  DropReason query(int code, int group) {
    return receive(message(0x11, code, group, 8), PacketType.MULTICAST);
  }

  @CanIgnoreReturnValue
  DropReason report(int type, int group) {
    return receive(message(type, 0, group, 8), PacketType.MULTICAST);
  }

  @CanIgnoreReturnValue
  DropReason receive(byte[] message, PacketType pktType) {
    SkBuff skb = Objects.requireNonNull(rig.stack().pool().devAlloc(message.length, "igmp rig"));
    skb.copyFrom(message, skb.put(message.length), message.length);
    skb.setPktType(pktType);
    DropReason reason = igmp.receive(skb, dev, rig.clock.nowNs());
    skb.free(reason);
    return reason;
  }
}
