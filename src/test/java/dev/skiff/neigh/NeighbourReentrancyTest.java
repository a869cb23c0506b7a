package dev.skiff.neigh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.dev.NetDevice;
import dev.skiff.dev.PacketTap;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.IpHdr;
import dev.skiff.ip.Flow;
import dev.skiff.ip.IcmpError;
import dev.skiff.ip.IpHandler;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.Packet;
import dev.skiff.skb.SkBuff;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Whoever is told of the end of a packet that waited sends, deletes or flushes from within. */
class NeighbourReentrancyTest {
  private static final long SECOND = 1_000_000_000L;
  private static final int PROTOCOL = 253; // RFC 3692: for experiments.
  private static final int DEAD = Ip4Addr.parse("198.51.100.99");
  private static final int OTHER = Ip4Addr.parse("198.51.100.98");
  private static final long MAC = 0x0200_5E10_0077L;

  /** Notes which packets were told of. */
  private static final class Told implements IpHandler {
    private final List<Integer> numbers = new ArrayList<>();
    private final Consumer<Integer> then;

    Told(Rig rig, Consumer<Integer> then) {
      this.then = then;
      rig.stack().ipv4().addProtocol(PROTOCOL, this);
    }

    @Override
    public DropReason receive(SkBuff skb, NetDevice dev, long nowNs) {
      return DropReason.CONSUMED;
    }

    @Override
    public void error(Packet packet, int ip, IcmpError why, NetDevice dev, long nowNs) {
      int number = packet.u8(ip + IpHdr.MIN_LEN);
      numbers.add(number);
      then.accept(number);
    }
  }

  private static void send(Rig rig, int to, int number) {
    SkBuff skb = Objects.requireNonNull(rig.stack().pool().devAlloc(100, "test"));
    skb.reserve(50);
    skb.set8(skb.put(1), number);
    long nowNs = rig.clock.nowNs();
    DropReason end =
        rig.stack().ipv4().send(skb, new Flow().to(to, PROTOCOL).from(Rig.OUR_IP), nowNs);
    assertEquals(DropReason.NOT_DROPPED, end);
  }

  private static void sendInVain(Rig rig) {
    send(rig, DEAD, 1);
    send(rig, DEAD, 2);
    rig.turn();
    for (int i = 0; i < 3; i++) {
      rig.after(SECOND);
    }
  }

  private static byte[] echo(int from) {
    byte[] icmp = Frames.icmp(8, 0, 1, 1, Frames.data(56));
    return Frames.ethernet(Rig.OUR_MAC, MAC, 0x0800, Frames.ipv4(from, Rig.OUR_IP, 1, 64, icmp));
  }

  private static void onVerdict(Rig rig, DropReason wanted, Runnable then) {
    rig.skiff.addTap(
        new PacketTap() {
          @Override
          public void seen(
              Packet packet, long id, Direction direction, NetDevice dev, long nowNs) {}

          @Override
          public void verdict(long id, DropReason reason) {
            if (reason == wanted) {
              then.run();
            }
          }
        });
  }

  // ---- Who is told that a host does not answer
  // ----------------------------------------------------

  @Test
  void whoIsToldMayDeleteTheEntryAndSendToAnother() {
    Rig rig = new Rig();
    NeighbourTable table = rig.stack().neighbours();
    Told told =
        new Told(
            rig,
            n -> {
              if (n == 1) {
                assertTrue(table.delete(rig.device(), DEAD));
                send(rig, OTHER, 9);
              }
            });
    sendInVain(rig);
    assertFalse(told.numbers.contains(9), "9 waits for another, who was asked this moment");
    assertEquals(1, table.queued());
  }

  /** The table itself takes out what has failed when it is over gc_thresh2 and one more is made. */
  @Test
  void whoIsToldMaySendToAnotherThoughTheTableMakesRoomForIt() {
    Rig rig = new Rig(b -> b.neighbours("gc_thresh1=0,gc_thresh2=1,gc_thresh3=4"));
    Told told =
        new Told(
            rig,
            n -> {
              if (n == 1) {
                send(rig, OTHER, 9);
              }
            });
    sendInVain(rig);
    assertEquals(List.of(1, 2), told.numbers);
    assertEquals(1, rig.stack().neighbours().queued(), "9 waits");
  }

