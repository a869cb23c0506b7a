package dev.skiff.neigh;

import static dev.skiff.neigh.AcdRig.OTHER_MAC;
import static dev.skiff.neigh.AcdRig.OUR_SECOND_IP;
import static dev.skiff.neigh.AcdRig.SECOND;
import static dev.skiff.neigh.AcdRig.announcement;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.dev.Acd;
import dev.skiff.dev.InIfaddr;
import dev.skiff.dev.NetdevEvent;
import dev.skiff.header.Ip4Prefix;
import dev.skiff.neigh.AcdRig.Sent;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Notifiers that take an address away, or the device down, while they are told of an address. */
class AcdReentrancyTest {
  private final AcdRig acd = new AcdRig("probe");
  private final Rig rig = acd.rig;

  /** What was sent, or could not be, when it was done. */
  private long sentBefore;

  private long sent() {
    return acd.stat(AcdStat.PROBES) + acd.stat(AcdStat.ANNOUNCEMENTS) + acd.stat(AcdStat.FAILED);
  }

  /** Does something once, when an address has come to a state. */
  private void once(int ip, InIfaddr.State state, Runnable action) {
    boolean[] done = {false};
    rig.skiff
        .netDevices()
        .addNotifier(
            (event, dev) -> {
              InIfaddr ifa = dev.inDev().find(ip);
              if (event == NetdevEvent.CHANGEINET
                  && !done[0]
                  && ifa != null
                  && ifa.state() == state) {
                done[0] = true;
                sentBefore = sent();
                action.run();
              }
            });
  }

  /** Brings the address to a state in which it was not before. */
  private void bringTo(InIfaddr.State state) throws IOException {
    if (state == InIfaddr.State.TENTATIVE) {
      rig.device().stop();
      rig.device().open();
    } else if (state == InIfaddr.State.DUPLICATE) {
      rig.exchange(announcement(OTHER_MAC, Rig.OUR_IP));
      rig.exchange(announcement(OTHER_MAC, Rig.OUR_IP));
    }
    acd.run(20 * SECOND);
  }

  private void bringThereAndHave(InIfaddr.State state, Runnable action) throws IOException {
    if (state != InIfaddr.State.VALID) {
      acd.acquire();
    }
    once(Rig.OUR_IP, state, action);
    bringTo(state);
  }

  @ParameterizedTest
  @EnumSource
  void anAddressTakenAwayInItsOwnNotificationIsForgotten(InIfaddr.State state) throws IOException {
    bringThereAndHave(state, () -> acd.in().delete(Rig.OUR_IP));
    assertEquals(0, acd.in().addresses().size());
    assertEquals(0, sent() - sentBefore, "nothing is said of it any more");
    acd.assertQuiet();
    assertEquals(0, acd.run(100 * SECOND).size());
    long conflicts = acd.stat(AcdStat.CONFLICTS);
    rig.exchange(announcement(OTHER_MAC, Rig.OUR_IP));
    assertEquals(conflicts, acd.stat(AcdStat.CONFLICTS), "nobody claims it");
  }

  @ParameterizedTest
  @EnumSource
  void aDeviceStoppedInANotificationIsQuietAndBeginsAnew(InIfaddr.State state) throws IOException {
    bringThereAndHave(state, () -> rig.device().stop());
    assertFalse(rig.device().isUp());
    acd.assertQuiet();
    assertEquals(0, acd.run(100 * SECOND).size());
    assertEquals(0, sent() - sentBefore, "nothing was to be sent");
    rig.device().open();
    assertEquals(5, acd.run(20 * SECOND).size());
    acd.assertQuiet();
  }

  @ParameterizedTest
  @EnumSource
  void anAddressAddedInANotificationIsProbedForToo(InIfaddr.State state) throws IOException {
    bringThereAndHave(state, () -> acd.in().add(new Ip4Prefix(OUR_SECOND_IP, 24)));
    acd.run(20 * SECOND);
    assertEquals(InIfaddr.State.VALID, acd.state(OUR_SECOND_IP));
    assertEquals(InIfaddr.State.VALID, acd.state(Rig.OUR_IP));
    acd.assertQuiet();
  }

  @Test
  void anotherAddressTakenAwayWhileTheDeviceComesUpLeavesNoClaim() throws IOException {
    acd.in().add(new Ip4Prefix(OUR_SECOND_IP, 24));
    acd.acquire();
    once(Rig.OUR_IP, InIfaddr.State.TENTATIVE, () -> acd.in().delete(OUR_SECOND_IP));
    bringTo(InIfaddr.State.TENTATIVE);
    assertEquals(5, sent() - sentBefore, "for the other one alone");
    acd.assertQuiet();
    acd.in().add(new Ip4Prefix(OUR_SECOND_IP, 24));
    List<Sent> sent = acd.run(20 * SECOND);
    assertEquals(5, sent.size(), "it is new");
    assertEquals(OUR_SECOND_IP, Frames.u32(sent.getFirst().frame(), 38));
  }

  @Test
  void aDeviceStoppedWhileItComesUpClaimsNoneOfItsOtherAddresses() throws IOException {
    acd.in().add(new Ip4Prefix(OUR_SECOND_IP, 24));
    acd.acquire();
    once(Rig.OUR_IP, InIfaddr.State.TENTATIVE, () -> rig.device().stop());
    bringTo(InIfaddr.State.TENTATIVE);
    assertEquals(0, sent() - sentBefore);
    acd.assertQuiet();
    rig.device().open();
    assertEquals(10, acd.run(20 * SECOND).size(), "both are probed for and announced");
  }

  @Test
  void conflictDetectionSwitchedOffInANotificationIsOff() throws IOException {
    bringThereAndHave(
        InIfaddr.State.DUPLICATE, () -> acd.in().setArpConf(acd.in().arpConf().withAcd(Acd.OFF)));
    acd.assertQuiet();
    assertEquals(InIfaddr.State.VALID, acd.state(Rig.OUR_IP));
  }

  @Test
  void aDeviceUnregisteredIsForgotten() throws IOException {
    SecondDevice second = new SecondDevice(rig.skiff, "198.18.0.2/24", "probe");
    acd.acquire();
    assertEquals(5, second.received().size());
    second.inject(announcement(OTHER_MAC, second.dev.address().address()));
    rig.turn();
    second.inject(announcement(OTHER_MAC, second.dev.address().address()));
    rig.turn();
    assertEquals(1, acd.stat(AcdStat.GIVEN_UP));
    second.close();
    acd.assertQuiet();
    assertEquals(0, acd.run(100 * SECOND).size());
  }
}
