package dev.skiff.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.skiff.Rig;
import dev.skiff.dev.NetDevice;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.Packet;
import dev.skiff.skb.SkBuff;
import dev.skiff.skb.SkBuffPool;
import dev.skiff.stats.Counters;
import dev.skiff.time.TimerQueue;
import java.lang.management.ManagementFactory;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Reassembly allocates nothing, once the code is warm, whatever becomes of the fragments: X79. */
class ReassemblyAllocationTest {
  private static final int WINDOW = 20_000;
  private static final int WINDOWS_IN_A_ROW = 3;
  private static final int MOST_WINDOWS = 60;

  private final Rig rig = new Rig(b -> b.paranoid(false));
  private final SkBuffPool pool = rig.stack().pool();
  private final TimerQueue timers = new TimerQueue();
  private final Counters stats = new Counters(IpStat.values().length);
  private long nowNs;
  private int expired;
  private final Reassembly reassembly =
      new Reassembly(
          pool,
          timers,
          new FragParms(100_000, 0, FragRig.SECOND),
          new SplittableRandom(1),
          stat -> stats.increment(stat.ordinal()),
          new Reassembly.Sink() {
            @Override
            public DropReason whole(SkBuff skb, NetDevice dev, long nowNs) {
              return DropReason.CONSUMED;
            }

            @Override
            public void expired(Packet first, NetDevice dev, long nowNs) {
              expired++;
            }
          });

  private void send(byte[] fragment, int id, int saddr) {
    SkBuff skb = Objects.requireNonNull(pool.devAlloc(fragment.length, "test"));
    skb.copyFrom(fragment, skb.put(fragment.length), fragment.length);
    skb.set16(skb.data() + 4, id);
    skb.set32(skb.data() + 12, saddr);
    DropReason reason = reassembly.add(skb, rig.device(), nowNs);
    if (reason != DropReason.NOT_DROPPED) {
      skb.free(reason);
    }
  }

  @Test
  void threeWindowsOfAllThatCanHappenAllocateNothing() {
    byte[] data = Fragment.data(3000, 1);
    byte[] first = Fragment.part(data, 0, 1480).bytes();
    byte[] second = Fragment.part(data, 1480, 2960).bytes();
    byte[] last = Fragment.part(data, 2960, 3000).bytes();
    byte[] overlap = Fragment.part(data, 8, 1480).bytes();
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    var _ = threads.getCurrentThreadAllocatedBytes();
    int inARow = 0;
    long allocated = -1;
    for (int i = 0; i < MOST_WINDOWS && inARow < WINDOWS_IN_A_ROW; i++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int n = 0; n < WINDOW; n++) {
        nowNs += FragRig.SECOND / 100;
        var _ = timers.advance(nowNs);
        send(last, n & 0xFFFF, Rig.PEER_IP);
        send(first, n & 0xFFFF, Rig.PEER_IP);
        send(first, n & 0xFFFF, Rig.PEER_IP);
        send(first, n & 0xFFFF, Rig.PEER_IP + 1 + i * WINDOW + n); // Never seen before.
        send(second, n & 0xFFFF, Rig.PEER_IP);
        send(last, n & 0xFFFF, Rig.PEER_IP - 1);
        if (n % 8 == 0) {
          send(first, n & 0xFFFF, Rig.PEER_IP - 2);
          send(overlap, n & 0xFFFF, Rig.PEER_IP - 2);
        }
        if (n % 1000 == 0) {
          nowNs += FragRig.SECOND;
        }
      }
      allocated = threads.getCurrentThreadAllocatedBytes() - before;
      inARow = allocated == 0 ? inARow + 1 : 0;
    }
    assertEquals(WINDOWS_IN_A_ROW, inARow, "bytes in the last window: " + allocated);
    assertTrue(expired > 100, "expired: " + expired);
    for (IpStat stat :
        new IpStat[] {
          IpStat.IP_REASM_OKS,
          IpStat.IP_REASM_TIMEOUT,
          IpStat.IP_REASM_FAILS,
          IpStat.IP_EXT_REASM_OVERLAPS
        }) {
      assertTrue(stats.get(stat.ordinal()) > 100, stat.name());
    }
    assertTrue(rig.verdicts(DropReason.IP_FRAGMENT_EVICTED) > 100);
    assertTrue(rig.verdicts(DropReason.DUP_FRAG) > 100);
    reassembly.purge();
  }
}
