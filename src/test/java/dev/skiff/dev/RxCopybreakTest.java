package dev.skiff.dev;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.header.EtherType;
import dev.skiff.skb.DropReason;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code rx_copybreak}: small frames in buffers of their size, summed on the way. */
class RxCopybreakTest {
  private static final int BREAK = 256;

  private final Rig rig = new Rig(builder -> builder.rxCopybreak(BREAK));

  private List<String> look() {
    List<String> seen = new ArrayList<>();
    rig.stack()
        .packetTypes()
        .add(
            EtherType.IP,
            (skb, dev, nowNs) -> {
              seen.add(skb.truesize() + " " + skb.ipSummed());
              return DropReason.CONSUMED;
            });
    return seen;
  }

  @Test
  void framesUpToTheLimitAreInSmallBuffersAndLongerOnesAreNot() {
    rig.introducePeer();
    List<String> seen = look();
    int headers = 14 + 20 + 8;
    rig.exchange(Frames.echoRequest(1, 1, Frames.data(BREAK - headers)));
    rig.exchange(Frames.echoRequest(1, 2, Frames.data(BREAK - headers + 1)));
    assertEquals(List.of("768 COMPLETE", "2304 COMPLETE"), seen);
  }

  @Test
  void theAnswersAreTheSameAsWithout() {
    Rig plain = new Rig();
    for (Rig each : List.of(rig, plain)) {
      each.introducePeer();
    }
    for (int n = 0; n <= 300; n++) {
      byte[] request = Frames.echoRequest(1, n, Frames.data(n));
      assertArrayEquals(plain.exchange(request).getFirst(), rig.exchange(request).getFirst());
    }
    assertEquals(0, rig.verdicts(DropReason.NOMEM));
  }

  @Test
  void aWrongChecksumIsSeenAllTheSame() {
    rig.introducePeer();
    byte[] frame = Frames.echoRequest(1, 1, Frames.data(56));
    frame[60] ^= 1;
    assertEquals(List.of(), rig.exchange(frame));
    assertEquals(1, rig.verdicts(DropReason.ICMP_CSUM));
  }

  /** What comes is not believed to be right because a sum was taken before it was broken. */
  @Test
  void aFrameThatIsBrokenOnTheWayIsNotAnswered() {
    Rig broken = new Rig(builder -> builder.fault("corrupt=100%,dir=in,seed=3"));
    for (int i = 0; i < 200; i++) {
      broken.exchange(Frames.echoRequest(1, i, Frames.data(1400)));
    }
    assertTrue(broken.verdicts(DropReason.ICMP_CSUM) > 150);
    assertEquals(0, broken.device().stat(DeviceStat.TX_PACKETS) - arpRequests(broken));
  }

  private static long arpRequests(Rig rig) {
    return rig.stack().neighbours().stat(dev.skiff.neigh.NeighbourStat.SND_REQUESTS);
  }

  /** A sum belongs to the frame that it was taken of, whatever else was received in its buffer. */
  @ParameterizedTest
  @ValueSource(ints = {0, BREAK})
  void aSumIsNotBelievedOfAnotherFrame(int copybreak) {
    Rig delayed =
        new Rig(builder -> builder.rxCopybreak(copybreak).fault("delay=10ms,dir=in,seed=1"));
    byte[] good = Frames.echoRequest(1, 1, Frames.data(56));
    byte[] bad = Frames.echoRequest(1, 2, Frames.data(56));
    bad[60] ^= 1;
    delayed.exchange(Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_IP));
    delayed.after(20_000_000L);
    for (byte[][] pair : new byte[][][] {{good, bad}, {bad, good}, {good, good}}) {
      delayed.inject(pair[0]);
      delayed.inject(pair[1]);
      delayed.turn();
      int right = (pair[0] == good ? 1 : 0) + (pair[1] == good ? 1 : 0);
      assertEquals(right, delayed.after(20_000_000L).size());
    }
    assertEquals(2, delayed.verdicts(DropReason.ICMP_CSUM));
  }

  /** The longer the link header that is pulled, the further behind the reply ends. */
  @Test
  void whatCameInSnapOrWithATagIsAnsweredAndPaddedToo() {
    byte[] arp = Frames.arp(1, Rig.PEER_MAC, Rig.PEER_IP, 0, Rig.OUR_IP);
    byte[] request = Frames.ethernet(Frames.BROADCAST, Rig.PEER_MAC, 0x0806, arp);
    byte[] icmp = Frames.icmp(8, 0, 7, 1, new byte[1]);
    byte[] ip = Frames.ipv4(Rig.PEER_IP, Rig.OUR_IP, 1, 64, icmp);
    byte[] echo = Frames.ethernet(Rig.OUR_MAC, Rig.PEER_MAC, 0x0800, ip);
    for (byte[] frame : List.of(request, echo)) {
      byte[] snap = between(frame, 12, "%04x%s", frame.length - 12 + 6, "aaaa03000000");
      byte[] tag = between(frame, 12, "%04x%s", 0x8100, "0000");
      byte[] both = between(snap, 12, "%04x%s", 0x8100, "0000");
      for (byte[] sent : List.of(snap, tag, both)) {
        byte[] reply = rig.exchange(Frames.padded(sent)).getFirst();
        assertEquals(60, reply.length);
        rig.exchange(sent);
      }
    }
    assertEquals(0, rig.verdicts(DropReason.HANDLER_ERROR));
  }

  private static byte[] between(byte[] frame, int at, String form, int number, String hex) {
    byte[] middle = HexFormat.of().parseHex(String.format(form, number, hex));
    byte[] all = new byte[frame.length + middle.length];
    System.arraycopy(frame, 0, all, 0, at);
    System.arraycopy(middle, 0, all, at, middle.length);
    System.arraycopy(frame, at, all, at + middle.length, frame.length - at);
    return all;
  }

  @Test
  void withoutABufferToCopyIntoTheFrameGoesOnInItsOwn() {
    Rig small = new Rig(builder -> builder.rxCopybreak(BREAK).buffers(2));
    small.introducePeer();
    for (int i = 0; i < 10; i++) {
      assertEquals(1, small.exchange(Frames.echoRequest(1, i, Frames.data(56))).size());
    }
  }
}
