package dev.skiff.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.skiff.Rig;
import dev.skiff.dev.NetDevice;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import org.junit.jupiter.api.Test;

/** X50, X123: the source of what is sent is an address of ours, the nearest to the next hop. */
class SourceAddressTest {
  private final RouteRig net = new RouteRig();

  @Test
  void theAddressInTheNetworkOfTheNextHopIsTaken() {
    net.dev.inDev().add(Ip4Prefix.parse("203.0.113.2/24"));
    net.add("default via 203.0.113.1");
    net.add("198.18.0.0/24 via 198.51.100.1");
    net.add("198.19.0.0/24 dev skiff0");
    assertEquals("198.51.100.2", net.source("198.51.100.7"));
    assertEquals("203.0.113.2", net.source("203.0.113.7"));
    assertEquals("203.0.113.2", net.source("192.0.2.1"), "by its gateway's network");
    assertEquals("198.51.100.2", net.source("198.18.0.1"));
    assertEquals("198.51.100.2", net.source("198.19.0.1"), "in no network of ours: the primary");
  }

  @Test
  void whatTheRouteSaysIsTakenWhileItIsOursAndUsed() {
    net.dev.inDev().add(Ip4Prefix.parse("198.51.100.3/24"));
    NetDevice other = net.device("skiff1", "203.0.113.2/24");
    net.add("default via 198.51.100.1 src 198.51.100.3");
    net.add("198.18.0.0/24 via 198.51.100.1 src 203.0.113.2");
    assertEquals("198.51.100.3", net.source("192.0.2.1"));
    assertEquals("203.0.113.2", net.source("198.18.0.1"), "of another device");
    other.stop();
    assertEquals("198.51.100.2", net.source("198.18.0.1"));
    net.dev.inDev().delete(Ip4Addr.parse("198.51.100.3"));
    assertEquals("198.51.100.2", net.source("192.0.2.1"));
  }

  @Test
  void anAddressThatIsNotUsedYetIsNoSource() {
    RouteRig probing = new RouteRig(builder -> builder.acd("probe"));
    probing.add("default via 198.51.100.1 src 198.51.100.2");
    assertEquals("0.0.0.0", probing.source("192.0.2.1"));
    while (probing.dev.inDev().primary().address() != Rig.OUR_IP) {
      probing.rig.after(1_000_000_000L);
    }
    assertEquals("198.51.100.2", probing.source("192.0.2.1"));
  }

  @Test
  void aDeviceWithoutAddressesSpeaksAsAnother() {
    net.device("skiff1");
    net.add("198.18.0.0/24 dev skiff1");
    assertEquals("198.51.100.2", net.source("198.18.0.1"));
    net.dev.inDev().clear();
    assertEquals("0.0.0.0", net.source("198.18.0.1"));
  }

  @Test
  void aRouteWithoutADeviceHasNoSource() {
    net.add("blackhole default");
    assertEquals("0.0.0.0", net.source("192.0.2.1"));
  }

  /** X126: RFC 3927 2.6.1, a link-local source is only for want of another. */
  @Test
  void aLinkLocalSourceIsForLinkLocalDestinations() {
    net.dev.inDev().set(Ip4Prefix.parse("169.254.1.2/16"));
    net.dev.inDev().add(new Ip4Prefix(Rig.OUR_IP, Rig.PREFIX));
    net.add("198.19.0.0/24 dev skiff0");
    assertEquals("198.51.100.2", net.source("198.19.0.1"));
    assertEquals("169.254.1.2", net.source("169.254.7.7"));
    net.dev.inDev().delete(Rig.OUR_IP);
    assertEquals("169.254.1.2", net.source("198.19.0.1"));
  }
}
