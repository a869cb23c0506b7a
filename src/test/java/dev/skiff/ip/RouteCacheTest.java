package dev.skiff.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.skiff.Rig;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import dev.skiff.skb.DropReason;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class RouteCacheTest {
  private static final int FAR = Ip4Addr.parse("203.0.113.9");

  private final Rig rig = new Rig();
  private final Routes routes = new Routes();
  private final RouteCache cache =
      new RouteCache(
          routes,
          new PmtuCache(552, 1, new java.util.SplittableRandom(1)),
          new PmtuCache(552, 1, new java.util.SplittableRandom(2)),
          new java.util.SplittableRandom(3));

  @Test
  void aChangeOfRoutesIsSeenAtOnce() {
    assertEquals(DropReason.IP_OUTNOROUTES, cache.lookup(FAR, 0).reason());
    routes.addDefault(rig.device(), Rig.PEER_IP);
    RouteCache.Rtable rt = cache.lookup(FAR, 0);
    assertEquals(Rig.PEER_IP, rt.nextHop());
    routes.addConnected(rig.device(), Ip4Prefix.parse("203.0.113.1/24"));
    assertEquals(FAR, cache.lookup(FAR, 0).nextHop());
  }

  /** More destinations than places: each gets its own route, whoever stood there before. */
  @Test
  void destinationsThatShareAPlaceAreNotMixedUp() {
    routes.addConnected(rig.device(), Ip4Prefix.parse("198.51.100.2/24"));
    routes.addDefault(rig.device(), Rig.PEER_IP);
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < 2000; i++) {
        int daddr = FAR + 7919 * i;
        Route direct = Objects.requireNonNull(routes.lookup(daddr));
        RouteCache.Rtable rt = cache.lookup(daddr, 0);
        assertSame(direct.dev(), rt.dev());
        assertEquals(direct.nextHop(daddr), rt.nextHop());
      }
    }
  }
}
