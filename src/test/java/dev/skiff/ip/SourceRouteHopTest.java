package dev.skiff.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.header.Ip4Addr;
import dev.skiff.ip.OutRig.Datagram;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** X62, X124: the way back of a source route is never to all. */
class SourceRouteHopTest {
  @ParameterizedTest
  @ValueSource(strings = {"255.255.255.255", "198.51.100.255", "224.0.0.1", "239.1.2.3"})
  void anAnswerByASourceRouteIsNeverForMany(String hop) {
    OutRig out =
        new OutRig(builder -> builder.ipv4("accept_source_route=on").gateway("198.51.100.1"));
    out.rig.introducePeer();
    byte[] icmp = Frames.icmp(8, 0, 1, 1, Frames.data(8));
    byte[] plain = Frames.ipv4(Rig.PEER_IP, Rig.OUR_IP, 1, 64, icmp);
    byte[] datagram = new byte[plain.length + 8];
    System.arraycopy(plain, 0, datagram, 0, 20);
    ByteBuffer.wrap(datagram)
        .put(0, (byte) 0x47)
        .putShort(2, (short) datagram.length)
        .put(20, (byte) 131)
        .put(21, (byte) 7)
        .put(22, (byte) 8)
        .putInt(23, Ip4Addr.parse(hop));
    System.arraycopy(plain, 20, datagram, 28, icmp.length);
    List<Datagram> answers = Datagram.of(out.rig.exchange(OutRig.frame(OutRig.summed(datagram))));
    assertEquals(0, answers.stream().filter(a -> (a.dest() >>> 40 & 1) != 0).count(), hop);
  }
}
