package dev.skiff.sys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Asks after the loopback interface, which needs no root and changes nothing. */
class RtLinkTest {
  private static final int NO_SUCH_INDEX = 0x7fff_fff0;

  @Test
  void anInterfaceIsAskedAfterByItsNumber() throws SysException {
    try (RtLink link = RtLink.open();
        NetIf lo = NetIf.open("lo")) {
      for (int i = 0; i < 3; i++) {
        HostLink answer = link.query(lo.index());
        assertEquals("lo", answer.name());
        assertEquals(lo.mtu(), answer.mtu());
        assertEquals(lo.isUp(), answer.up());
        assertEquals(8, answer.counters().size());
      }
    }
  }

  @Test
  void oneThatIsNotThereIsToldApart() throws SysException {
    try (RtLink link = RtLink.open()) {
      SysException e = assertThrows(SysException.class, () -> link.query(NO_SUCH_INDEX));
      assertEquals(Errno.ENODEV, e.errno());
      assertEquals(1, link.query(1).index(), "an answer to the next question");
    }
  }

  @Test
  void nothingIsReadOrWaitedForWhenNothingChanged() throws SysException {
    try (RtLink link = RtLink.open()) {
      var _ = link.drain(); // Of a change that somebody else made just now.
      assertFalse(link.drain());
    }
  }

  @Test
  void afterTheEndItAsksNobody() throws SysException {
    RtLink link = RtLink.open();
    link.close();
    link.close();
    SysException e = assertThrows(SysException.class, () -> link.query(1));
    assertTrue(e.toString().contains("closed"), e.toString());
  }
}
