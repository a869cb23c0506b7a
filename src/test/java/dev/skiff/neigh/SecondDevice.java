package dev.skiff.neigh;

import dev.skiff.Skiff;
import dev.skiff.dev.Acd;
import dev.skiff.dev.ArpConf;
import dev.skiff.dev.DeviceConfig;
import dev.skiff.dev.NetDevice;
import dev.skiff.header.Ip4Prefix;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import dev.skiff.skb.SkBuffPool;
import dev.skiff.wire.PipeWire;
import dev.skiff.wire.Wire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** One more device of a stack, up, on a wire of its own that the test is at the far end of. */
final class SecondDevice implements AutoCloseable {
  static final long MAC = 0x0200_5E10_0099L;
  private static final int MAX_FRAME = 2048;

  final NetDevice dev;
  private final Skiff skiff;
  private final Wire peer;
  private final SkBuffPool pool = new SkBuffPool(4, SkBuffPool.slotSizeFor(MAX_FRAME), 1);

  SecondDevice(Skiff skiff, String address, String acd) throws IOException {
    this(skiff, address, ArpConf.USUAL.withAcd(Acd.parse(acd)));
  }

  SecondDevice(Skiff skiff, String address, ArpConf arp) throws IOException {
    this.skiff = skiff;
    PipeWire wire = new PipeWire(MAX_FRAME, 64);
    peer = wire.b();
    DeviceConfig config =
        DeviceConfig.of("skiff1", wire.a())
            .withMac(MAC)
            .withAddress(Ip4Prefix.parse(address))
            .withArp(arp);
    dev = skiff.register(config);
    dev.open();
  }

  long mac() {
    return dev.macAddress();
  }

  /** Puts a frame on its wire. */
  void inject(byte[] frame) {
    SkBuff skb = Objects.requireNonNull(pool.devAlloc(frame.length, "second"));
    skb.copyFrom(frame, skb.put(frame.length), frame.length);
    if (peer.queue(skb, 0) != Wire.Xmit.OK) {
      throw new IllegalStateException("the wire is full");
    }
    peer.flush(0, SkBuff::free);
  }

  /** What has come out of it. */
  List<byte[]> received() {
    List<byte[]> frames = new ArrayList<>();
    SkBuff skb = Objects.requireNonNull(pool.devAlloc(MAX_FRAME, "second"));
    while (peer.receive(skb, 0) == Wire.Rx.FRAME) {
      byte[] frame = new byte[skb.len()];
      skb.copyTo(skb.data(), frame, frame.length);
      frames.add(frame);
      skb.free(DropReason.CONSUMED);
      skb = Objects.requireNonNull(pool.devAlloc(MAX_FRAME, "second"));
    }
    skb.free(DropReason.CONSUMED);
    return frames;
  }

  @Override
  public void close() {
    skiff.unregister(dev);
    peer.close(SkBuff::free);
    pool.close();
  }
}
