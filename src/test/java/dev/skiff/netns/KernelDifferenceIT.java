package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Datagram;
import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.golden.Pcap;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The same frames to Skiff and to the kernel of this machine, and what they answer compared field
 * by field. A difference that {@link KnownDifferences} does not list fails, and so does one that it
 * lists and is there no more. What Skiff sends is read by tshark, which must find nothing wrong.
 *
 * <p>X40 to X48, X51, X60 to X64, X71 to X78, X90 to X95, X110 to X119.
 */
@Tag("netns")
class KernelDifferenceIT {
  /** What tshark finds malformed in the quote, and rightly: it is what was sent to us. */
  private static final Set<String> QUOTES_OF_NONSENSE = Set.of("protocol 0");

  /** Silence is like silence: so many answers there are at least. */
  private static final int ENOUGH = 200;

  @TempDir Path directory;

  private static List<Case> cases() {
    return Stream.of(EchoCases.all(), OptionCases.all(), MessageCases.all(), FragmentCases.all())
        .flatMap(List::stream)
        .toList();
  }

  /** As both are usually; and with on what is usually off, on both sides. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void answersAreThoseOfTheKernelButForTheListedDifferences(boolean allOn) throws Exception {
    List<Case> cases = cases();
    assertEquals(cases.size(), cases.stream().map(Case::name).distinct().count(), "names");
    Map<String, Set<String>> found = new TreeMap<>();
    List<Pcap.Frame> sent = new ArrayList<>();
    try (Peer kernel = new Peer.Linux(allOn);
        Peer.OurStack ours = new Peer.OurStack(allOn)) {
      for (Case one : cases) {
        List<byte[]> theirs = kernel.exchange(one.frames());
        List<byte[]> answers = ours.exchange(one.frames());
        if (one.waitMs() > 0) {
          Thread.sleep(one.waitMs()); // The kernel's clock cannot be moved.
          theirs.addAll(Answer.ofTime(kernel.exchange(List.of())));
          answers.addAll(Answer.ofTime(ours.exchange(List.of())));
        }
        if (!QUOTES_OF_NONSENSE.contains(one.name())) {
          answers.forEach(frame -> sent.add(new Pcap.Frame(sent.size() * 1_000_000L, frame)));
        }
        for (String difference : Answer.differences(theirs, answers)) {
          found.computeIfAbsent(difference, d -> new TreeSet<>()).add(one.name());
        }
      }
      assertEquals(0, ours.faults(), "handlers threw");
    }
    assertTrue(sent.size() > ENOUGH, () -> "only " + sent.size() + " answers to compare");
    assertAll(
        () -> assertEquals("", KnownDifferences.when(allOn).unlike(found), "Linux | Skiff"),
        () -> assertNothingIsMalformed(sent));
  }

  @Test
  void aDifferenceThatIsNotListedFailsAndOneThatIsGoneToo() {
    String unlike =
        KnownDifferences.when(false)
            .unlike(Map.of("ip.ttl: 64 | 63", Set.of("echo of 56", "TTL 1")));
    assertTrue(unlike.contains("unknown: ip.ttl: 64 | 63\n  in [TTL 1, echo of 56]"), unlike);
    assertTrue(unlike.contains("there no more: ip.df: 0 | 1"), unlike);
  }

  /** What would be found in what we send, if it were there. */
  @Test
  void tsharkSeesEachKindOfFault() throws Exception {
    byte[] badIcmp = Frames.icmp(0, 0, 1, 1, Frames.data(20));
    badIcmp[2] ^= 1;
    byte[] badUdp = Frames.udp(Rig.PEER_IP, Rig.OUR_IP, 53, 9, Frames.data(20));
    badUdp[6] ^= 1;
    byte[] shortUdp = Frames.udp(Rig.PEER_IP, Rig.OUR_IP, 9, 9, Frames.data(20));
    shortUdp[5] = 3;
    byte[] shortArp = Arrays.copyOf(Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_IP), 30);
    List<byte[]> frames =
        List.of(
            new Datagram().echo(56).frame(),
            new Datagram().checksum(1).echo(56).frame(),
            new Datagram().payload(badIcmp).frame(),
            new Datagram().protocol(Datagram.UDP).payload(badUdp).frame(),
            new Datagram().protocol(Datagram.UDP).payload(shortUdp).frame(),
            new Datagram().totLen(19).echo(56).frame(),
            shortArp,
            new Datagram().udp(9, Frames.data(20)).frame());
    Path file = directory.resolve("bad.pcap");
    Pcap.write(file, frames.stream().map(frame -> new Pcap.Frame(0, frame)).toList());
    List<String> numbers = Tshark.complaints(file).stream().map(List::getFirst).toList();
    assertEquals(List.of("2", "3", "4", "5", "6", "7"), numbers);
  }

  private void assertNothingIsMalformed(List<Pcap.Frame> sent)
      throws IOException, InterruptedException {
    Path file = directory.resolve("sent.pcap");
    Pcap.write(file, sent);
    assertEquals(List.of(), Tshark.complaints(file));
  }
}
