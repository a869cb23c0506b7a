package dev.skiff.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.dev.DeviceConfig;
import dev.skiff.dev.NetDevice;
import dev.skiff.header.EtherType;
import dev.skiff.header.Ip4Prefix;
import dev.skiff.skb.SkBuff;
import dev.skiff.skb.SkBuffPool;
import dev.skiff.wire.PipeWire;
import dev.skiff.wire.Wire;
import java.io.IOException;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** RFC 1122 3.3.4.2, weak ES model: the way back may be by another device than the way in. */
class OtherWayBackTest {
  private static final long MAC = 0x0200_5E10_0099L;

  /** That device had its turn before: its wire is not to be left with nobody who would send. */
  @Test
  void aReplyByADeviceThatHadItsTurnIsSentBeforeTheLoopRests() throws IOException {
    try (Rig rig = new Rig();
        SkBuffPool pool = new SkBuffPool(1, SkBuffPool.slotSizeFor(2048), 1)) {
      rig.introducePeer();
      PipeWire wire = new PipeWire(2048, 4);
      NetDevice second =
          rig.skiff.register(
              DeviceConfig.of("skiff1", wire.a())
                  .withMac(MAC)
                  .withAddress(Ip4Prefix.parse("203.0.113.2/24")));
      second.open();
      byte[] icmp = Frames.icmp(8, 0, 1, 1, Frames.data(56));
      byte[] datagram = Frames.ipv4(Rig.PEER_IP, Rig.OUR_IP, 1, 64, icmp);
      byte[] frame = Frames.ethernet(MAC, Rig.PEER_MAC, EtherType.IP, datagram);
      SkBuff skb = Objects.requireNonNull(pool.devAlloc(frame.length, "test"));
      skb.copyFrom(frame, skb.put(frame.length), frame.length);
      assertEquals(Wire.Xmit.OK, wire.b().queue(skb, 0));
      wire.b().flush(0, SkBuff::free);
      assertEquals(1, rig.turn().size(), "the reply, by skiff0");
      rig.skiff.unregister(second);
      wire.b().close(SkBuff::free);
    }
  }
}
