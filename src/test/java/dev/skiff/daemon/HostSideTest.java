package dev.skiff.daemon;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import dev.skiff.header.MacAddr;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostSideTest {
  private static final Ip4Prefix WANTED = Ip4Prefix.parse("198.51.100.1/24");

  private static HostSide.HostAddress address(String dev, String address) {
    return new HostSide.HostAddress(dev, Ip4Prefix.parse(address));
  }

  private static HostSide.HostRoute route(String dev, String network, int prefix) {
    return new HostSide.HostRoute(dev, Ip4Addr.parse(network), prefix);
  }

  @ParameterizedTest
  @CsvSource({
    "198.51.100.77/32",
    "198.51.100.129/25",
    "198.51.0.1/16",
    "198.51.100.1/24",
  })
  void anAddressThatOverlapsIsRefused(String address) {
    IOException refused =
        assertThrows(
            IOException.class,
            () ->
                HostSide.refuseOverlap("t", WANTED, List.of(address("eth0", address)), List.of()));
    assertTrue(refused.toString().contains("overlaps"), refused.toString());
  }

  @Test
  void aRouteThatOverlapsIsRefusedAndTheDefaultRouteIsNone() {
    assertThrows(
        IOException.class,
        () ->
            HostSide.refuseOverlap(
                "t", WANTED, List.of(), List.of(route("eth0", "198.51.100.128", 25))));
    assertThrows(
        IOException.class,
        () ->
            HostSide.refuseOverlap("t", WANTED, List.of(), List.of(route("eth0", "198.0.0.0", 8))));
    assertDoesNotThrow(
        () ->
            HostSide.refuseOverlap(
                "t",
                WANTED,
                List.of(address("eth0", "203.0.113.1/24"), address("lo", "127.0.0.1/8")),
                List.of(route("eth0", "0.0.0.0", 0), route("eth0", "203.0.113.0", 24))));
  }

  @Test
  void theSameAddressOnThisTapIsNoOverlapAndAnotherIsNotReplaced() {
    assertDoesNotThrow(
        () ->
            HostSide.refuseOverlap(
                "t",
                WANTED,
                List.of(address("t", "198.51.100.1/24")),
                List.of(route("t", "198.51.100.0", 24))));
    assertThrows(
        IOException.class,
        () ->
            HostSide.refuseOverlap(
                "t", WANTED, List.of(address("t", "203.0.113.1/24")), List.of()));
  }

  @Test
  void theKernelsRouteTableIsRead() {
    List<HostSide.HostRoute> routes =
        HostSide.parseRoutes(
            List.of(
                "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU",
                "eth0\t00000000\t0100A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0",
                "eth0\t006433C6\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0",
                "short line"));
    assertEquals(List.of(route("eth0", "0.0.0.0", 0), route("eth0", "198.51.100.0", 24)), routes);
    assertEquals(List.of(), HostSide.parseRoutes(List.of()));
  }

  @Test
  void theMacAddressIsStableLocalAndUnicast() {
    long mac = StableMac.of("0123456789abcdef", "host", "skiff0");
    assertEquals(mac, StableMac.of("0123456789abcdef", "host", "skiff0"));
    assertEquals(0x4687_CA32_C2E8L, mac); // As in every version so far: neighbours know it.
    assertNotEquals(mac, StableMac.of("0123456789abcdee", "host", "skiff0"));
    assertNotEquals(mac, StableMac.of("0123456789abcdef", "hosu", "skiff0"));
    assertNotEquals(mac, StableMac.of("0123456789abcdef", "host", "skiff1"));
    assertNotEquals(mac, StableMac.of("", "host", "skiff0"));
    for (String tap : new String[] {"a", "b", "c", "d", "e", "f", "g", "h"}) {
      long any = StableMac.of("", "", tap);
      assertTrue(MacAddr.isValid(any), MacAddr.format(any));
      assertEquals(2, any >>> 40 & 3, "locally administered, unicast");
    }
  }
}
