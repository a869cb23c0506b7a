package dev.skiff.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.skiff.Rig;
import dev.skiff.dev.ArpConf;
import dev.skiff.dev.DeviceConfig;
import dev.skiff.dev.NetDevice;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import dev.skiff.wire.PipeWire;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Routes come and go with the addresses of devices, and with the devices. */
class RoutesTest {
  private static final int OLD = Ip4Addr.parse("203.0.113.9");
  private static final int FAR = Ip4Addr.parse("198.18.0.1");

  private final Rig rig = new Rig();
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
}
