package dev.skiff.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import dev.skiff.skb.DropReason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The IPv4 addresses of a device. */
class InDeviceTest {
  private static final String FIRST = "198.51.100.2/24";
  private static final String SECOND = "203.0.113.2/25";
  private static final String THIRD = "198.18.0.2/31";

  private final Rig rig = new Rig(b -> b.ip(FIRST, SECOND, THIRD));
  private final InDevice in = rig.device().inDev();

  private static int ip(String text) {
    return Ip4Addr.parse(text);
  }

  private static Ip4Prefix prefix(String text) {
    return Ip4Prefix.parse(text);
  }

  private static byte[] echo(int saddr, int daddr, long dest) {
    byte[] icmp = Frames.icmp(8, 0, 7, 1, Frames.data(16));
    return Frames.padded(
        Frames.ethernet(dest, Rig.PEER_MAC, 0x0800, Frames.ipv4(saddr, daddr, 1, 64, icmp)));
  }

  /** Whether a ping from there is answered, with the ARP that this takes. */
  private boolean answersEcho(String saddr, String daddr) {
    rig.exchange(Frames.arpReply(Rig.PEER_MAC, ip(saddr), Rig.OUR_MAC, ip(daddr)));
    for (byte[] frame : rig.exchange(echo(ip(saddr), ip(daddr), Rig.OUR_MAC))) {
      if (Frames.u16(frame, 12) == 0x0800) {
        return Frames.u32(frame, 26) == ip(daddr) && Frames.u32(frame, 30) == ip(saddr);
      }
      assertEquals(ip(saddr), Frames.u32(frame, 38), "it is asked itself: there is a route");
      List<byte[]> out =
          rig.exchange(
              Frames.arpReply(Rig.PEER_MAC, ip(saddr), Rig.OUR_MAC, Frames.u32(frame, 28)));
      return out.size() == 1 && Frames.u32(out.getFirst(), 26) == ip(daddr);
    }
    return false;
  }

  private boolean answersArp(String spa, String tpa) {
    return rig.exchange(Frames.arpRequest(Rig.PEER_MAC, ip(spa), ip(tpa))).size() == 1;
  }

  @CanIgnoreReturnValue
  private static String refused(Executable change) {
    String message =
        String.valueOf(assertThrows(IllegalArgumentException.class, change).getMessage());
    assertEquals(1, message.lines().count(), message);
    return message;
  }

  // ---- Several ----------------------------------------------------------------------------------

  /** X123. */
  @ParameterizedTest
  @CsvSource({
    "198.51.100.1, 198.51.100.2",
    "203.0.113.1, 203.0.113.2",
    "198.18.0.3, 198.18.0.2",
    "203.0.113.1, 198.51.100.2"
  })
  void eachAnswersArpAndEchoes(String asker, String asked) {
    assertTrue(answersArp(asker, asked));
    assertTrue(answersEcho(asker, asked));
  }

  @ParameterizedTest
  @CsvSource({"198.51.100.255, true", "203.0.113.127, true", "203.0.113.63, false"})
  void theBroadcastAddressOfEachNetworkIsKnown(String daddr, boolean known) {
    assertEquals(known, in.isBroadcast(ip(daddr)));
    rig.exchange(echo(Rig.PEER_IP, ip(daddr), Frames.BROADCAST));
    assertEquals(known ? 1 : 0, rig.verdicts(DropReason.ICMP_ECHO_BROADCAST));
    assertEquals(known ? 0 : 1, rig.verdicts(DropReason.IP_INADDRERRORS));
  }

  @Test
  void aNetworkOfTwoHasNoBroadcastAddress() {
    assertFalse(in.isBroadcast(ip("198.18.0.3")), "RFC 3021");
    assertFalse(in.isNoHost(ip("198.18.0.3")));
    assertTrue(in.isNoHost(ip("203.0.113.0")));
    assertTrue(in.isNoHost(ip("203.0.113.127")));
    assertFalse(in.isNoHost(ip("203.0.113.128")), "in no network of ours");
  }

