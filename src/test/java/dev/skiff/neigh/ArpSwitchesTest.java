package dev.skiff.neigh;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.dev.Acd;
import dev.skiff.dev.ArpConf;
import dev.skiff.header.Ip4Addr;
import dev.skiff.skb.DropReason;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code arp_ignore}, {@code arp_announce} and {@code arp_accept}: ip-sysctl. */
class ArpSwitchesTest {
  private static final long OTHER_MAC = 0x0200_5E10_0077L;
  private static final int SECOND_IP = Ip4Addr.parse("203.0.113.2");
  private static final int SECONDS_PEER = Ip4Addr.parse("203.0.113.1");
  private static final int OTHERS_IP = Ip4Addr.parse("198.18.0.2");
  private static final int OTHERS_PEER = Ip4Addr.parse("198.18.0.1");
  private static final int STRANGER = Ip4Addr.parse("198.51.100.77");

  private static Rig rig(String settings) {
    return new Rig(b -> b.ip("198.51.100.2/24", "203.0.113.2/24").arp(settings));
  }

  private static SecondDevice second(Rig rig) throws IOException {
    return new SecondDevice(rig.skiff, "198.18.0.2/24", ArpConf.USUAL.withAcd(Acd.OFF));
  }

  private static List<NeighbourTable.Entry> entries(Rig rig) {
    return rig.stack().neighbours().entries(rig.clock.nowNs());
  }

  // ---- arp_ignore -------------------------------------------------------------------------------

  /** Who asks for what, by the first device's wire; and whether it is answered. */
  @ParameterizedTest
  @CsvSource({
    // an address of the device, from its network
    "0, 198.51.100.1, 198.51.100.2, true",
    "1, 198.51.100.1, 198.51.100.2, true",
    "2, 198.51.100.1, 198.51.100.2, true",
    "8, 198.51.100.1, 198.51.100.2, false",
    // another address of the device, from the first one's network
    "0, 198.51.100.1, 203.0.113.2, true",
    "1, 198.51.100.1, 203.0.113.2, true",
    "2, 198.51.100.1, 203.0.113.2, false",
    "8, 198.51.100.1, 203.0.113.2, false",
    // the same, from its own network
    "2, 203.0.113.1, 203.0.113.2, true",
    // another device's address
    "0, 198.51.100.1, 198.18.0.2, true",
    "1, 198.51.100.1, 198.18.0.2, false",
    "2, 198.51.100.1, 198.18.0.2, false",
    "2, 198.18.0.1, 198.18.0.2, false",
    "8, 198.51.100.1, 198.18.0.2, false",
    // probes: nobody may take our addresses, from whatever network
    "0, 0.0.0.0, 198.51.100.2, true",
    "1, 0.0.0.0, 198.51.100.2, true",
    "2, 0.0.0.0, 198.51.100.2, true",
    "8, 0.0.0.0, 198.51.100.2, false",
    "0, 0.0.0.0, 198.18.0.2, true",
    "1, 0.0.0.0, 198.18.0.2, false",
  })
  void ignoreSaysWhichRequestsAreAnswered(int ignore, String spa, String tpa, boolean answered)
      throws IOException {
    Rig rig = rig("ignore=" + ignore);
    try (SecondDevice _ = second(rig)) {
      List<byte[]> out =
          rig.exchange(Frames.arpRequest(Rig.PEER_MAC, Ip4Addr.parse(spa), Ip4Addr.parse(tpa)));
      assertEquals(answered ? 1 : 0, out.size());
      assertEquals(answered ? 0 : 1, rig.verdicts(DropReason.ARP_IGNORED));
      if (answered) {
        assertArrayEquals(
            Frames.arpReply(Rig.OUR_MAC, Ip4Addr.parse(tpa), Rig.PEER_MAC, Ip4Addr.parse(spa)),
            out.getFirst());
      } else {
        assertTrue(entries(rig).isEmpty(), "who is ignored is not learnt");
      }
    }
  }

