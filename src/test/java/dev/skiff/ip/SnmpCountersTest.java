package dev.skiff.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.skiff.Datagram;
import dev.skiff.Frames;
import dev.skiff.Rig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * X128, X102: the counters of RFC 1213 under the names that {@code /proc/net/snmp} of Linux 6 has
 * for them. That each counts what it should is held where it happens, too.
 */
class SnmpCountersTest {
  private static final List<String> IP =
      List.of(
          "Forwarding DefaultTTL InReceives InHdrErrors InAddrErrors ForwDatagrams InUnknownProtos",
          "InDiscards InDelivers OutRequests OutDiscards OutNoRoutes ReasmTimeout ReasmReqds",
          "ReasmOKs ReasmFails FragOKs FragFails FragCreates OutTransmits");

  private static final List<String> ICMP =
      List.of(
          "InMsgs InErrors InCsumErrors InDestUnreachs InTimeExcds InParmProbs InSrcQuenchs",
          "InRedirects InEchos InEchoReps InTimestamps InTimestampReps InAddrMasks InAddrMaskReps",
          "OutMsgs OutErrors OutRateLimitGlobal OutRateLimitHost OutDestUnreachs OutTimeExcds",
          "OutParmProbs OutSrcQuenchs OutRedirects OutEchos OutEchoReps OutTimestamps",
          "OutTimestampReps OutAddrMasks OutAddrMaskReps");

  private final Rig rig = new Rig();

  SnmpCountersTest() {
    rig.introducePeer();
  }

  private Map<String, Long> group(String name) {
    return Objects.requireNonNull(rig.skiff.counters().get(name));
  }

  private static List<String> words(List<String> lines) {
    return List.of(String.join(" ", lines).split(" ", -1));
  }

  private static List<String> missing(List<String> wanted, Map<String, Long> there) {
    List<String> missing = new ArrayList<>(words(wanted));
    missing.removeAll(there.keySet());
    return missing;
  }

  @Test
  void everyColumnThatLinuxHasIsThereAndNoOther() {
    assertEquals(List.of(), missing(IP, group("Ip")));
    assertEquals(List.of(), missing(ICMP, group("Icmp")));
    assertEquals(words(IP).size(), group("Ip").size());
    assertEquals(words(ICMP).size(), group("Icmp").size());
  }

  /**
   * Every message is counted as a message and by its type, and no other counter of a type moves.
   */
  @ParameterizedTest
  @CsvSource({
    "0, InEchoReps",
    "3, InDestUnreachs",
    "4, InSrcQuenchs",
    "5, InRedirects",
    "8, InEchos",
    "11, InTimeExcds",
    "12, InParmProbs",
    "13, InTimestamps",
    "14, InTimestampReps",
    "17, InAddrMasks",
    "18, InAddrMaskReps",
  })
  void eachTypeOfMessageIsCountedByName(int type, String name) {
    rig.exchange(new Datagram().icmp(type, 0, 1, 1, Frames.data(40)).frame());
    Map<String, Long> after = group("Icmp");
    assertEquals(1, after.get(name));
    assertEquals(1, after.get("InMsgs"));
    for (String other : words(ICMP)) {
      boolean ofAType =
          other.startsWith("In") && !other.endsWith("Errors") && !"InMsgs".equals(other);
      if (ofAType && !other.equals(name)) {
        assertEquals(0, after.get(other), other);
      }
    }
    assertEquals(0, after.get("InCsumErrors"));
  }

  /** X102: what was not said since it would have been too much. */
  @Test
  void errorsThatAreHeldBackAreCounted() {
    Rig all = new Rig(256, builder -> builder.gateway("198.51.100.1"));
    all.introducePeer();
    for (int i = 0; i < 10; i++) {
      all.exchange(Frames.udpToUs(4000, 9, Frames.data(20)));
    }
    assertEquals(6, icmp(all, "OutDestUnreachs"));
    assertEquals(6, icmp(all, "OutMsgs"));
    assertEquals(4, icmp(all, "OutRateLimitHost"));
    assertEquals(0, icmp(all, "OutRateLimitGlobal"));
    for (int i = 0; i < 100; i++) {
      all.exchange(new Datagram().from(0xCB00_7101 + i).udp(9, Frames.data(20)).frame());
    }
    assertEquals(4, icmp(all, "OutRateLimitHost"));
    assertEquals(50, icmp(all, "OutDestUnreachs"));
    assertEquals(56, icmp(all, "OutRateLimitGlobal"));
  }

  private static long icmp(Rig rig, String name) {
    Map<String, Long> icmp = Objects.requireNonNull(rig.skiff.counters().get("Icmp"));
    return Objects.requireNonNull(icmp.get(name));
  }
}