  @Test
  void theFirstIsThePrimaryOneAndTheNextOnceItIsGone() {
    assertEquals(FIRST, rig.device().address().toString());
    in.delete(ip("198.51.100.2"));
    assertEquals(SECOND, rig.device().address().toString());
    in.add(prefix(FIRST));
    assertEquals(SECOND, rig.device().address().toString(), "now it is the last");
    in.clear();
    assertEquals("0.0.0.0/32", rig.device().address().toString());
    assertFalse(in.has(0));
    assertFalse(in.isLocal(0));
  }

  @ParameterizedTest
  @CsvSource({
    "198.51.100.9, 198.51.100.2",
    "203.0.113.9, 203.0.113.2",
    "198.18.0.3, 198.18.0.2",
    "203.0.113.200, 198.51.100.2",
  })
  void theAddressToSpeakFromIsInTheNetworkOfTheOtherElseThePrimary(String dst, String src) {
    assertEquals(ip(src), in.selectAddress(ip(dst)));
  }

  @Test
  void onLinkMeansInOneNetworkTogether() {
    assertTrue(in.isOnLink(ip("203.0.113.9"), ip("203.0.113.2")));
    assertFalse(in.isOnLink(ip("203.0.113.9"), ip("198.51.100.2")));
    assertFalse(in.isOnLink(ip("192.0.2.1"), ip("192.0.2.2")), "in none of ours");
  }

  /** X122: from 1 to 32 bits; what is outside of it is not on the link. */
  @Test
  void everyLengthOfPrefixIsANetworkOfItsOwn() {
    int own = ip("198.51.100.2");
    for (int bits = 1; bits <= 32; bits++) {
      in.set(new Ip4Prefix(own, bits));
      int mask = -1 << (32 - bits);
      String what = "/" + bits;
      assertTrue(in.isLocal(own), what);
      assertFalse(in.isOnLink(own, own & mask ^ -mask), what + ": the next network");
      if (bits < 32) {
        assertTrue(in.isOnLink(own, own | ~mask), what + ": the last of it");
      }
      assertEquals(bits < 31, in.isBroadcast(own | ~mask), what);
      assertFalse(in.isBroadcast(own), what);
    }
    assertThrows(IllegalArgumentException.class, () -> prefix("198.51.100.2/0"));
    assertThrows(IllegalArgumentException.class, () -> prefix("198.51.100.2/33"));
  }

  // ---- Coming and going -------------------------------------------------------------------------

  @Test
  void theRouteToEachNetworkComesAndGoesWithItsAddress() {
    assertTrue(answersEcho("203.0.113.1", "198.51.100.2"));
    in.delete(ip("203.0.113.2"));
    assertFalse(answersEcho("203.0.113.1", "198.51.100.2"), "there is no way back");
    assertEquals(1, rig.verdicts(DropReason.IP_OUTNOROUTES));
    in.add(prefix(SECOND));
    assertTrue(answersEcho("203.0.113.1", "198.51.100.2"));
  }

  @Test
  void oneOfTwoAddressesInANetworkGoesAndTheRouteStays() {
    in.add(prefix("203.0.113.3/25"));
    in.delete(ip("203.0.113.2"));
    assertTrue(answersEcho("203.0.113.1", "203.0.113.3"));
    assertFalse(answersArp("203.0.113.1", "203.0.113.2"));
  }

  @Test
  void anAddressTakenAwayIsNotAnsweredFor() {
    in.delete(ip("198.51.100.2"));
    assertFalse(answersArp("198.51.100.1", "198.51.100.2"));
    assertFalse(answersEcho("198.51.100.1", "198.51.100.2"));
    assertTrue(answersArp("203.0.113.1", "203.0.113.2"), "the others are");
  }

