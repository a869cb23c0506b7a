package dev.skiff.trace;

import dev.skiff.dev.NetDevice;
import dev.skiff.dev.NetDevices;
import dev.skiff.dev.PacketTap;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.Packet;
import dev.skiff.time.Clock;
import java.io.IOException;
import java.util.concurrent.locks.LockSupport;

/**
 * A capture: copies frames when they are seen (an echo is answered in place) and writes them, in
 * the order of their arrival, when their end is known, or after {@link #HELD_AFTER_NS} as "held".
 *
 * <p>{@link #seen} and {@link #verdict} run on the loop thread and never wait: what a slow reader
 * has no room for is lost to the capture, and counted. {@link #writeTo} runs on a thread of its
 * caller's. {@link #stop} may be called by any.
 */
public final class Capture implements PacketTap, AutoCloseable {
  /** How long a frame's verdict is waited for: 100 ms. */
  public static final long HELD_AFTER_NS = 100_000_000L;

  /** Bytes between the loop and the writer unless it is told otherwise. */
  public static final int RING_BYTES = 4 << 20;

  /** How often the writer looks whether there is something to write. */
  private static final long LOOK_NS = 5_000_000L;

  private final Filter filter;
  private final boolean all;
  private final Clock clock;
  private final FrameRing ring;
  private final Keys keys = new Keys();
  private final String[] names = new String[NetDevices.MAX];
  private volatile boolean stopped;
  private volatile long written;

  /** A capture of the frames that {@code filter} matches, timed by the loop's clock. */
  public Capture(Filter filter, Clock clock) {
    this(filter, clock, RING_BYTES);
  }

  Capture(Filter filter, Clock clock, int ringBytes) {
    this.filter = filter;
    this.clock = clock;
    all = filter.equals(Filter.ALL);
    ring = new FrameRing(ringBytes);
  }

  // ---- The loop thread --------------------------------------------------------------------------

  @Override
  public void seen(Packet packet, long id, Direction direction, NetDevice dev, long nowNs) {
    if (!all) {
      keys.read(packet, packet.macHeader(), direction == Direction.IN, dev.name());
      names[dev.index()] = dev.name(); // The writer sees it with the frame, which comes after.
      if (filter.test(keys, null) == Filter.NO) {
        return;
      }
    }
    ring.put(packet, id, direction, dev.index(), nowNs);
  }

  @Override
  public void verdict(long id, DropReason reason) {
    ring.verdict(id, reason);
  }

  // ---- The writer's thread ----------------------------------------------------------------------

  /**
   * Writes what is captured until {@link #stop}, and then what is left in the ring.
   *
   * @param out flushed whenever there is nothing more to write
   * @throws IOException if {@code out} fails: the capture is of no use any more
   */
  public void writeTo(PcapngWriter out) throws IOException {
    out.flush();
    try (Writer writer = new Writer(out)) {
      while (true) {
        boolean last = stopped;
        if (writer.writeDue(last)) {
          out.flush();
        }
        if (last) {
          out.statistics(clock.nowNs(), written, ring.dropped());
          out.flush();
          return;
        }
        LockSupport.parkNanos(LOOK_NS);
      }
    }
  }

  /** The writer's half. */
  final class Writer implements AutoCloseable {
    private final PcapngWriter out;
    private final FrameRing.Reader frames = ring.new Reader();
    private final byte[] frame = new byte[Scratch.MAX_FRAME];
    private final Scratch scratch = new Scratch();
    private final Keys writersKeys = new Keys();
    private long lostBefore;
    private long count;

    Writer(PcapngWriter out) {
      this.out = out;
    }

    /** Writes the frames whose end is known, up to the first for which there is hope. */
    boolean writeDue(boolean last) throws IOException {
      boolean any = false;
      for (int at = frames.first(); at >= 0; at = frames.first()) {
        int verdict = frames.verdictOf(at);
        if (verdict < 0 && !last && clock.nowNs() - frames.stampOf(at) < HELD_AFTER_NS) {
          break;
        }
        write(at, verdict < 0 ? DropReason.NOT_DROPPED : DropReason.of(verdict));
        frames.removeFirst();
        any = true;
      }
      frames.giveRoomBack();
      return any;
    }

    private void write(int at, DropReason verdict) throws IOException {
      int n = frames.lenOf(at);
      boolean in = frames.isIn(at);
      frames.copyTo(at, frame);
      lostBefore += frames.lostBefore(at);
      if (!all) {
        writersKeys.read(scratch.load(frame, n), 0, in, names[frames.deviceOf(at)]);
        if (filter.test(writersKeys, verdict) != Filter.YES) {
          return;
        }
      }
      out.packet(
          frames.deviceOf(at),
          frames.stampOf(at),
          frame,
          n,
          in,
          frames.idOf(at),
          lostBefore,
          verdict);
      lostBefore = 0;
      written = ++count;
    }

    @Override
    public void close() {
      scratch.close();
    }
  }

  // ---- Any thread -------------------------------------------------------------------------------

  /** Ends {@link #writeTo} once the ring is empty; the tap must have been taken away before. */
  public void stop() {
    stopped = true;
  }

  /** Frames written. */
  public long written() {
    return written;
  }

  /** Frames that were lost to the capture since its reader was too slow. */
  public long lost() {
    return ring.dropped();
  }

  /** Gives the memory back: after the tap was taken away and {@link #writeTo} has returned. */
  @Override
  public void close() {
    ring.close();
  }
}
