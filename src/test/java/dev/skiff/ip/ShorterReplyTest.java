package dev.skiff.ip;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.skiff.Datagram;
import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.Skiff;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * X11, X110: a reply that is written where its request stood, and has none of its options, ends
 * where it ended: there must be room behind it for the padding.
 */
class ShorterReplyTest {
  private static final int MOST_DATA = 40;
  private static final int MOST_OPTIONS = 40;
  private static final int LEAST_MTU = 68;

  private static Rig rig(Consumer<Skiff.Builder> settings) {
    Rig rig = new Rig(settings);
    rig.introducePeer();
    return rig;
  }

  private static void assertReply(int data, List<byte[]> frames) {
    assertEquals(1, frames.size(), data + " bytes");
    byte[] reply = frames.getFirst();
    byte[] icmp = Frames.icmp(0, 0, 0x5C1F, 1, Frames.data(data));
    int end = Frames.ETH_HLEN + Frames.IP_HLEN + icmp.length;
    assertEquals(Math.max(end, Frames.ETH_ZLEN), reply.length);
    assertArrayEquals(icmp, Arrays.copyOfRange(reply, end - icmp.length, end));
    byte[] padding = Arrays.copyOfRange(reply, end, reply.length);
    assertArrayEquals(new byte[padding.length], padding);
  }

  /** NOPs, which no reply has. */
  private static Datagram echo(int options, int data) {
    return new Datagram().options("01".repeat(options)).echo(data);
  }

  private static void allSizes(Rig rig, int most) {
    for (int options = 0; options <= MOST_OPTIONS; options += 4) {
      for (int data = 0; data <= MOST_DATA; data++) {
        byte[] frame = echo(options, data).shortFrame();
        if (frame.length - Frames.ETH_HLEN <= most) {
          assertReply(data, rig.exchange(frame));
          assertReply(data, rig.exchange(Frames.padded(frame)));
        }
      }
    }
  }

  @Test
  void inABufferOfTheFramesSize() {
    allSizes(rig(builder -> builder.rxCopybreak(256)), 1500);
  }

  @Test
  void inABufferForAFrameOfTheLeastMtu() {
    allSizes(rig(builder -> builder.mtu(LEAST_MTU)), LEAST_MTU);
  }

  @Test
  void ofAnLlcAndSnapFrame() {
    Rig rig = rig(builder -> builder.rxCopybreak(256));
    for (int options = 0; options <= MOST_OPTIONS; options += 4) {
      byte[] plain = echo(options, 3).shortFrame();
      byte[] snap = new byte[plain.length + 8];
      System.arraycopy(plain, 0, snap, 0, 12);
      int length = plain.length - Frames.ETH_HLEN + 8;
      byte[] llc = {
        (byte) (length >> 8), (byte) length, (byte) 0xAA, (byte) 0xAA, 3, 0, 0, 0, 8, 0
      };
      System.arraycopy(llc, 0, snap, 12, llc.length);
      System.arraycopy(plain, 14, snap, 22, plain.length - 14);
      assertReply(3, rig.exchange(Frames.padded(snap)));
    }
  }

  @Test
  void ofWhatWasPutTogether() {
    Rig rig = rig(builder -> {});
    int id = 0;
    for (int options = 0; options <= MOST_OPTIONS; options += 4) {
      for (int data = 1; data <= MOST_DATA; data++) {
        Datagram whole = echo(options, data).id(++id);
        rig.exchange(whole.fragment(0, 8).frame());
        assertReply(data, rig.exchange(whole.fragment(8, 8 + data).frame()));
      }
    }
  }
}
