package dev.skiff.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.Skiff;
import dev.skiff.header.Ip4Addr;
import dev.skiff.neigh.NeighbourState;
import dev.skiff.neigh.NeighbourTable.IfThere;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import dev.skiff.skb.SkBuffPool;
import dev.skiff.wire.PipeWire;
import dev.skiff.wire.Wire;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** Nothing that a peer can send in a flood allocates, once the code is warm. */
class ZeroAllocationByKindTest {
  private static final int WINDOW = 10_000;
  private static final int WINDOWS_IN_A_ROW = 3;
  private static final int MOST_WINDOWS = 40;
  private static final int GROUP = Ip4Addr.parse("239.1.2.3");

  private final Wire.Completion free = SkBuff::free;
  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static byte[] frame(byte[] datagram) {
    return Frames.ethernet(Rig.OUR_MAC, Rig.PEER_MAC, 0x0800, datagram);
  }

  private static byte[] datagram(int protocol, byte[] payload) {
    return Frames.ipv4(Rig.PEER_IP, Rig.OUR_IP, protocol, 64, payload);
  }

  /** A datagram with other id, fragment offset, source, options; the checksum is made right. */
  private static byte[] with(byte[] datagram, Consumer<ByteBuffer> change) {
    ByteBuffer buffer = ByteBuffer.wrap(datagram.clone());
    change.accept(buffer);
    buffer.putShort(10, (short) 0);
    byte[] bytes = buffer.array();
    return buffer.putShort(10, (short) Frames.checksum(bytes, 0, (bytes[0] & 0xF) * 4)).array();
  }

  private static byte[] withOptions(byte[] datagram, byte[] options) {
    byte[] longer = new byte[datagram.length + options.length];
    System.arraycopy(datagram, 0, longer, 0, 20);
    System.arraycopy(options, 0, longer, 20, options.length);
    System.arraycopy(datagram, 20, longer, 20 + options.length, datagram.length - 20);
    return with(
        longer,
        b -> b.put(0, (byte) (0x45 + options.length / 4)).putShort(2, (short) longer.length));
  }

  private static byte[] fragment(byte[] payload, int id, int from, int to, boolean more) {
    return with(
        datagram(1, Arrays.copyOfRange(payload, from, to)),
        b -> b.putShort(4, (short) id).putShort(6, (short) (from / 8 | (more ? 0x2000 : 0))));
  }

  @Test
  void echoesWithRecordRouteAndTimestamp() throws Exception {
    byte[] options = new byte[40];
    options[0] = 7;
    options[1] = 15;
    options[2] = 4;
    options[15] = 68;
    options[16] = 20;
    options[17] = 5;
    options[18] = 1;
    byte[] echo =
        frame(withOptions(datagram(1, Frames.icmp(8, 0, 1, 1, Frames.data(56))), options));
    allocatesNothing(i -> echo, 1, builder -> {});
  }

  @Test
  void echoesInFragmentsBothWays() throws Exception {
    byte[] icmp = Frames.icmp(8, 0, 1, 1, Frames.data(2992));
    byte[][] pieces = {
      frame(fragment(icmp, 7, 1480, 2960, true)),
      frame(fragment(icmp, 7, 2960, 3000, false)),
      frame(fragment(icmp, 7, 0, 1480, true)),
    };
    allocatesNothing(i -> pieces[i % 3], 1, builder -> {});
  }

  @Test
  void datagramsToAPortWithoutASocket() throws Exception {
    byte[] udp = frame(datagram(17, Frames.udp(Rig.PEER_IP, Rig.OUR_IP, 7, 7, Frames.data(32))));
    allocatesNothing(
        i -> udp,
        1,
        builder ->
            builder.ipv4(
                "icmp_ratelimit=0ms,icmp_msgs_per_sec=999999999,icmp_msgs_burst=999999999"));
  }

  @Test
  void datagramsToAPortWithoutASocketFromAnybodyWithinTheLimits() throws Exception {
    byte[][] all = new byte[4096][];
    for (int i = 0; i < all.length; i++) {
      int from = Ip4Addr.parse("203.0.113.0") + i;
      all[i] =
          frame(
              Frames.ipv4(
                  from, Rig.OUR_IP, 17, 64, Frames.udp(from, Rig.OUR_IP, 7, 7, new byte[8])));
    }
    allocatesNothing(i -> all[i & 4095], 0, builder -> {});
  }

  @Test
  void firstFragmentsOfWhatNeverComes() throws Exception {
    byte[] icmp = Frames.icmp(8, 0, 1, 1, Frames.data(2992));
    byte[][] all = new byte[65_536][];
    for (int i = 0; i < all.length; i++) {
      int from = Ip4Addr.parse("203.0.113.0") + i % 97;
      int id = i;
      all[i] =
          frame(
              with(
                  fragment(icmp, 7, 0, 1480, true),
                  b -> b.putShort(4, (short) id).putInt(12, from)));
    }
    allocatesNothing(i -> all[i & 0xFFFF], 0, builder -> {});
  }

