package dev.skiff.ip;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.ip.OutRig.Datagram;
import dev.skiff.skb.PacketType;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** X92, X94: errors at the edges of what may and must be said. */
class IcmpErrorEdgesTest {
  /** RFC 1122 3.2.2: the header and at least 8 bytes, though the link takes no more than 68. */
  @Test
  void theLongestHeaderIsQuotedWithEightBytesThoughTheErrorGoesInPieces() {
    OutRig out = new OutRig(builder -> builder.mtu(68));
    out.rig.introducePeer();
    byte[] udp = Frames.udp(Rig.PEER_IP, Rig.OUR_IP, 7, 7, new byte[0]);
    byte[] datagram = new byte[68];
    System.arraycopy(Frames.ipv4(Rig.PEER_IP, Rig.OUR_IP, 17, 64, udp), 0, datagram, 0, 20);
    Arrays.fill(datagram, 20, 60, (byte) 1);
    System.arraycopy(udp, 0, datagram, 60, 8);
    ByteBuffer.wrap(datagram).put(0, (byte) 0x4F).putShort(2, (short) 68);
    List<Datagram> pieces = Datagram.of(out.rig.exchange(OutRig.frame(OutRig.summed(datagram))));
    assertEquals(2, pieces.size());
    ByteArrayOutputStream icmp = new ByteArrayOutputStream();
    pieces.forEach(piece -> icmp.writeBytes(piece.payload()));
    byte[] error = icmp.toByteArray();
    assertEquals(3, error[0]);
    assertEquals(0, Frames.checksum(error, 0, error.length));
    assertArrayEquals(datagram, Arrays.copyOfRange(error, 8, error.length));
  }

  /** RFC 1122 3.2.2: nothing is said of what came in a link-layer broadcast, if only in part. */
  @Test
  void ofFragmentsOfWhichOneCameInABroadcastNothingIsSaidWhenTheirTimeIsOver() {
    FragRig rig = new FragRig();
    byte[] data = Frames.data(32);
    rig.held(Fragment.part(data, 0, 8), Fragment.part(data, 16, 24).by(PacketType.BROADCAST));
    assertTrue(rig.after(FragRig.TIME_NS) > 0);
    assertEquals(1, rig.stat(IpStat.IP_REASM_TIMEOUT));
    assertEquals(List.of(), rig.expired);
    rig.assertEmpty();
  }
}
