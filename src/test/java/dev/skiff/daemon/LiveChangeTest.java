package dev.skiff.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.dev.ArpConf;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import dev.skiff.header.IpProto;
import dev.skiff.ip.IpParms;
import dev.skiff.ip.RouteSpec;
import dev.skiff.loop.IdleStrategy;
import dev.skiff.neigh.NeighbourParms;
import dev.skiff.stack.PoolConfig;
import dev.skiff.wire.FaultSpec;
import dev.skiff.wire.IoMode;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** From one configuration to the next, with packets in between. */
class LiveChangeTest {
  private static final String IP = "198.51.100.2/24";
  private static final int PROTOCOL = 23;
  private static final int TYPE = 34;

  private final Rig rig = new Rig();
  private final RunConfig before = config(device(IP), "", "", FaultSpec.OFF);

  private static String device(String ips) {
    return "tap=skiff0,ip=" + ips;
  }

  private static RunConfig config(
      String device, String neigh, String ipv4, FaultSpec fault, String... routes) {
    return new RunConfig(
        List.of(DeviceSpec.parse(device)),
        null,
        null,
        IoMode.AUTO,
        fault,
        0,
        PoolConfig.USUAL_BYTES,
        ArpConf.USUAL,
        NeighbourParms.USUAL.with(neigh),
        IpParms.USUAL.with(ipv4),
        List.of(routes).stream().map(RouteSpec::parse).toList(),
        IdleStrategy.BLOCK,
        List.of(),
        Service.USUAL);
  }

  private static RunConfig with(String device, String... routes) {
    return config(device, "", "", FaultSpec.OFF, routes);
  }

  private List<String> change(RunConfig from, RunConfig to) {
    return new LiveChange(rig.stack(), from, to).apply(rig.clock.nowNs());
  }

  private List<String> addresses() {
    return rig.device().inDev().addresses().stream().map(ifa -> ifa.local().toString()).toList();
  }

  private List<String> routes() {
    return rig.stack().routes().list().stream()
        .map(Object::toString)
        .filter(route -> !route.contains("proto kernel"))
        .toList();
  }

  private static int echoReplies(List<byte[]> frames) {
    return (int) frames.stream().filter(f -> f[PROTOCOL] == IpProto.ICMP && f[TYPE] == 0).count();
  }

  private int answers() {
    return echoReplies(rig.exchange(Frames.echoRequest(1, 1, new byte[8])));
  }

  @Test
  void noPingIsLostWhileEverythingChangesAgainAndAgain() {
    rig.introducePeer();
    RunConfig other =
        config(
            device("198.51.100.9/24+" + IP) + ",gateway=198.51.100.1,mtu=1400",
            "gc_thresh1=64,gc_thresh3=800,base_reachable_time=10s",
            "ip_default_ttl=33,old_broadcasts=off,ipfrag_time=60s",
            FaultSpec.parse("delay=0s,seed=3"),
            "203.0.113.0/24 via 198.51.100.1");
    RunConfig now = before;
    for (int i = 0; i < 200; i++) {
      rig.inject(Frames.echoRequest(1, i, new byte[8]));
      RunConfig next =
          now.equals(before)
              ? other
              : before.withDevices(List.of(DeviceSpec.parse(device(IP) + ",mtu=1500")));
      assertEquals(List.of(), change(now, next));
      now = next;
      assertEquals(1, echoReplies(rig.turn()), "ping " + i);
    }
  }

  @Test
  void addressesStandInTheOrderOfTheFileAndThoseByHandStay() {
    rig.device().inDev().add(Ip4Prefix.parse("203.0.113.5/24"));
    var _ = change(before, with(device("198.51.100.9/24+" + IP)));
    assertEquals(List.of("198.51.100.9/24", IP, "203.0.113.5/24"), addresses());
    var _ = change(with(device("198.51.100.9/24+" + IP)), before);
    assertEquals(List.of(IP, "203.0.113.5/24"), addresses());
  }

  @Test
  void anAddressThatWasTakenAwayByHandStaysAway() {
    RunConfig two = with(device(IP + "+198.51.100.9/24"));
    var _ = change(before, two);
    rig.device().inDev().delete(Ip4Addr.parse("198.51.100.9"));
    var _ = change(two, with(device(IP + "+198.51.100.9/24+198.51.100.10/24")));
    assertEquals(List.of(IP, "198.51.100.10/24"), addresses());
  }

  @Test
  void routesByHandStayAndThoseOfTheFileComeAndGo() {
    rig.stack().routes().add(RouteSpec.parse("192.0.2.0/24 via 198.51.100.1"));
    RunConfig routed =
        with(device(IP), "203.0.113.0/24 via 198.51.100.1", "blackhole 198.18.0.0/15");
    var _ = change(before, routed);
    assertEquals(
        List.of(
            "192.0.2.0/24 via 198.51.100.1 dev skiff0",
            "blackhole 198.18.0.0/15",
            "203.0.113.0/24 via 198.51.100.1 dev skiff0"),
        routes());
    var _ = change(routed, before);
    assertEquals(List.of("192.0.2.0/24 via 198.51.100.1 dev skiff0"), routes());
  }

