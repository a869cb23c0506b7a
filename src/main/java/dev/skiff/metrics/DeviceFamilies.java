package dev.skiff.metrics;

import dev.skiff.dev.DeviceStat;
import dev.skiff.dev.NetDevice;
import dev.skiff.wire.FaultDirection;
import dev.skiff.wire.FaultStat;
import dev.skiff.wire.FaultyWire;
import dev.skiff.wire.TapStat;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What there is of each device: its counters, its wire's, its far end's and its state. */
final class DeviceFamilies {
  private static final String DEVICE = "device";
  private static final String DIRECTION = "direction";
  private static final List<FaultDirection> WAYS = List.of(FaultDirection.IN, FaultDirection.OUT);

  /** What the kernel counts of the host's side, by the names of {@code ip -s link}. */
  private static final Map<String, String> FAR = far();

  /** There are few, and each is asked for with every metric of every scrape. */
  private final Map<String, Labels> labels = new ConcurrentHashMap<>();

  private static Map<String, String> far() {
    Map<String, String> far = new LinkedHashMap<>();
    far.put("rx_packets", "Frames that the host's side of the wire has received: from Skiff.");
    far.put("rx_bytes", "Bytes in the frames that the host's side has received.");
    far.put("rx_errors", "Malformed frames that the host's side has received.");
    far.put("rx_dropped", "Frames from Skiff that the host had no use for.");
    far.put("tx_packets", "Frames that the host's side of the wire has sent: to Skiff.");
    far.put("tx_bytes", "Bytes in the frames that the host's side has sent.");
    far.put("tx_errors", "Frames that the host's side failed to send.");
    far.put(
        "tx_dropped", "Frames for Skiff that the host lost, since Skiff was too slow for them.");
    return far;
  }

  List<Family> all() {
    List<Family> all = new ArrayList<>();
    all.add(state("up", "Whether the device is up.", dev -> dev.isUp() ? 1 : 0));
    all.add(
        state(
            "carrier",
            "Whether the device is up and somebody is at the far end.",
            dev -> dev.hasCarrier() ? 1 : 0));
    all.add(
        state(
            "failed",
            "Whether the device is down for good; skiff status says why.",
            dev -> dev.failure().isEmpty() ? 0 : 1));
    all.add(
        state("mtu_bytes", "The most bytes in a frame behind its link header.", NetDevice::mtu));
    for (DeviceStat stat : DeviceStat.values()) {
      all.add(
          counter(
              "device_" + MetricName.device(stat.statName()),
              stat.text(),
              (scrape, dev) -> dev.stat(stat)));
    }
    for (TapStat stat : TapStat.values()) {
      all.add(
          counter(
              "io_" + MetricName.snake(stat.statName()),
              stat.text(),
              (scrape, dev) -> scrape.io(dev).get(stat.statName())));
    }
    FAR.forEach(
        (name, help) ->
            all.add(
                counter(
                    "host_" + MetricName.device(name),
                    help,
                    (scrape, dev) -> scrape.far(dev).get(name))));
    for (FaultStat stat : FaultStat.values()) {
      all.add(fault(stat));
    }
    return all;
  }

  /** One number of a device; null if it has none. */
  private interface OfDevice {
    @Nullable Long now(Scrape scrape, NetDevice dev);
  }

  private Family counter(String name, String help, OfDevice value) {
    return Family.counter(
        "skiff_" + name,
        help,
        List.of(DEVICE),
        (scrape, into) -> {
          for (NetDevice dev : scrape.devices()) {
            Long now = value.now(scrape, dev);
            if (now != null) {
              into.add(labels(dev), (double) now);
            }
          }
        });
  }

  private Family state(String name, String help, ToDoubleFunction<NetDevice> value) {
    return Family.gauge(
        "skiff_device_" + name,
        help,
        List.of(DEVICE),
        (scrape, into) -> {
          for (NetDevice dev : scrape.devices()) {
            into.add(labels(dev), value.applyAsDouble(dev));
          }
        });
  }

  private Family fault(FaultStat stat) {
    return Family.counter(
        "skiff_fault_" + stat.statName(),
        stat.text(),
        List.of(DEVICE, DIRECTION),
        (scrape, into) -> {
          for (NetDevice dev : scrape.devices()) {
            FaultyWire wire = dev.fault();
            if (wire != null) {
              for (FaultDirection way : WAYS) {
                into.add(
                    labels(dev).add(DIRECTION, way.settingName()), (double) wire.stat(way, stat));
              }
            }
          }
        });
  }

  private Labels labels(NetDevice dev) {
    return labels.computeIfAbsent(dev.name(), name -> Labels.of(DEVICE, name));
  }
}