  @Test
  void anAddressOfADeviceThatIsDownIsNotAnsweredFor() throws IOException {
    Rig rig = rig("ignore=0");
    try (SecondDevice second = second(rig)) {
      second.dev.stop();
      assertEquals(0, rig.exchange(Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, OTHERS_IP)).size());
      assertEquals(1, rig.verdicts(DropReason.ARP_NOT_FOR_US));
    }
  }

  /** X39f. */
  @Test
  void nothingIsAnsweredForOthersBehindAnotherDevice() throws IOException {
    Rig rig = rig("ignore=0");
    try (SecondDevice _ = second(rig)) {
      assertEquals(
          0, rig.exchange(Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, OTHERS_PEER)).size());
      assertEquals(1, rig.verdicts(DropReason.ARP_NOT_FOR_US), "no proxy ARP");
    }
  }

  // ---- arp_announce -----------------------------------------------------------------------------

  private static byte[] echo(int saddr, int daddr) {
    byte[] icmp = Frames.icmp(8, 0, 7, 1, Frames.data(16));
    byte[] datagram = Frames.ipv4(saddr, daddr, 1, 64, icmp);
    return Frames.padded(Frames.ethernet(Rig.OUR_MAC, Rig.PEER_MAC, 0x0800, datagram));
  }

  /** Which of our addresses is told to the asker, who has pinged one of ours. */
  @ParameterizedTest
  @CsvSource({
    // pinged from its own network: always the same
    "0, 198.51.100.1, 198.51.100.2, 198.51.100.2",
    "1, 198.51.100.1, 198.51.100.2, 198.51.100.2",
    "2, 198.51.100.1, 198.51.100.2, 198.51.100.2",
    // pinged from the device's other network
    "0, 203.0.113.1, 198.51.100.2, 198.51.100.2",
    "1, 203.0.113.1, 198.51.100.2, 203.0.113.2",
    "2, 203.0.113.1, 198.51.100.2, 203.0.113.2",
    // the address of another device was pinged
    "0, 198.51.100.1, 198.18.0.2, 198.18.0.2",
    "1, 198.51.100.1, 198.18.0.2, 198.51.100.2",
    "2, 198.51.100.1, 198.18.0.2, 198.51.100.2",
    "2, 203.0.113.1, 198.18.0.2, 203.0.113.2",
  })
  void announceSaysWhichAddressOfOursIsTold(int announce, String asker, String pinged, String told)
      throws IOException {
    Rig rig = rig("announce=" + announce);
    try (SecondDevice _ = second(rig)) {
      List<byte[]> out = rig.exchange(echo(Ip4Addr.parse(asker), Ip4Addr.parse(pinged)));
      assertEquals(1, out.size());
      assertArrayEquals(
          Frames.arpRequest(Rig.OUR_MAC, Ip4Addr.parse(told), Ip4Addr.parse(asker)),
          out.getFirst());
    }
  }

  @ParameterizedTest
  @CsvSource({"1", "2"})
  void ofTwoAddressesInOneNetworkTheSourceIsToldUnlessTheBestIs(int announce) {
    Rig rig = new Rig(b -> b.ip("198.51.100.2/24", "198.51.100.3/24").arp("announce=" + announce));
    int pinged = Ip4Addr.parse("198.51.100.3");
    byte[] request = rig.exchange(echo(Rig.PEER_IP, pinged)).getFirst();
    assertEquals(announce == 1 ? pinged : Rig.OUR_IP, Frames.u32(request, 28));
  }

  @ParameterizedTest
  @CsvSource({"0", "1", "2"})
  void aSourceThatIsOursNoMoreIsNotTold(int announce) {
    Rig rig = new Rig(b -> b.ip("198.51.100.2/24", "198.51.100.3/24").arp("announce=" + announce));
    rig.exchange(echo(Rig.PEER_IP, Rig.OUR_IP));
    rig.device().inDev().delete(Rig.OUR_IP);
    byte[] request = rig.after(1_000_000_000L).getFirst();
    assertEquals(Ip4Addr.parse("198.51.100.3"), Frames.u32(request, 28));
  }

  @Test
  void theSourceOfTheNewestThatWaitsIsTold() {
    // neigh_probe: skb_peek_tail, the last one that was put there.
    Rig rig = rig("announce=0");
    rig.exchange(echo(Rig.PEER_IP, Rig.OUR_IP));
    rig.exchange(echo(Rig.PEER_IP, SECOND_IP));
    byte[] again = rig.after(1_000_000_000L).getFirst();
    assertEquals(SECOND_IP, Frames.u32(again, 28));
  }

  @Test
  void aRequestThatChecksANeighbourComesFromItsNetwork() {
    // Nothing waits: there is no source to be told.
    Rig rig = rig("announce=0");
    assertEquals(1, rig.exchange(Frames.arpRequest(Rig.PEER_MAC, SECONDS_PEER, SECOND_IP)).size());
    assertEquals(1, rig.exchange(echo(SECONDS_PEER, Rig.OUR_IP)).size(), "the entry is used");
    byte[] check = rig.after(5_000_000_000L).getFirst();
    assertEquals(Rig.PEER_MAC, Frames.u48(check, 0), "unicast");
    assertEquals(SECOND_IP, Frames.u32(check, 28));
  }

  @Test
  void anAddressThatIsGoneIsNotToldAndNoneIsNoProbe() {
    Rig rig = rig("announce=0");
    rig.exchange(echo(Rig.PEER_IP, Rig.OUR_IP));
    rig.device().inDev().delete(Rig.OUR_IP);
    byte[] request = rig.after(1_000_000_000L).getFirst();
    assertEquals(SECOND_IP, Frames.u32(request, 28));
    rig.device().inDev().clear();
    assertEquals(0, rig.after(1_000_000_000L).size(), "0.0.0.0 asks nobody");
    assertEquals(1, rig.stack().neighbours().stat(NeighbourStat.SND_FAILED));
  }

  // ---- arp_accept -------------------------------------------------------------------------------

  private static byte[] toAll(byte[] arp) {
    return Frames.padded(Frames.ethernet(Frames.BROADCAST, OTHER_MAC, 0x0806, arp));
  }

  private enum Unasked {
    /** RFC 5227 3: an announcement. */
    GRATUITOUS_REQUEST(Frames.arpRequest(OTHER_MAC, STRANGER, STRANGER)),
    /** X39d. */
    GRATUITOUS_REPLY(toAll(Frames.arp(2, OTHER_MAC, STRANGER, OTHER_MAC, STRANGER))),
    REPLY_TO_US(Frames.arpReply(OTHER_MAC, STRANGER, Rig.OUR_MAC, Rig.OUR_IP)),
    REPLY_TO_ALL(toAll(Frames.arp(2, OTHER_MAC, STRANGER, Rig.OUR_MAC, Rig.OUR_IP)));

    private final byte[] frame;

    Unasked(byte[] frame) {
      this.frame = frame;
    }
  }

  /** X23, X39d: arp_accept=0, Linux's default. */
  @ParameterizedTest
  @EnumSource
  void whatNobodyAskedForMakesNoEntry(Unasked unasked) {
    Rig rig = new Rig();
    assertEquals(0, rig.exchange(unasked.frame).size());
    assertTrue(entries(rig).isEmpty());
    assertFalse(rig.device().inDev().arpConf().accept());
  }

  /** X35, X39d: with arp_accept=1 it makes one, and proves nothing. */
  @ParameterizedTest
  @EnumSource
  void whatNobodyAskedForMakesAStaleEntryIfItIsAccepted(Unasked unasked) {
    Rig rig = new Rig(b -> b.arp("accept=on"));
    assertEquals(0, rig.exchange(unasked.frame).size());
    assertEquals(1, entries(rig).size());
    assertEquals(STRANGER, entries(rig).getFirst().ip());
    assertEquals(OTHER_MAC, entries(rig).getFirst().mac());
    assertEquals(NeighbourState.STALE, entries(rig).getFirst().state());
    assertEquals(-1, entries(rig).getFirst().confirmedNs(), "never confirmed");
    assertEquals(0, rig.stack().neighbours().stat(NeighbourStat.CONFIRMS));
  }

  @Test
  void aRequestForAnotherMakesNoEntryEvenIfAllIsAccepted() {
    Rig rig = new Rig(b -> b.arp("accept=on"));
    rig.exchange(Frames.arpRequest(OTHER_MAC, STRANGER, Rig.PEER_IP));
    assertTrue(entries(rig).isEmpty());
    rig.exchange(Frames.arpRequest(OTHER_MAC, 0, Rig.PEER_IP));
    assertTrue(entries(rig).isEmpty(), "and a probe none at all");
  }

  /** X39d: both update an entry at once, locktime or not. */
  @Test
  void bothKindsOfGratuitousArpUpdateAtOnce() {
    Rig rig = new Rig();
    rig.exchange(Frames.arpRequest(Rig.PEER_MAC, STRANGER, Rig.OUR_IP));
    rig.exchange(Unasked.GRATUITOUS_REQUEST.frame);
    assertEquals(OTHER_MAC, entries(rig).getFirst().mac());
    rig.exchange(Frames.arpRequest(Rig.PEER_MAC, STRANGER, STRANGER));
    assertEquals(Rig.PEER_MAC, entries(rig).getFirst().mac());
    rig.exchange(Unasked.GRATUITOUS_REPLY.frame);
    assertEquals(OTHER_MAC, entries(rig).getFirst().mac());
    assertEquals(NeighbourState.STALE, entries(rig).getFirst().state());
  }

  // ---- Words that are wrong ---------------------------------------------------------------------

  private static String wrong(Supplier<Object> reading) {
    String message =
        String.valueOf(assertThrows(IllegalArgumentException.class, reading::get).getMessage());
    assertEquals(1, message.lines().count(), message);
    return message;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ignore=3          | ignore=3: use 0, 1, 2 or 8",
        "ignore=9          | ignore=9: use 0, 1, 2 or 8",
        "ignore=-1         | ignore=-1: use 0, 1, 2 or 8",
        "ignore=one        | ignore=one: use 0, 1, 2 or 8",
        "announce=3        | announce=3: use 0 to 2, as announce=2",
        "accept=yes        | accept=yes: use on or off, as accept=on",
        "accept            | 'accept' has no value: say accept=on",
        "accept=           | 'accept' has no value: say accept=on",
        "anounce=1         | 'anounce' is no setting of ARP: did you mean 'announce'?",
        "zzz=1             | 'zzz' is no setting of ARP: use one of ignore, announce, accept",
        "ignore=1,ignore=2 | 'ignore' is said twice: say it once",
      })
  void wrongArpSettingsSayWhatThereIs(String text, String message) {
    assertEquals(message, wrong(() -> ArpConf.USUAL.with(text)));
  }

  @Test
  void whatIsNotSaidStaysAsItWas() {
    ArpConf some = ArpConf.USUAL.withAcd(Acd.PROBE).with("ignore=2, accept=1");
    assertEquals(new ArpConf(Acd.PROBE, 2, 0, true), some);
    assertEquals(new ArpConf(Acd.PROBE, 2, 1, true), some.with("announce=1"));
    assertEquals(some, some.with(""));
    assertEquals(new ArpConf(Acd.PROBE, 8, 0, false), some.with("ignore=8,accept=off"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "prob   | 'prob' is no way to detect conflicts: did you mean 'probe'?",
        "Defend | 'Defend' is no way to detect conflicts: did you mean 'defend'?",
        "always | 'always' is no way to detect conflicts: use one of off, defend, probe",
        "''     | '' is no way to detect conflicts: use one of off, defend, probe",
      })
  void aWrongWayToDetectConflictsSaysWhichThereAre(String text, String message) {
    assertEquals(message, wrong(() -> Acd.parse(text)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "retrans_time=999ms        | retrans_time=999ms: use 1s to 86400s, as retrans_time=1s",
        "locktime=-1s              | locktime=-1s: use 0s to 86400s, as locktime=1s",
        "locktime=1m               | locktime=1m: use 0s to 86400s, as locktime=1s",
        "gc_stale_time=            | 'gc_stale_time' has no value: say gc_stale_time=60s",
        "mcast_solicit=0           | mcast_solicit=0: use 1 to 100, as mcast_solicit=3",
        "unres_qlen=0              | unres_qlen=0: use 1 to 65536, as unres_qlen=101",
        "gc_thresh3=99999999999    | gc_thresh3=99999999999: use 1 to 65536, as gc_thresh3=1024",
        "gc_tresh1=4               | 'gc_tresh1' is no setting of the neighbour table: did you mean 'gc_thresh1'?",
        "gc_thresh3=100            | gc_thresh1=128,gc_thresh2=512,gc_thresh3=100: none may be greater than the next",
      })
  void wrongTimesAndBoundsSayWhatIsRight(String text, String message) {
    assertEquals(message, wrong(() -> NeighbourParms.USUAL.with(text)));
  }
}
