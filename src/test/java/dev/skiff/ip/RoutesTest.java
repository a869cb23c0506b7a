package dev.skiff.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.dev.ArpConf;
import dev.skiff.dev.DeviceConfig;
import dev.skiff.dev.NetDevice;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import dev.skiff.skb.DropReason;
import dev.skiff.wire.PipeWire;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * X120, X122, X123: routes come and go with the addresses of devices, with the devices, and by
 * hand.
 */
class RoutesTest {
  private static final String CONNECTED =
      "198.51.100.0/24 dev skiff0 proto kernel scope link src 198.51.100.2";
  private static final int OLD = Ip4Addr.parse("203.0.113.9");
  private static final int FAR = Ip4Addr.parse("198.18.0.1");

  private final RouteRig net = new RouteRig();
  private final Rig rig = net.rig;
  private final Routes routes = new Routes();

  private NetDevice register() throws IOException {
    rig.skiff.netDevices().addNotifier(routes);
    DeviceConfig config =
        new DeviceConfig(
            "eth%d",
            new PipeWire(2048, 16).a(),
            0,
            List.of(Ip4Prefix.parse("203.0.113.2/24")),
            Ip4Addr.parse("203.0.113.1"),
            1500,
            null,
            ArpConf.USUAL);
    NetDevice dev = rig.skiff.register(config);
    dev.open();
    return dev;
  }

  // ---- With devices and addresses ---------------------------------------------------------------

  @Test
  void anotherAddressTakesTheOldNetworkAwayAndLeavesTheDefault() throws IOException {
    NetDevice dev = register();
    assertEquals(OLD, assertNotNullRoute(OLD).nextHop(OLD));
    assertEquals(Ip4Addr.parse("203.0.113.1"), assertNotNullRoute(FAR).nextHop(FAR));
    dev.inDev().set(Ip4Prefix.parse("198.18.5.2/24"));
    assertEquals(
        Ip4Addr.parse("203.0.113.1"), assertNotNullRoute(OLD).nextHop(OLD), "by the default now");
    int near = Ip4Addr.parse("198.18.5.9");
    assertEquals(near, assertNotNullRoute(near).nextHop(near));
    dev.inDev().clear();
    assertEquals(Ip4Addr.parse("203.0.113.1"), assertNotNullRoute(near).nextHop(near));
  }

  @Test
  void whatLeadsByADeviceThatIsGoneIsGone() throws IOException {
    NetDevice dev = register();
    int before = routes.size();
    dev.stop();
    assertNull(routes.lookup(FAR), "not used while it is down");
    assertEquals(before, routes.size());
    dev.open();
    assertNotNull(routes.lookup(FAR));
    rig.skiff.unregister(dev);
    assertEquals(before - 2, routes.size());
  }

  private Route assertNotNullRoute(int daddr) {
    Route route = routes.lookup(daddr);
    assertNotNull(route);
    return java.util.Objects.requireNonNull(route);
  }

  /** X123. */
  @Test
  void severalAddressesInOneNetworkShareItsRouteWithTheFirstAsItsSource() {
    net.dev.inDev().add(Ip4Prefix.parse("198.51.100.3/24"));
    net.dev.inDev().add(Ip4Prefix.parse("198.51.100.4/25"));
    String longer = "198.51.100.0/25 dev skiff0 proto kernel scope link src 198.51.100.4";
    assertEquals(List.of(longer, CONNECTED), net.list());
    net.dev.inDev().delete(Rig.OUR_IP);
    assertEquals(List.of(longer, CONNECTED.replace(".2", ".3")), net.list());
    net.dev.inDev().delete(Ip4Addr.parse("198.51.100.3"));
    net.dev.inDev().clear();
    assertEquals(List.of(), net.list());
  }

  /** X122: RFC 3021, a network of two hosts; and a host that is a network of its own. */
  @Test
  void aNetworkOfTwoHasARouteAndAHostAloneHasNone() {
    net.dev.inDev().set(Ip4Prefix.parse("198.51.100.2/31"));
    assertEquals(
        List.of("198.51.100.2/31 dev skiff0 proto kernel scope link src 198.51.100.2"), net.list());
    assertEquals("default via 198.51.100.3 dev skiff0", net.add("default via 198.51.100.3") + "");
    net.delete("default");
    net.dev.inDev().set(Ip4Prefix.parse("198.51.100.2/32"));
    assertEquals(List.of(), net.list());
    assertEquals("none", net.lookup("198.51.100.3"));
    net.add("198.51.100.1 dev skiff0");
    net.add("default via 198.51.100.1");
    assertEquals("198.51.100.1 dev skiff0 scope link", net.lookup("198.51.100.1"));
    assertEquals("198.51.100.2", net.source("203.0.113.9"));
  }

