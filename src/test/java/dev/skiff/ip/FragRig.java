package dev.skiff.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.skiff.Rig;
import dev.skiff.Skiff;
import dev.skiff.dev.NetDevice;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.Packet;
import dev.skiff.skb.SkBuff;
import dev.skiff.skb.SkBuffPool;
import dev.skiff.stats.Counters;
import dev.skiff.time.TimerQueue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Assertions;

/**
 * Reassembly alone, on the pool and the device of a {@link Rig}, so that what it leaks is seen; the
 * test gives it fragments and tells the time.
 */
final class FragRig implements Reassembly.Sink {
  static final long SECOND = 1_000_000_000L;
  static final long TIME_NS = FragParms.USUAL.timeNs();
  private static final String TEST = "test";
  private static final long SEED = 815;

  final Rig rig;
  final TimerQueue timers = new TimerQueue();
  final Reassembly reassembly;
  final int cap;
  private final Counters stats = new Counters(IpStat.values().length);

  /** The datagrams that were made whole, from the IP header on. */
  final List<byte[]> wholes = new ArrayList<>();

  /** The fragments 0 of those that were given up by time. */
  final List<byte[]> expired = new ArrayList<>();

  /** What is done with a whole one before it is refused. */
  Consumer<SkBuff> onWhole = skb -> {};

  /** What is done when one has expired. */
  Runnable onExpired = () -> {};

  DropReason verdict = DropReason.CONSUMED;
  long nowNs = 5 * SECOND;

  FragRig() {
    this(FragParms.USUAL);
  }

  FragRig(FragParms parms) {
    this(parms, b -> {});
  }

  FragRig(FragParms parms, Consumer<Skiff.Builder> settings) {
    rig = new Rig(settings);
    cap = parms.highThresh();
    reassembly =
        new Reassembly(
            pool(),
            timers,
            parms,
            new SplittableRandom(SEED),
            stat -> stats.increment(stat.ordinal()),
            this);
  }

  SkBuffPool pool() {
    return rig.stack().pool();
  }

  @Override
  public DropReason whole(SkBuff skb, NetDevice dev, long nowNs) {
    assertEquals(skb.data(), skb.networkHeader());
    assertEquals(this.nowNs, nowNs);
    wholes.add(bytesOf(skb));
    onWhole.accept(skb);
    return verdict;
  }

  @Override
  public void expired(Packet first, NetDevice dev, long nowNs) {
    expired.add(bytesOf(first));
    onExpired.run();
  }

  private static byte[] bytesOf(Packet packet) {
    byte[] bytes = new byte[packet.len()];
    packet.copyTo(packet.data(), bytes, bytes.length);
    return bytes;
  }

  /** A buffer with a received fragment in it. */
  SkBuff skb(Fragment fragment) {
    byte[] bytes = fragment.bytes();
    SkBuff skb = Objects.requireNonNull(pool().devAlloc(bytes.length, TEST));
    skb.copyFrom(bytes, skb.put(bytes.length), bytes.length);
    skb.resetNetworkHeader();
    skb.setPktType(fragment.pktType());
    skb.setDeviceIndex(rig.device().index());
    skb.setStampNs(nowNs);
    return skb;
  }

  /** A fragment comes: what becomes of it. */
  DropReason add(Fragment fragment) {
    return add(skb(fragment), rig.device());
  }

  DropReason add(SkBuff skb, NetDevice dev) {
    DropReason reason = DropReason.HANDLER_ERROR;
    try {
      reason = reassembly.add(skb, dev, nowNs);
    } finally {
      if (reason != DropReason.NOT_DROPPED) {
        assertEquals(TEST, skb.holder());
        skb.free(reason);
      }
    }
    Assertions.assertTrue(reassembly.memory() <= cap, "memory " + reassembly.memory());
    return reason;
  }

  /** Fragments come that are all held. */
  void held(Fragment... fragments) {
    for (Fragment fragment : fragments) {
      assertEquals(DropReason.NOT_DROPPED, add(fragment), fragment.toString());
    }
  }

  /** A fragment comes that makes a datagram whole: its data. */
  byte[] completed(Fragment last) {
    int before = wholes.size();
    assertEquals(DropReason.CONSUMED, add(last));
    assertEquals(before + 1, wholes.size());
    return dataOf(wholes.getLast());
  }

  /** What is behind the IP header. */
  static byte[] dataOf(byte[] datagram) {
    return Arrays.copyOfRange(datagram, (datagram[0] & 0xF) * 4, datagram.length);
  }

  /** Time passes. */
  @CanIgnoreReturnValue
  int after(long ns) {
    nowNs += ns;
    return timers.advance(nowNs);
  }

  long stat(IpStat stat) {
    return stats.get(stat.ordinal());
  }

  /** What is in the way of the counters: those that are not 0, but for ReasmReqds. */
  void assertStats(long oks, long fails, long timeouts, long overlaps) {
    assertEquals(oks, stat(IpStat.IP_REASM_OKS), "ReasmOKs");
    assertEquals(fails, stat(IpStat.IP_REASM_FAILS), "ReasmFails");
    assertEquals(timeouts, stat(IpStat.IP_REASM_TIMEOUT), "ReasmTimeout");
    assertEquals(overlaps, stat(IpStat.IP_EXT_REASM_OVERLAPS), "ReasmOverlaps");
  }

  /** Nothing is held any more, and nothing is left of it. */
  void assertEmpty() {
    assertEquals(0, reassembly.inuse());
    assertEquals(0, reassembly.memory());
    assertEquals(0, timers.size());
  }

  /** The end: what is held is given up, and nothing is left of it. */
  void end() {
    reassembly.purge();
    assertEmpty();
  }
}
