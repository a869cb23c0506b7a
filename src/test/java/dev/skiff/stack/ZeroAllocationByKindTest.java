package dev.skiff.stack;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.Skiff;
import dev.skiff.header.Ip4Addr;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** Nothing that a peer can send in a flood allocates, once the code is warm. */
class ZeroAllocationByKindTest {
  private static final int WINDOW = 10_000;
  private static final int MOST_WINDOWS = 40;
  private static final String GROUP = "239.1.2.3";

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

  private static void allocatesNothing(
      IntFunction<byte[]> frames, int answersAtLeast, Consumer<Skiff.Builder> settings)
      throws Exception {
    Consumer<Skiff.Builder> all =
        builder -> {
          builder.gateway("198.51.100.1");
          settings.accept(builder);
        };
    try (AllocationRun run = new AllocationRun(all)) {
      run.skiff().joinGroup(GROUP);
      run.allocatesNothing(WINDOW, MOST_WINDOWS, answersAtLeast, frames);
    }
  }
}