  @Test
  void anAddressInPlaceOfAllOthersIsTheOnlyOne() {
    in.set(prefix("203.0.113.2/24"));
    assertEquals(List.of(prefix("203.0.113.2/24")), locals());
    assertTrue(answersEcho("203.0.113.200", "203.0.113.2"), "its mask is another");
    assertFalse(answersArp("198.51.100.1", "198.51.100.2"));
  }

  private List<Ip4Prefix> locals() {
    return in.addresses().stream().map(InIfaddr::local).toList();
  }

  /** (Where conflicts are not looked for, everything is used again at once.) */
  private void defendFromNowOn() {
    in.setArpConf(in.arpConf().withAcd(Acd.DEFEND));
    for (int i = 0; i < 10; i++) {
      rig.after(1_000_000_000L);
    }
  }

  @Test
  void notifiersAreToldOfEachChangeAndSeeItDone() {
    defendFromNowOn();
    List<String> told = new ArrayList<>();
    rig.skiff
        .netDevices()
        .addNotifier(
            (event, dev) -> {
              if (event == NetdevEvent.CHANGEINET) {
                told.add(dev.inDev().toString());
              }
            });
    in.delete(ip("203.0.113.2"));
    in.delete(ip("198.18.0.2"));
    in.add(prefix(SECOND));
    in.set(prefix(SECOND));
    in.setState(ip("203.0.113.2"), InIfaddr.State.DUPLICATE);
    in.setState(ip("203.0.113.2"), InIfaddr.State.DUPLICATE); // Nothing new.
    in.setState(ip("192.0.2.1"), InIfaddr.State.VALID); // Nobody's.
    in.clear();
    assertEquals(
        List.of(
            "skiff0[198.51.100.2/24, 198.18.0.2/31]",
            "skiff0[198.51.100.2/24]",
            "skiff0[198.51.100.2/24, 203.0.113.2/25]",
            "skiff0[203.0.113.2/25]",
            "skiff0[]",
            "skiff0[]"),
        told);
  }

  @Test
  void aRefusedChangeTellsNobodyAndChangesNothing() {
    List<NetdevEvent> told = new ArrayList<>();
    rig.skiff.netDevices().addNotifier((event, _) -> told.add(event));
    told.clear();
    List<Ip4Prefix> before = locals();
    refused(() -> in.add(prefix(FIRST)));
    refused(() -> in.add(prefix("224.0.0.1/4")));
    refused(() -> in.set(prefix("198.51.100.0/24")));
    refused(() -> in.delete(ip("192.0.2.1")));
    assertEquals(List.of(), told);
    assertEquals(before, locals());
  }

  // ---- States -----------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(strings = {"TENTATIVE", "DUPLICATE"})
  void anAddressThatIsNotUsedIsThereAndOtherwiseNobodys(InIfaddr.State state) {
    defendFromNowOn();
    in.setState(ip("203.0.113.2"), state);
    assertEquals(state.word(), word("203.0.113.2"));
    assertFalse(in.has(ip("203.0.113.2")));
    assertFalse(in.isLocal(ip("203.0.113.2")));
    assertFalse(in.isBroadcast(ip("203.0.113.127")));
    assertFalse(in.isOnLink(ip("203.0.113.1"), ip("203.0.113.2")));
    assertEquals(ip("198.51.100.2"), in.selectAddress(ip("203.0.113.1")));
    assertFalse(answersArp("203.0.113.1", "203.0.113.2"));
    refused(() -> in.add(prefix(SECOND)));
    in.setState(ip("203.0.113.2"), InIfaddr.State.VALID);
    assertTrue(answersArp("203.0.113.1", "203.0.113.2"));
    assertNull(in.find(ip("192.0.2.1")));
  }

  private String word(String address) {
    InIfaddr ifa = in.find(ip(address));
    return ifa == null ? "none" : ifa.state().word();
  }

  // ---- Refused ----------------------------------------------------------------------------------