  @Test
  void anAddressThatIsNotUsedHasNoRouteYet() {
    RouteRig probing = new RouteRig(builder -> builder.acd("probe"));
    assertEquals(List.of(), probing.list());
    probing.add("default via 198.51.100.1");
    while (probing.dev.inDev().primary().address() != Rig.OUR_IP) {
      probing.rig.after(1_000_000_000L);
    }
    assertEquals(List.of("default via 198.51.100.1 dev skiff0", CONNECTED), probing.list());
  }

  // ---- By hand ----------------------------------------------------------------------------------

  /** X120. */
  @Test
  void theLongestPrefixIsTakenThenTheLeastMetricThenTheFirst() {
    NetDevice other = net.device("skiff1", "203.0.113.2/24");
    net.add("default via 198.51.100.1 metric 20");
    net.add("default via 203.0.113.1 metric 10");
    net.append("default via 203.0.113.7 metric 10");
    net.add("198.18.0.0/15 via 198.51.100.1 metric 900");
    net.add("blackhole 198.18.7.0/24");
    assertEquals("default via 203.0.113.1 dev skiff1 metric 10", net.lookup("192.0.2.1"));
    assertEquals("198.18.0.0/15 via 198.51.100.1 dev skiff0 metric 900", net.lookup("198.19.9.9"));
    assertEquals("blackhole 198.18.7.0/24", net.lookup("198.18.7.7"));
    net.delete("default via 203.0.113.1");
    assertEquals("default via 203.0.113.7 dev skiff1 metric 10", net.lookup("192.0.2.1"));
    other.stop();
    assertEquals("default via 198.51.100.1 dev skiff0 metric 20", net.lookup("192.0.2.1"));
    net.dev.stop();
    assertEquals("none", net.lookup("192.0.2.1"));
    assertEquals("blackhole 198.18.7.0/24", net.lookup("198.18.7.7"), "it has no device");
  }

  /** X120: what is sent by a certain device goes to that device's gateway. */
  @Test
  void ofTheRoutesByOneDeviceTheLongestIsTaken() {
    NetDevice other = net.device("skiff1", "203.0.113.2/24");
    net.add("default via 198.51.100.1");
    net.append("default via 203.0.113.1");
    net.add("192.0.2.0/24 via 198.51.100.3");
    int far = Ip4Addr.parse("192.0.2.9");
    assertEquals(net.list().get(2), String.valueOf(net.routes.lookup(far, net.dev)));
    assertEquals(
        "default via 203.0.113.1 dev skiff1", String.valueOf(net.routes.lookup(far, other)));
    assertNull(net.routes.lookup(Ip4Addr.parse("169.254.1.1"), other), "on its link: X126");
    net.delete("default via 203.0.113.1");
    assertNull(net.routes.lookup(far, other));
  }

