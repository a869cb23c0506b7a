package dev.skiff.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.header.Ip4Addr;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** X121: a gateway that does not answer is passed over while there is another. RFC 1122 3.3.1.4. */
class DeadGatewaysTest {
  private static final String FAR = "203.0.113.9";
  private static final String BY_FIRST = "default via 198.51.100.1 dev skiff0";
  private static final String BY_SECOND = "default via 198.51.100.3 dev skiff0";
  private static final String BY_THIRD = "default via 198.51.100.4 dev skiff0 metric 5";
  private static final int FIRST = Ip4Addr.parse("198.51.100.1");
  private static final int SECOND = Ip4Addr.parse("198.51.100.3");
  private static final int THIRD = Ip4Addr.parse("198.51.100.4");
  private static final long FOR = DeadGateways.FIRST_NS;

  private final RouteRig net = new RouteRig();

  @BeforeEach
  void addRoutes() {
    net.add("default via 198.51.100.1");
    net.append("default via 198.51.100.3");
    net.add("default via 198.51.100.4 metric 5");
  }

  private void fails(int gateway) {
    net.routes.gatewayFailed(gateway, net.dev, net.rig.clock.nowNs());
  }

  @Test
  void theNextOneIsTakenOfTheSameMetricAndThenOfAGreaterOne() {
    assertEquals(BY_FIRST, net.lookup(FAR));
    fails(FIRST);
    assertEquals(BY_SECOND, net.lookup(FAR));
    fails(SECOND);
    assertEquals(BY_THIRD, net.lookup(FAR));
    fails(THIRD);
    assertEquals(BY_FIRST, net.lookup(FAR), "none is left: the best of the dead");
    net.routes.gatewayWorks(SECOND, net.dev);
    assertEquals(BY_SECOND, net.lookup(FAR));
  }

  @Test
  void afterAWhileItIsTriedAgainAndLongerEachTimeItFails() {
    for (long hold = FOR; hold <= 4 * DeadGateways.MOST_NS; hold *= 2) {
      fails(FIRST);
      long held = Math.min(hold, DeadGateways.MOST_NS);
      net.rig.after(held - 1);
      assertEquals(BY_SECOND, net.lookup(FAR), held + " ns");
      int genid = net.routes.genid();
      net.rig.after(1);
      assertEquals(BY_FIRST, net.lookup(FAR), held + " ns");
      assertTrue(genid != net.routes.genid(), "what was looked up before is old");
    }
    net.rig.after(DeadGateways.MOST_NS + 1);
    fails(FIRST);
    net.rig.after(FOR);
    assertEquals(BY_FIRST, net.lookup(FAR), "what was long ago does not count");
  }

  @Test
  void aFailureThatIsKnownChangesNothing() {
    fails(FIRST);
    int genid = net.routes.genid();
    net.rig.after(FOR / 2);
    fails(FIRST);
    fails(Ip4Addr.parse("198.51.100.77"));
    net.routes.gatewayWorks(SECOND, net.dev);
    assertEquals(genid, net.routes.genid());
    net.rig.after(FOR / 2);
    assertEquals(BY_FIRST, net.lookup(FAR), "a minute after the first failure");
  }

  @Test
  void anotherPrefixIsNoOtherChoiceAndNeitherIsARefusal() {
    net.add("203.0.113.0/24 via 198.51.100.1");
    net.add("blackhole 203.0.113.0/24 metric 9");
    fails(FIRST);
    assertEquals("203.0.113.0/24 via 198.51.100.1 dev skiff0", net.lookup(FAR));
  }

  @Test
  void aDeviceThatComesUpAgainHasNoDeadGateways() throws Exception {
    fails(FIRST);
    net.dev.stop();
    assertEquals("none", net.lookup(FAR));
    net.dev.open();
    assertEquals(BY_FIRST, net.lookup(FAR));
  }

  @Test
  void whatNoRouteLeadsToIsForgotten() {
    fails(FIRST);
    Route before = net.routes.list().getFirst();
    assertTrue(net.routes.isPassedOver(before));
    net.delete("default via 198.51.100.1");
    assertFalse(net.routes.isPassedOver(before));
    net.append("default via 198.51.100.1");
    assertFalse(net.routes.isPassedOver(before));
  }

  // ---- By ARP -----------------------------------------------------------------------------------

  /** The gateway that is asked for when a host beyond them is answered; empty if none is. */
  private String asked() {
    List<byte[]> out =
        net.rig.exchange(
            Frames.ethernet(
                Rig.OUR_MAC,
                Rig.PEER_MAC,
                0x0800,
                Frames.ipv4(
                    Ip4Addr.parse(FAR), Rig.OUR_IP, 1, 64, Frames.icmp(8, 0, 1, 1, new byte[32]))));
    byte[] last = out.isEmpty() ? new byte[64] : out.getLast();
    return Frames.u16(last, 12) == 0x0806 ? Ip4Addr.format(Frames.u32(last, 38)) : "";
  }

  private void waitInVain() {
    for (int i = 0; i < 3; i++) {
      net.rig.after(1_000_000_000L);
    }
  }

  @Test
  void aGatewayThatDoesNotAnswerArpIsPassedOverUntilItSpeaks() {
    assertEquals("198.51.100.1", asked());
    waitInVain();
    assertEquals("198.51.100.3", asked());
    waitInVain();
    assertEquals("198.51.100.4", asked());
    // X121: nobody is pinged, so that a gateway is found alive by what it says itself.
    net.rig.exchange(Frames.arpRequest(Rig.PEER_MAC, SECOND, Rig.OUR_IP));
    assertEquals(BY_SECOND, net.lookup(FAR));
    assertEquals("", asked(), "its MAC address is known");
    assertEquals(4, net.rig.stack().ipv4().stat(IpStat.ICMP_OUT_ECHO_REPS));
  }

  @Test
  void aGatewayThatDiesWhileItIsUsedIsPassedOver() {
    net.rig.exchange(Frames.arpRequest(Rig.PEER_MAC, FIRST, Rig.OUR_IP));
    assertEquals("", asked(), "it is stale, and sent to");
    net.rig.after(5_000_000_000L);
    waitInVain();
    assertEquals(BY_SECOND, net.lookup(FAR), "nothing waited for it");
    assertEquals("198.51.100.3", asked());
  }

  @Test
  void theSameAddressBehindAnotherDeviceIsAnotherGateway() {
    var other = net.device("skiff1", "198.51.100.5/24");
    net.routes.gatewayFailed(FIRST, other, 0);
    assertEquals(BY_FIRST, net.lookup(FAR));
  }
}