  @Test
  void anAddressIsGivenOnce() {
    assertEquals(
        "skiff0 has 198.51.100.2 already", refused(() -> in.add(prefix("198.51.100.2/16"))));
    assertEquals(
        "198.51.100.2 is given twice: give it once",
        refused(() -> rigOf("198.51.100.2/24", "198.51.100.2/25")));
  }

  private static void rigOf(String... addresses) {
    new Rig(b -> b.ip(addresses)).close();
  }

  @Test
  void sixtyFourAreEnough() {
    for (int i = locals().size(); i < InDevice.MAX_ADDRESSES; i++) {
      in.add(prefix("198.19.0." + i + "/24"));
    }
    assertEquals(
        "skiff0 has 64 addresses already: take one away",
        refused(() -> in.add(prefix("198.19.1.1/24"))));
    assertTrue(answersArp("198.19.0.200", "198.19.0.63"));
    in.delete(ip("198.19.0.63"));
    in.add(prefix("198.19.1.1/24"));
    assertEquals(InDevice.MAX_ADDRESSES, locals().size());
    String[] all = new String[InDevice.MAX_ADDRESSES + 1];
    for (int i = 0; i < all.length; i++) {
      all[i] = "198.19.0." + (i + 1) + "/24";
    }
    assertEquals("a device has 64 addresses at most", refused(() -> rigOf(all)));
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1/8, is no host's address",
    "224.0.0.1/24, is no host's address",
    "255.255.255.255/32, is no host's address",
    "0.0.0.0/32, is no host's address",
    "198.19.0.0/24, is the number of its own network",
    "198.19.0.255/24, is the broadcast address of its own network",
  })
  void anAddressThatNoHostCanHaveIsRefused(String address, String why) {
    assertTrue(refused(() -> in.add(prefix(address))).contains(why));
    assertTrue(refused(() -> in.set(prefix(address))).contains(why));
    assertTrue(refused(() -> rigOf(FIRST, address)).contains(why));
  }

  @Test
  void anAddressThatIsNotThereCannotBeTakenAway() {
    assertEquals(
        "skiff0 does not have 192.0.2.1: it has 198.51.100.2/24, 203.0.113.2/25, 198.18.0.2/31",
        refused(() -> in.delete(ip("192.0.2.1"))));
    in.clear();
    assertEquals(
        "skiff0 does not have 192.0.2.1: it has none", refused(() -> in.delete(ip("192.0.2.1"))));
  }

  // ---- The requests of 4.4BSD, which know one address -------------------------------------------

  @Test
  void anotherMaskLeavesTheOtherAddresses() throws IOException {
    IfReq ifr = new IfReq("skiff0");
    ifr.setAddr(ip("255.255.0.0"));
    rig.device().ioctl(Sioc.SIOCSIFNETMASK, ifr);
    assertEquals(List.of(prefix("198.51.100.2/16"), prefix(SECOND), prefix(THIRD)), locals());
    assertTrue(answersEcho("198.51.7.7", "198.51.100.2"));
  }

  @Test
  void anAddressThatIsBeingProbedForCanBeGivenItsMask() throws IOException {
    Rig probing = new Rig(b -> b.acd("probe"));
    IfReq ifr = new IfReq("skiff0");
    ifr.setAddr(ip("198.18.0.9"));
    probing.device().ioctl(Sioc.SIOCSIFADDR, ifr);
    ifr.setAddr(ip("255.254.0.0"));
    probing.device().ioctl(Sioc.SIOCSIFNETMASK, ifr);
    for (int i = 0; i < 20; i++) {
      probing.after(1_000_000_000L);
    }
    assertEquals("198.18.0.9/15", probing.device().address().toString());
  }

  @Test
  void aMaskWithoutAnAddressIsRefused() {
    in.clear();
    IfReq ifr = new IfReq("skiff0");
    ifr.setAddr(ip("255.255.0.0"));
    assertEquals(
        "skiff0 has no address that could have a mask",
        refused(() -> rig.device().ioctl(Sioc.SIOCSIFNETMASK, ifr)));
  }
}