  @Test
  void aRouteIsReplacedChangedAndFlushed() {
    net.add("default via 198.51.100.1");
    net.routes.replace(RouteSpec.parse("default via 198.51.100.3 src 198.51.100.2"));
    net.routes.replace(RouteSpec.parse("default via 198.51.100.4 metric 5 proto static"));
    net.routes.change(RouteSpec.parse("unreachable default metric 5"));
    assertEquals(
        List.of(
            "default via 198.51.100.3 dev skiff0 src 198.51.100.2",
            "unreachable default metric 5",
            CONNECTED),
        net.list());
    assertEquals(1, net.routes.flush(RouteSpec.of(List.of("unreachable"))));
    assertEquals(1, net.routes.flush(RouteSpec.ANY));
    assertEquals(List.of(CONNECTED), net.list(), "what comes from an address stays");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "default via 198.51.100.9 | Nexthop has invalid gateway: 198.51.100.9 is not on the link",
        "default via 203.0.113.2 | 203.0.113.2 is an address of our own",
        "default via 203.0.113.255 | 203.0.113.255 is no host in 203.0.113.2/24",
        "default via 203.0.113.0 | 203.0.113.0 is no host in 203.0.113.2/24",
        "default via 203.0.113.1 dev skiff0 | 203.0.113.1 is not on the link of skiff0",
        "default via 192.0.2.1 | 192.0.2.1 is not on the link of any device",
        "default dev skiff9 | no device is called 'skiff9': there are skiff0, skiff1",
        "default | say via a gateway or dev NAME: there are skiff0, skiff1",
        "default dev skiff0 src 192.0.2.9 | src 192.0.2.9 is no address of ours: see addr show",
      })
  void whatCannotBeIsRefusedInOneLine(String words, String part) {
    net.dev.inDev().clear();
    net.device("skiff1", "203.0.113.2/24");
    net.add("192.0.2.0/24 via 203.0.113.1"); // Behind a gateway: not on the link.
    net.add("198.18.0.0/15 dev skiff1");
    int genid = net.routes.genid();
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> net.add(words));
    String message = String.valueOf(e.getMessage());
    assertEquals(part, message.contains(part) ? part : message);
    assertEquals(genid, net.routes.genid());
    assertEquals(3, net.list().size());
  }

  @Test
  void whatIsThereOrIsNotThereIsSaid() {
    net.add("default via 198.51.100.1");
    assertRefused("already: say replace", () -> net.add("default via 198.51.100.3"));
    assertRefused("already: say replace", () -> net.add("198.51.100.0/24 dev skiff0"));
    assertRefused("already", () -> net.append("default via 198.51.100.1"));
    assertRefused(
        "there is no route to default with metric 7: say add",
        () -> net.routes.change(RouteSpec.parse("blackhole default metric 7")));
    assertRefused("there is no route 'default metric 7'", () -> net.delete("default metric 7"));
    assertRefused("goes with it: say addr del", () -> net.delete("198.51.100.0/24"));
    assertRefused(
        "goes with it: say addr del",
        () -> net.routes.replace(RouteSpec.parse("blackhole 198.51.100.0/24")));
    assertEquals(List.of("default via 198.51.100.1 dev skiff0", CONNECTED), net.list());
  }

  private static void assertRefused(String part, org.junit.jupiter.api.function.Executable what) {
    IllegalStateException e = assertThrows(IllegalStateException.class, what);
    String message = String.valueOf(e.getMessage());
    assertEquals(part, message.contains(part) ? part : message);
  }

  @Test
  void eachChangeHasANumberOfItsOwn() throws IOException {
    int before = net.routes.genid();
    Runnable[] changes = {
      () -> net.add("default via 198.51.100.1"),
      () -> net.routes.replace(RouteSpec.parse("default via 198.51.100.3")),
      () -> net.routes.gatewayFailed(Ip4Addr.parse("198.51.100.3"), net.dev, 0),
      () -> net.routes.gatewayWorks(Ip4Addr.parse("198.51.100.3"), net.dev),
      () -> net.delete("default"),
      () -> net.dev.inDev().add(Ip4Prefix.parse("203.0.113.2/24")),
      net.dev::stop,
    };
    for (Runnable change : changes) {
      change.run();
      assertNotEquals(before, net.routes.genid());
      before = net.routes.genid();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"blackhole", "unreachable", "prohibit"})
  void whatARouteRefusesIsDroppedByName(String type) {
    net.add("default via 198.51.100.1");
    net.add(type + " 203.0.113.0/24");
    List<byte[]> out =
        rig.exchange(
            Frames.ethernet(
                Rig.OUR_MAC,
                Rig.PEER_MAC,
                0x0800,
                Frames.ipv4(OLD, Rig.OUR_IP, 1, 64, Frames.icmp(8, 0, 1, 1, new byte[32]))));
    assertEquals(0, out.size());
    assertEquals(1, rig.verdicts(DropReason.IP_ROUTE_REFUSED));
  }

  // ---- Link-local -------------------------------------------------------------------------------

  /** X126: RFC 3927 2.6.2, what is for a link-local address MUST NOT go to a gateway. */
  @Test
  void aLinkLocalDestinationIsOnTheLinkWhateverTheRoutesSay() {
    assertEquals(
        "169.254.0.0/16 dev skiff0 proto kernel scope link", net.lookup("169.254.7.7"), "no route");
    NetDevice other = net.device("skiff1", "203.0.113.2/24");
    net.add("default via 203.0.113.1");
    net.append("blackhole default metric 9");
    net.add("169.254.7.0/24 via 198.51.100.1");
    assertEquals("169.254.0.0/16 dev skiff1 proto kernel scope link", net.lookup("169.254.9.9"));
    assertEquals("169.254.0.0/16 dev skiff0 proto kernel scope link", net.lookup("169.254.7.7"));
    assertEquals("198.51.100.2", net.source("169.254.7.7"));
    net.add("169.254.0.0/16 dev skiff1");
    assertEquals("169.254.0.0/16 dev skiff1 scope link", net.lookup("169.254.7.7"));
    net.add("prohibit 169.254.9.0/24");
    assertEquals("prohibit 169.254.9.0/24", net.lookup("169.254.9.9"));
    net.delete("blackhole default");
    other.stop();
    net.dev.stop();
    assertEquals("none", net.lookup("169.254.7.7"));
  }

  /** X126: RFC 3927 2.1, the first and the last 256 are reserved. */
  @ParameterizedTest
  @ValueSource(strings = {"169.254.0.1/16", "169.254.0.255/16", "169.254.255.1/16"})
  void aReservedLinkLocalAddressIsRefused(String address) {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> net.dev.inDev().add(Ip4Prefix.parse(address)));
    assertEquals(
        Ip4Prefix.parse(address).toString().replace("/16", "")
            + " is reserved (RFC 3927): use one from 169.254.1.0 to 169.254.254.255",
        e.getMessage());
    net.dev.inDev().add(Ip4Prefix.parse("169.254.1.0/16"));
    net.dev.inDev().add(Ip4Prefix.parse("169.254.254.255/16"));
  }
}