  @Test
  void routesOfOnePrefixStandInTheOrderOfTheFile() {
    RunConfig one = with(device(IP), "default via 198.51.100.1", "default via 198.51.100.7");
    RunConfig other = with(device(IP), "default via 198.51.100.7", "default via 198.51.100.1");
    var _ = change(before, one);
    var _ = change(one, other);
    assertEquals(
        List.of("default via 198.51.100.7 dev skiff0", "default via 198.51.100.1 dev skiff0"),
        routes());
  }

  @Test
  void anotherGatewayTakesThePlaceOfTheFirst() {
    var _ = change(before, with(device(IP) + ",gateway=198.51.100.1"));
    var _ =
        change(
            with(device(IP) + ",gateway=198.51.100.1"), with(device(IP) + ",gateway=198.51.100.7"));
    assertEquals(List.of("default via 198.51.100.7 dev skiff0"), routes());
  }

  @Test
  void ifAPartCannotBeDoneAllIsAsItWas() {
    rig.introducePeer();
    RunConfig bad =
        config(
            device("198.51.100.9/24") + ",mtu=1400",
            "gc_stale_time=90s",
            "icmp_echo_ignore_all=on",
            FaultSpec.parse("loss=100%"),
            "203.0.113.0/24 via 198.51.100.1",
            "192.0.2.0/24 via 203.0.114.1");
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> change(before, bad));
    assertTrue(String.valueOf(e.getMessage()).contains("route '192.0.2.0/24"), e.getMessage());
    assertEquals(List.of(IP), addresses());
    assertEquals(List.of(), routes());
    assertEquals(1500, rig.device().mtu());
    assertEquals(NeighbourParms.USUAL.gcStaleNs(), rig.stack().neighbours().parms().gcStaleNs());
    assertEquals(1, answers());
  }

  @Test
  void groupsAndSwitchesOfArpAreUndoneToo() {
    int one = Ip4Addr.parse("239.1.2.3");
    int other = Ip4Addr.parse("239.1.2.4");
    RunConfig joined = withGroups(before, ArpConf.USUAL, one);
    var _ = change(before, joined);
    RunConfig bad = withGroups(with(device(IP), "192.0.2.0/24 via 203.0.114.1"), IGNORE, other);
    assertThrows(IllegalArgumentException.class, () -> change(joined, bad));
    assertTrue(rig.device().inDev().isMember(one));
    assertFalse(rig.device().inDev().isMember(other));
    assertEquals(ArpConf.USUAL, rig.device().inDev().arpConf());
  }

  private static final ArpConf IGNORE = ArpConf.USUAL.with("ignore=8");

  private static RunConfig withGroups(RunConfig config, ArpConf arp, int group) {
    return new RunConfig(
        config.devices(),
        null,
        null,
        IoMode.AUTO,
        FaultSpec.OFF,
        0,
        PoolConfig.USUAL_BYTES,
        arp,
        NeighbourParms.USUAL,
        IpParms.USUAL,
        config.routes(),
        IdleStrategy.BLOCK,
        List.of(group),
        Service.USUAL);
  }

  @Test
  void aSwitchHoldsForTheNextPacket() {
    rig.introducePeer();
    assertEquals(1, answers());
    RunConfig silent = config(device(IP), "", "icmp_echo_ignore_all=on", FaultSpec.OFF);
    var _ = change(before, silent);
    assertEquals(0, answers());
    var _ = change(silent, before);
    assertEquals(1, answers());
  }

  @Test
  void aFaultThatWasSetByHandStaysIfTheFileSaysTheSameAsBefore() {
    FaultSpec byHand = FaultSpec.parse("dup=1%,seed=1");
    rig.device().setFault(byHand, rig.clock.nowNs());
    var _ = change(before, with(device("198.51.100.9/24")));
    assertEquals(byHand, Objects.requireNonNull(rig.device().fault()).spec());
  }

  @Test
  void moreNeighboursThanThereIsRoomForAreANote() {
    RunConfig more = config(device("198.51.100.9/24"), "gc_thresh3=4096", "", FaultSpec.OFF);
    LiveChange change = new LiveChange(rig.stack(), before, more);
    assertEquals(
        List.of("reload: neigh changes at the next start: there is room for gc_thresh3=1024 now"),
        change.apply(rig.clock.nowNs()));
    assertEquals(List.of("198.51.100.9/24"), addresses());
    assertEquals(NeighbourParms.USUAL, change.reached().neighbours());
    assertEquals(1024, rig.stack().neighbours().parms().gcThresh3());
  }

  @Test
  void anMtuThatCannotBeSetNowIsANote() {
    rig.introducePeer();
    rig.device().setFault(FaultSpec.parse("delay=1s,seed=1"), rig.clock.nowNs());
    assertEquals(0, answers()); // It waits on the wire.
    LiveChange change =
        new LiveChange(rig.stack(), before, with(device("198.51.100.9/24") + ",mtu=9000"));
    List<String> notes = change.apply(rig.clock.nowNs());
    assertEquals(1, notes.size());
    assertTrue(notes.getFirst().startsWith("reload: skiff0: mtu stays 1500: skiff0: shorter"));
    assertEquals(1500, rig.device().mtu());
    assertEquals(List.of("198.51.100.9/24"), addresses());
  }
}
