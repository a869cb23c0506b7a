package dev.skiff.ip;

import dev.skiff.Skiff;
import dev.skiff.dev.DeviceConfig;
import dev.skiff.dev.NetDevice;
import dev.skiff.header.Ip4Prefix;
import dev.skiff.skb.SkBuff;
import dev.skiff.wire.PipeWire;
import dev.skiff.wire.Wire;
import java.io.IOException;

/** One more device of a stack, down, which nothing comes by but what the test says does. */
final class SecondInterface implements AutoCloseable {
  final NetDevice dev;
  private final Skiff skiff;
  private final Wire peer;

  SecondInterface(Skiff skiff) throws IOException {
    this.skiff = skiff;
    PipeWire wire = new PipeWire(2048, 4);
    peer = wire.b();
    dev =
        skiff.register(
            DeviceConfig.of("skiff1", wire.a())
                .withMac(0x0200_5E10_0099L)
                .withAddress(Ip4Prefix.parse("203.0.113.2/24")));
  }

  @Override
  public void close() {
    skiff.unregister(dev);
    peer.close(SkBuff::free);
  }
}
