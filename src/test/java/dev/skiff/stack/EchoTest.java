package dev.skiff.stack;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.skb.DropReason;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class EchoTest {
  /** A01, X01, X110. */
  @Test
  void pingIsAnsweredWithAllItsData() {
    Rig rig = new Rig();
    rig.introducePeer();
    for (int size = 0; size <= 1472; size++) {
      byte[] data = Frames.data(size);
      List<byte[]> out = rig.exchange(Frames.echoRequest(7, size, data));
      assertEquals(1, out.size());
      byte[] reply = out.getFirst();
      byte[] icmp = Frames.icmp(0, 0, 7, size, data);
      assertArrayEquals(icmp, Arrays.copyOfRange(reply, 34, 34 + icmp.length));
      assertEquals(0, Frames.checksum(reply, 14, 20));
      assertEquals(Rig.PEER_MAC, Frames.u48(reply, 0));
    }
    assertEquals(1474, rig.verdicts(DropReason.CONSUMED));
  }
}