  @Test
  void errorsOfEveryKindAboutWhatWeMayHaveSent() throws Exception {
    byte[] reply =
        Frames.ipv4(Rig.OUR_IP, Rig.PEER_IP, 1, 64, Frames.icmp(0, 0, 1, 1, new byte[0]));
    byte[] request =
        Frames.ipv4(Rig.OUR_IP, Rig.PEER_IP, 1, 64, Frames.icmp(8, 0, 1, 1, new byte[0]));
    byte[] df = with(reply, b -> b.putShort(6, (short) 0x4000).putShort(2, (short) 1500));
    byte[][] all = {
      frame(datagram(1, Frames.icmp(3, 1, 0, 0, reply))),
      frame(datagram(1, Frames.icmp(3, 4, 0, 600, df))),
      frame(datagram(1, Frames.icmp(3, 4, 0, 0, df))),
      frame(datagram(1, Frames.icmp(11, 0, 0, 0, request))),
      frame(datagram(1, Frames.icmp(12, 0, 0, 0, request))),
      frame(datagram(1, Frames.icmp(4, 0, 0, 0, request))),
      frame(datagram(1, Frames.icmp(5, 0, 0, 0, request))),
    };
    allocatesNothing(i -> all[i % all.length], 0, builder -> {});
  }

  @Test
  void malformedOptionsAndUnknownProtocols() throws Exception {
    byte[] wrong = {7, 3, 1, 0};
    byte[][] all = {
      frame(withOptions(datagram(1, Frames.icmp(8, 0, 1, 1, Frames.data(56))), wrong)),
      frame(datagram(99, Frames.data(40))),
      frame(datagram(6, Frames.data(40))),
    };
    allocatesNothing(
        i -> all[i % all.length],
        1,
        builder ->
            builder.ipv4(
                "icmp_ratelimit=0ms,icmp_msgs_per_sec=999999999,icmp_msgs_burst=999999999"));
  }

  @Test
  void queriesForGroups() throws Exception {
    byte[] igmp = {0x11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    int sum = Frames.checksum(igmp, 0, igmp.length);
    igmp[2] = (byte) (sum >>> 8);
    igmp[3] = (byte) sum;
    byte[] query =
        Frames.ethernet(
            0x0100_5E00_0001L,
            Rig.PEER_MAC,
            0x0800,
            Frames.ipv4(Rig.PEER_IP, Ip4Addr.ALL_HOSTS, 2, 1, igmp));
    allocatesNothing(i -> query, 0, builder -> {});
  }

  private void allocatesNothing(
      IntFunction<byte[]> frames, int answersAtLeast, Consumer<Skiff.Builder> settings)
      throws Exception {
    PipeWire pipe = new PipeWire(2048, 64);
    Wire peer = pipe.b();
    Skiff.Builder builder =
        Skiff.builder()
            .wire("skiff0", pipe.a())
            .ip("198.51.100.2/24")
            .mac("02:00:5e:10:00:01")
            .gateway("198.51.100.1")
            .acd("off")
            .paranoid(false);
    settings.accept(builder);
    try (SkBuffPool pool = new SkBuffPool(8, 2048, 1);
        Skiff skiff = builder.build()) {
      assertEquals(
          1, exchange(skiff, peer, pool, Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_IP)));
      skiff
          .neighbours()
          .add(
              skiff.device(),
              Rig.PEER_IP,
              Rig.PEER_MAC,
              NeighbourState.PERMANENT,
              IfThere.REPLACE,
              skiff.nowNs());
      Rig.stackOf(skiff).igmp().join(skiff.device(), GROUP);
      var _ = threads.getCurrentThreadAllocatedBytes();
      int inARow = 0;
      long last = -1;
      long answers = 0;
      int next = 0;
      for (int i = 0; i < MOST_WINDOWS && inARow < WINDOWS_IN_A_ROW; i++) {
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int n = 0; n < WINDOW; n++) {
          answers += exchange(skiff, peer, pool, frames.apply(next++));
        }
        last = threads.getCurrentThreadAllocatedBytes() - before;
        inARow = last == 0 ? inARow + 1 : 0;
      }
      assertTrue(answers >= answersAtLeast, "answered: " + answers);
      assertEquals(
          WINDOWS_IN_A_ROW, inARow, "windows without an allocation; bytes in the last: " + last);
      assertEquals(0, Rig.stackOf(skiff).faults().count());
      peer.close(free);
    }
  }

  /** One frame in, one turn, what comes out counted. */
  private int exchange(Skiff skiff, Wire peer, SkBuffPool pool, byte[] frame) {
    SkBuff skb = Objects.requireNonNull(pool.devAlloc(1600, "test"));
    int at = skb.put(frame.length);
    skb.copyFrom(frame, at, frame.length);
    if (peer.queue(skb, 0) != Wire.Xmit.OK) {
      throw new IllegalStateException("wire full");
    }
    peer.flush(0, free);
    var _ = skiff.turn();
    SkBuff reply = Objects.requireNonNull(pool.devAlloc(1600, "test"));
    int n = 0;
    while (peer.receive(reply, 0) == Wire.Rx.FRAME) {
      reply.trim(0);
      n++;
    }
    reply.free(DropReason.CONSUMED);
    return n;
  }
}
