package dev.skiff.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.skiff.dev.NetDevice;
import dev.skiff.header.Ip4Addr;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** X120: the table against a model that asks every route, in any order of changes. */
class RoutesModelTest {
  private static final int STEPS = 400;
  private static final int LOOKUPS = 40;
  private static final int MANY = 5000;
  private static final String[] HOPS = {
    "dev skiff0", "dev skiff1", "via 198.51.100.1", "via 203.0.113.1", "via 203.0.113.3"
  };
  private static final String[] REFUSALS = {"blackhole", "unreachable", "prohibit"};

  private final RouteRig net = new RouteRig();
  private final NetDevice second = net.device("skiff1", "203.0.113.2/24");

  /** In the order of entry. */
  private final List<Route> model = new ArrayList<>(net.routes.list());

  private @Nullable Route expected(int daddr) {
    Route best = null;
    for (Route route : model) {
      boolean matches = ((daddr ^ route.network()) & Ip4Addr.mask(route.prefix())) == 0;
      NetDevice by = route.dev();
      if (!matches || (by != null && !by.isUp())) {
        continue;
      }
      if (best == null
          || route.prefix() > best.prefix()
          || (route.prefix() == best.prefix() && route.metric() < best.metric())) {
        best = route;
      }
    }
    return best;
  }

  /** Few networks, so that prefixes lie in one another and collide. */
  private static int address(Random random) {
    return 0xC612_0000 | (random.nextInt(4) << 14) | (random.nextInt(4) << 6) | random.nextInt(4);
  }

  private String route(Random random) {
    int prefix = random.nextInt(8) == 0 ? random.nextInt(33) : 14 + random.nextInt(19);
    RoutePrefix dst = new RoutePrefix(address(random) & Ip4Addr.mask(prefix), prefix);
    int metric = random.nextInt(3);
    return random.nextInt(5) == 0
        ? REFUSALS[random.nextInt(REFUSALS.length)] + " " + dst + " metric " + metric
        : dst + " " + HOPS[random.nextInt(HOPS.length)] + " metric " + metric;
  }

  private void step(Random random) throws IOException {
    int what = random.nextInt(10);
    if (what < 5) {
      enter(route(random));
    } else if (what < 8 && model.size() > 2) {
      Route gone = model.get(random.nextInt(model.size()));
      if (gone.origin() != RouteOrigin.KERNEL) {
        RouteSpec spec = RouteSpec.parse(gone.toString());
        assertEquals(gone, net.routes.delete(spec), "what it prints names it");
        model.remove(gone);
      }
    } else if (second.isUp()) {
      second.stop();
    } else {
      second.open();
    }
  }

  private void enter(String words) {
    try {
      model.add(net.append(words));
    } catch (IllegalStateException e) {
      assertTrue(String.valueOf(e.getMessage()).contains("already"), e.toString());
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void aLookUpFindsWhatTheModelFinds(long seed) throws IOException {
    Random random = new Random(seed);
    for (int i = 0; i < STEPS; i++) {
      step(random);
      for (int j = 0; j < LOOKUPS; j++) {
        int daddr = j == 0 ? random.nextInt() & 0x7FFF_FFFF : address(random);
        int at = i;
        assertEquals(
            expected(daddr),
            net.routes.lookup(daddr),
            () -> "seed " + seed + ", step " + at + ": " + Ip4Addr.format(daddr) + net.list());
      }
    }
  }

  @Test
  void aLookUpAmongThousandsOfRoutesMakesNoGarbage() {
    Random random = new Random(9);
    while (model.size() < MANY) {
      int prefix = 8 + random.nextInt(25);
      int network = (0x0A00_0000 | random.nextInt(1 << 24)) & Ip4Addr.mask(prefix);
      enter(new RoutePrefix(network, prefix) + " via 198.51.100.1");
    }
    enter("default via 203.0.113.1");
    for (int i = 0; i < LOOKUPS; i++) {
      int daddr = 0x0A00_0000 | random.nextInt(1 << 24);
      assertEquals(expected(daddr), net.routes.lookup(daddr));
    }
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long least = Long.MAX_VALUE;
    for (int window = 0; window < 20 && least > 0; window++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 10_000; i++) {
        Route route = net.routes.lookup(0x0A00_0000 | i * 1_677);
        assertNotNull(route);
        if (route != null && net.routes.sourceFor(route, i) == 0) {
          throw new AssertionError(route.toString());
        }
      }
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertEquals(0, least);
  }
}