  @Test
  void whoIsToldMaySendMoreThanTheQueueHolds() {
    Rig rig = new Rig(b -> b.neighbours("unres_qlen=2"));
    Told told =
        new Told(
            rig,
            n -> {
              if (n == 1) {
                send(rig, DEAD, 11);
                send(rig, DEAD, 12);
              }
            });
    sendInVain(rig);
    assertEquals(List.of(1, 2), told.numbers, "11 and 12 wait for the answer to a new request");
    assertEquals(2, rig.stack().neighbours().queued());
  }

  // ---- A tap that hears of the end
  // ----------------------------------------------------------------

  private static void flushFromATap() {
    Rig rig = new Rig();
    NeighbourTable table = rig.stack().neighbours();
    onVerdict(
        rig,
        DropReason.QUEUE_PURGE,
        () -> {
          var _ = table.flush(null, EnumSet.allOf(NeighbourState.class));
        });
    rig.exchange(echo(DEAD));
    rig.exchange(echo(OTHER));
    var _ = table.flush(null, EnumSet.allOf(NeighbourState.class));
    assertEquals(0, table.queued());
    assertEquals(0, table.entries(0).size());
  }

  @Test
  void aTapMayFlushWhatIsBeingFlushed() {
    // In a thread of its own, with its own stack, which is its own to use.
    assertTimeoutPreemptively(Duration.ofSeconds(5), NeighbourReentrancyTest::flushFromATap);
  }

  @Test
  void aTapMayDeleteTheEntryWhoseQueueMakesRoom() {
    Rig rig = new Rig(b -> b.neighbours("unres_qlen=1"));
    NeighbourTable table = rig.stack().neighbours();
    onVerdict(
        rig,
        DropReason.NEIGH_QUEUEFULL,
        () -> {
          var _ = table.delete(rig.device(), DEAD);
        });
    rig.exchange(echo(DEAD));
    rig.exchange(echo(DEAD));
    rig.exchange(echo(OTHER)); // What was taken out is used again.
    for (int i = 0; i < 5; i++) {
      rig.after(SECOND);
    }
    assertEquals(0, table.nud().incomplete());
    assertEquals(0, table.queued());
  }

  /** What was taken out is used again at once, for another: it is not the same any more. */
  @Test
  void whatWaitsForOneNeverWaitsForAnotherWhoHasItsEntryNow() {
    Rig rig = new Rig(b -> b.neighbours("unres_qlen=1"));
    NeighbourTable table = rig.stack().neighbours();
    onVerdict(
        rig,
        DropReason.NEIGH_QUEUEFULL,
        () -> {
          if (table.delete(rig.device(), DEAD)) {
            send(rig, OTHER, 9);
          }
        });
    rig.exchange(echo(DEAD));
    rig.exchange(echo(DEAD));
    assertEquals(1, table.queued(), "9 alone");
    List<byte[]> out = rig.exchange(Frames.arpReply(MAC, OTHER, Rig.OUR_MAC, Rig.OUR_IP));
    assertEquals(
        List.of(OTHER),
        out.stream().filter(f -> Frames.u16(f, 12) == 0x0800).map(f -> Frames.u32(f, 30)).toList());
  }

  /** All that waited was sent when it was set: what comes now must not wait for that. */
  @Test
  void nothingWaitsForOneThatATapHasSetByHandWhileItsQueueMadeRoom() {
    Rig rig = new Rig(b -> b.neighbours("unres_qlen=1"));
    NeighbourTable table = rig.stack().neighbours();
    onVerdict(
        rig,
        DropReason.NEIGH_QUEUEFULL,
        () ->
            table.add(
                rig.device(),
                DEAD,
                MAC,
                NeighbourState.PERMANENT,
                NeighbourTable.IfThere.REPLACE,
                rig.clock.nowNs()));
    rig.exchange(echo(DEAD));
    List<byte[]> out = rig.exchange(echo(DEAD));
    assertEquals(0, table.queued());
    assertEquals(1, out.stream().filter(f -> Frames.u16(f, 12) == 0x0800).count());
  }

  /** That pushes out the next one, which is heard of as well, and so on. */
  @Test
  void aTapMaySendAnewForEachThatWasPushedOut() {
    Rig rig = new Rig(b -> b.neighbours("unres_qlen=2"));
    int[] sent = {0};
    onVerdict(
        rig,
        DropReason.NEIGH_QUEUEFULL,
        () -> {
          sent[0]++;
          send(rig, DEAD, 9);
        });
    for (int i = 0; i < 3; i++) {
      rig.exchange(echo(DEAD));
    }
    assertEquals(3, sent[0], "one for each echo; taps do not hear of what they never saw");
    assertEquals(2, rig.stack().neighbours().queued());
  }
}
