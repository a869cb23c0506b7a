package dev.skiff.dev;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.header.EtherType;
import dev.skiff.skb.DropReason;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

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

  @Test
  void withoutABufferToCopyIntoTheFrameGoesOnInItsOwn() {
    Rig small = new Rig(builder -> builder.rxCopybreak(BREAK).buffers(2));
    small.introducePeer();
    for (int i = 0; i < 10; i++) {
      assertEquals(1, small.exchange(Frames.echoRequest(1, i, Frames.data(56))).size());
    }
  }
}
