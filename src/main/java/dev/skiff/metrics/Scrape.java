package dev.skiff.metrics;

import dev.skiff.dev.NetDevice;
import dev.skiff.loop.PollLoop;
import dev.skiff.stack.NetStack;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What is asked for but once in a scrape, however many metrics come from it. Thread: the one that
 * scrapes.
 */
final class Scrape {
  private final List<NetDevice> devices;
  private final Map<NetDevice, Map<String, Long>> far = new HashMap<>();
  private final Map<NetDevice, Map<String, Long>> io = new HashMap<>();
  private final Map<String, Long> loop;

  Scrape(NetStack stack, PollLoop loop) {
    devices = stack.devices();
    this.loop = loop.counters();
  }

  /** The devices of now. */
  List<NetDevice> devices() {
    return devices;
  }

  /** What a device's far end counts: of a TAP, a question to the kernel. */
  Map<String, Long> far(NetDevice dev) {
    return far.computeIfAbsent(dev, d -> d.wire().farCounters());
  }

  /** What a device's wire has asked of the system. */
  Map<String, Long> io(NetDevice dev) {
    return io.computeIfAbsent(dev, d -> d.wire().ioCounters());
  }

  /** The loop's counters by name. */
  Map<String, Long> loop() {
    return loop;
  }
}
