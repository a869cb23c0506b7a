package dev.skiff.jmh;

import dev.skiff.Rig;
import dev.skiff.dev.NetDevice;
import dev.skiff.dev.Resolve;
import dev.skiff.header.Ip4Addr;
import dev.skiff.neigh.NeighbourState;
import dev.skiff.neigh.NeighbourTable;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What it costs to find a next hop's MAC address, hop after hop in no order. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class NeighbourBenchmark {
  private static final int HOPS = 4096;

  /** A table with so many neighbours, all of them reachable. */
  @State(Scope.Thread)
  public static class Table {
    @Param({"1", "1000"})
    public int neighbours;

    private Rig rig;
    private NeighbourTable table;
    private NetDevice dev;
    private SkBuff skb;
    private int haddr;
    private final int[] hops = new int[HOPS];
    private final Map<Integer, Long> map = new HashMap<>();
    private int at;

    /** Fills it. */
    @Setup
    public void fill() {
      rig = new Rig(builder -> builder.ip("198.18.0.1/15").paranoid(false));
      table = rig.stack().neighbours();
      dev = rig.device();
      int first = Ip4Addr.parse("198.18.1.0");
      for (int i = 0; i < neighbours; i++) {
        long mac = 0x0200_0000_0000L + i;
        table.add(dev, first + i, mac, NeighbourState.REACHABLE, NeighbourTable.IfThere.REFUSE, 0);
        map.put(first + i, mac);
      }
      SplittableRandom random = new SplittableRandom(826);
      for (int i = 0; i < HOPS; i++) {
        hops[i] = first + random.nextInt(neighbours);
      }
      skb = Objects.requireNonNull(rig.stack().pool().devAlloc(1514, "jmh"));
      haddr = skb.put(60);
    }

    /** Gives it up. */
    @TearDown
    public void close() {
      skb.free(DropReason.CONSUMED);
      rig.close();
    }

    int next() {
      at = (at + 1) & (HOPS - 1);
      return hops[at];
    }
  }

  /** {@code arp_find}, as for a packet whose header is not cached. */
  @Benchmark
  public Resolve arpFind(Table t) {
    return t.table.arpFind(t.skb, t.dev, t.haddr, t.next(), 1);
  }

  /** To compare: the same in a map of the JDK's, without the counting and the writing. */
  @Benchmark
  public Long hashMap(Table t) {
    return t.map.get(t.next());
  }
}
