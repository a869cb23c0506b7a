package dev.skiff.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.skiff.Frames;
import dev.skiff.Rig;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A frame of any bytes and any length is counted, and never fatal; NoLeaks holds the books. */
class AnyFrameTest {
  private static final int FRAMES = 200_000;
  private static final int LONGEST = 1600;

  /** Chosen anew when this test is run by hand with -Dskiff.seed; the default replays. */
  private static final long SEED = Long.getLong("skiff.seed", 20_261_122L);

  @Test
  void everyLengthOfNoise() {
    Rig rig = new Rig();
    Random random = new Random(SEED);
    for (int length = 0; length <= LONGEST; length++) {
      byte[] frame = new byte[length];
      random.nextBytes(frame);
      rig.exchange(frame);
    }
    stillAnswers(rig);
  }

  @Test
  void mutatedFrames() {
    Rig rig = new Rig();
    Random random = new Random(SEED);
    byte[][] valid = {
      Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_IP),
      Frames.arpReply(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_MAC, Rig.OUR_IP),
      Frames.echoRequest(1, 2, Frames.data(56)),
      Frames.echoRequest(1, 2, Frames.data(1472)),
    };
    for (int i = 0; i < FRAMES; i++) {
      byte[] frame = mutate(valid[random.nextInt(valid.length)].clone(), random);
      rig.inject(frame);
      if (i % 32 == 0) {
        rig.after(random.nextInt(200_000_000));
      }
    }
    rig.turn();
    stillAnswers(rig);
  }

  private static byte[] mutate(byte[] frame, Random random) {
    int changes = random.nextInt(4);
    for (int i = 0; i < changes; i++) {
      // Most of what is checked stands in the first bytes.
      int at = random.nextInt(Math.min(frame.length, random.nextBoolean() ? 64 : frame.length));
      frame[at] = (byte) random.nextInt();
    }
    if (random.nextInt(8) == 0) {
      return java.util.Arrays.copyOf(frame, random.nextInt(LONGEST));
    }
    if (random.nextInt(4) == 0 && frame.length >= 34) {
      // With a right header checksum it gets further.
      frame[24] = 0;
      frame[25] = 0;
      int sum = Frames.checksum(frame, 14, 20);
      frame[24] = (byte) (sum >> 8);
      frame[25] = (byte) sum;
    }
    return frame;
  }

  private static void stillAnswers(Rig rig) {
    rig.introducePeer();
    assertEquals(1, rig.exchange(Frames.echoRequest(9, 9, Frames.data(56))).size(), "seed " + SEED);
  }
}
