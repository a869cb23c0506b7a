package dev.skiff.dev;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Rig;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.MacAddr;
import org.junit.jupiter.api.Test;

/** The groups of a device: X14, X125; RFC 1112 6.4 for their MAC addresses. */
class McListTest {
  private static final int ALL_HOSTS = Ip4Addr.parse("224.0.0.1");
  private static final int GROUP = Ip4Addr.parse("239.1.2.3");

  /** With the same low 23 bits: RFC 1112 6.4. */
  private static final int SAME_MAC = Ip4Addr.parse("239.129.2.3");

  private static final long MAC = MacAddr.parse("01:00:5e:01:02:03");

  private final Rig rig = new Rig();
  private final NetDevice dev = rig.device();
  private final InDevice in = dev.inDev();

  @Test
  void aGroupIsJoinedByTheFirstAndLeftByTheLast() {
    assertTrue(in.join(GROUP));
    assertFalse(in.join(GROUP));
    assertEquals(2, in.groupUsers(GROUP));
    assertEquals(1, dev.mcUsers(MAC));
    assertFalse(in.leave(GROUP));
    assertTrue(in.isMember(GROUP));
    assertTrue(in.leave(GROUP));
    assertFalse(in.isMember(GROUP));
    assertEquals(0, in.groupUsers(GROUP));
    assertEquals(0, dev.mcUsers(MAC));
  }

  @Test
  void twoGroupsMayHaveOneMacAddress() {
    in.join(GROUP);
    in.join(SAME_MAC);
    assertEquals(2, dev.mcUsers(MAC));
    in.leave(GROUP);
    assertFalse(in.isMember(GROUP));
    assertTrue(in.isMember(SAME_MAC));
    assertEquals(1, dev.mcUsers(MAC));
  }

  @Test
  void whatIsNoGroupIsRefused() {
    for (String no : new String[] {"223.255.255.255", "240.0.0.0", "198.51.100.2"}) {
      assertThrows(IllegalArgumentException.class, () -> in.join(Ip4Addr.parse(no)), no);
    }
    assertThrows(IllegalArgumentException.class, () -> in.leave(GROUP));
  }

  @Test
  void twentyBesideAllHostsAreTheMost() {
    if (!in.isMember(ALL_HOSTS)) {
      in.join(ALL_HOSTS);
    }
    for (int i = 0; i < InDevice.MAX_GROUPS; i++) {
      in.join(GROUP + i);
    }
    int[] before = in.groups();
    assertEquals(InDevice.MAX_GROUPS + 1, before.length);
    assertThrows(IllegalArgumentException.class, () -> in.join(SAME_MAC));
    assertArrayEquals(before, in.groups());
    assertFalse(in.join(GROUP), "one more for a group that it is in");
    assertEquals(0, dev.mcUsers(MAC + InDevice.MAX_GROUPS));
  }
}
