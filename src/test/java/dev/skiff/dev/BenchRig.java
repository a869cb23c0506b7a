package dev.skiff.dev;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.Skiff;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import dev.skiff.time.ManualClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/** A stack on a {@link BenchWire}, turned by the test; closing it checks that no buffer is out. */
final class BenchRig implements AutoCloseable {
  static final int OWN_TYPE = 0x88B5;

  final BenchWire wire = new BenchWire();
  final ManualClock clock = new ManualClock(1_000_000_000L);
  final Skiff skiff;

  BenchRig() {
    this(builder -> {});
  }

  BenchRig(Consumer<Skiff.Builder> settings) {
    Skiff.Builder builder =
        Skiff.builder()
            .wire("eth%d", wire)
            .ip("198.51.100.2/24")
            .mac("02:00:5e:10:00:01")
            .acd("off")
            .clock(clock);
    settings.accept(builder);
    try {
      skiff = builder.build();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  NetDevice device() {
    return skiff.device();
  }

  void turn() {
    for (int i = 0; !skiff.turn(); i++) {
      if (i == 1000) {
        throw new IllegalStateException("the loop does not come to rest");
      }
    }
  }

  void after(long ns) {
    clock.advance(ns);
    turn();
  }

  /** How packets have ended for a reason. */
  long verdicts(DropReason reason) {
    return skiff.pool().verdicts().of(reason);
  }

  /** A frame of our own EtherType whose first byte of payload is {@code number}. */
  SkBuff frame(int number, int band) {
    SkBuff skb = Objects.requireNonNull(skiff.pool().devAlloc(100, "test"));
    skb.reserve(14);
    byte[] data = Frames.data(60);
    data[0] = (byte) number;
    skb.copyFrom(data, skb.put(60), 60);
    if (device().hardHeader(skb, OWN_TYPE, Rig.PEER_MAC, 60) != 14) {
      throw new IllegalStateException("no header");
    }
    skb.setPriority(band);
    return skb;
  }

  /** Queues such a frame; it is freed if the device refuses it. */
  DropReason transmit(int number, int band) {
    SkBuff skb = frame(number, band);
    DropReason reason = device().transmit(skb, clock.nowNs());
    if (reason != DropReason.NOT_DROPPED) {
      skb.free(reason);
    }
    return reason;
  }

  /** The numbers of the frames that went out, in order. */
  List<Integer> sent() {
    List<Integer> numbers = new ArrayList<>();
    for (byte[] frame : wire.sent) {
      numbers.add(Frames.u8(frame, 14));
    }
    return numbers;
  }

  /** Has something done whenever devices of the rig come to this. */
  static void on(BenchRig rig, NetdevEvent wanted, Consumer<NetDevice> action) {
    rig.skiff
        .netDevices()
        .addNotifier(
            (event, dev) -> {
              if (event == wanted) {
                action.accept(dev);
              }
            });
  }

  /** Exceptions that were caught. */
  static long faults(BenchRig rig) {
    return Rig.stackOf(rig.skiff).faults().count();
  }

  @Override
  public void close() {
    for (NetDevice dev : skiff.netDevices().all()) {
      dev.stop();
    }
    List<String> left = skiff.pool().report();
    skiff.close();
    if (!left.isEmpty()) {
      throw new AssertionError("buffers are out: " + left);
    }
  }
}
