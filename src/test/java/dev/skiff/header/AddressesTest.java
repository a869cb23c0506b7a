package dev.skiff.header;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressesTest {
  @Test
  void macAddressesAreReadAndWritten() {
    assertEquals(0x0200_5E10_00FFL, MacAddr.parse("02:00:5e:10:00:ff"));
    assertEquals(0x0200_5E10_00FFL, MacAddr.parse("02-00-5E-10-00-FF"));
    assertEquals("02:00:5e:10:00:ff", MacAddr.format(0x0200_5E10_00FFL));
    assertEquals("00:00:00:00:00:00", MacAddr.format(0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "02",
        "02:00:5e:10:00",
        "02:00:5e:10:00:ff:01",
        "02:00:5e:10:00:fg",
        "02:00-5e:10:00:ff",
        "02005e1000ff",
        "2:0:5e:10:0:ff",
        "0x:00:5e:10:00:ff",
        "٠2:00:5e:10:00:ff"
      })
  void malformedMacAddressesAreRefusedInOneLine(String text) {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> MacAddr.parse(text));
    assertTrue(refused.toString().contains("is not a MAC address: write"), refused.toString());
    assertEquals(1, refused.toString().lines().count());
  }

  @Test
  void macAddressesTellGroupsFromStations() {
    assertTrue(MacAddr.isBroadcast(0xFFFF_FFFF_FFFFL));
    assertTrue(MacAddr.isMulticast(0xFFFF_FFFF_FFFFL));
    assertTrue(MacAddr.isMulticast(0x0100_5E00_0001L));
    assertFalse(MacAddr.isMulticast(0x0200_5E00_0001L));
    assertTrue(MacAddr.isValid(0x0200_5E00_0001L));
    assertFalse(MacAddr.isValid(0));
    assertFalse(MacAddr.isValid(0x0100_5E00_0001L));
    long made = MacAddr.locallyAdministered(-1L);
    assertTrue(MacAddr.isValid(made));
    assertEquals(0xFEFF_FFFF_FFFFL, made);
    // RFC 1112 6.4: the low 23 bits alone.
    assertEquals(0x0100_5E7F_0102L, MacAddr.ofIp4Multicast(0xE0FF_0102));
  }

  @Test
  void ip4AddressesAreReadAndWritten() {
    assertEquals(0xC633_6402, Ip4Addr.parse("198.51.100.2"));
    assertEquals(0, Ip4Addr.parse("0.0.0.0"));
    assertEquals(-1, Ip4Addr.parse("255.255.255.255"));
    assertEquals("198.51.100.2", Ip4Addr.format(0xC633_6402));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "198.51.100", "198.51.100.2.3", "198.51.100.256", "198.51.100.02", "198.51..2",
        "a.b.c.d", " 198.51.100.2", "198.51.100.2 ", "198.51.100.2.", "1e3.1.1.1", "3325256706",
        "٣.1.1.1"
      })
  void malformedIp4AddressesAreRefusedInOneLine(String text) {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> Ip4Addr.parse(text));
    assertTrue(refused.toString().contains("is not an IPv4 address"), refused.toString());
    assertEquals(1, refused.toString().lines().count());
  }

  @Test
  void ip4AddressesTellWhatTheyAre() {
    assertTrue(Ip4Addr.isUnicast(Ip4Addr.parse("198.51.100.2")));
    for (String not :
        new String[] {
          "0.0.0.0", "0.1.2.3", "127.0.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"
        }) {
      assertFalse(Ip4Addr.isUnicast(Ip4Addr.parse(not)), not);
    }
    assertEquals(0, Ip4Addr.mask(0));
    assertEquals(0xFFFF_FF00, Ip4Addr.mask(24));
    assertEquals(-1, Ip4Addr.mask(32));
  }

  @Test
  void prefixesKnowTheirNetwork() {
    Ip4Prefix prefix = Ip4Prefix.parse("198.51.100.130/25");
    assertEquals("198.51.100.130/25", prefix.toString());
    assertEquals(Ip4Addr.parse("198.51.100.128"), prefix.network());
    assertEquals(Ip4Addr.parse("198.51.100.255"), prefix.broadcast());
    assertTrue(prefix.contains(Ip4Addr.parse("198.51.100.200")));
    assertFalse(prefix.contains(Ip4Addr.parse("198.51.100.127")));
    assertFalse(prefix.canBeHost(prefix.network()));
    assertFalse(prefix.canBeHost(prefix.broadcast()));
    // RFC 3021: a /31 has two hosts and no broadcast address.
    Ip4Prefix pair = Ip4Prefix.parse("198.51.100.2/31");
    assertTrue(pair.canBeHost(Ip4Addr.parse("198.51.100.2")));
    assertTrue(pair.canBeHost(Ip4Addr.parse("198.51.100.3")));
    assertFalse(pair.isBroadcast(Ip4Addr.parse("198.51.100.3")));
    assertTrue(Ip4Prefix.parse("198.51.100.2/32").canBeHost(Ip4Addr.parse("198.51.100.2")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "198.51.100.2",
        "198.51.100.2/0",
        "198.51.100.2/33",
        "198.51.100.2/",
        "198.51.100.2/-1",
        "198.51.100.2/24/1",
        "/24",
        "198.51.100.2/9999999999"
      })
  void malformedPrefixesAreRefused(String text) {
    assertThrows(IllegalArgumentException.class, () -> Ip4Prefix.parse(text));
  }
}
