package dev.skiff.config;

import dev.skiff.daemon.DeviceSpec;
import dev.skiff.daemon.ListenAddress;
import dev.skiff.daemon.RunConfig;
import dev.skiff.daemon.Service;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import dev.skiff.header.MacAddr;
import dev.skiff.ip.RouteSpec;
import dev.skiff.text.ByteSize;
import dev.skiff.text.Settings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The values of keys, as a flag would have them; those without a value are left out. */
final class Effective {
  private final Map<Key, List<String>> values = new LinkedHashMap<>();

  private Effective() {}

  /** Of a device. */
  static Map<Key, List<String>> of(DeviceSpec spec) {
    Effective all = new Effective();
    all.put(Keys.TAP, spec.tap());
    all.put(Keys.IP, spec.ips().stream().map(Ip4Prefix::toString).toList());
    Long mac = spec.mac();
    all.put(Keys.MAC, mac == null ? null : MacAddr.format(mac));
    Integer gateway = spec.gateway();
    all.put(Keys.GATEWAY, gateway == null ? null : Ip4Addr.format(gateway));
    all.put(Keys.HOST_IP, spec.hostIp());
    all.put(Keys.UPLINK, spec.uplink());
    all.put(Keys.MTU, spec.mtu());
    all.put(Keys.NETNS, spec.netns());
    all.put(Keys.TXQUEUELEN, spec.txQueueLen());
    Integer sndbuf = spec.sndbuf();
    all.put(Keys.SNDBUF, sndbuf == null ? null : ByteSize.format(sndbuf));
    return all.values;
  }

  /** Of all else. */
  static Map<Key, List<String>> of(RunConfig config, boolean warmUp) {
    Effective all = new Effective();
    Service service = config.service();
    all.put(Keys.SOCKET, config.socket());
    all.put(Keys.PID_FILE, service.pidFile());
    all.put(Keys.USER, service.user());
    all.put(Keys.LOG_LEVEL, service.logLevel().word());
    all.put(Keys.METRICS, ListenAddress.format(service.metrics()));
    all.put(Keys.ROUTE, config.routes().stream().map(RouteSpec::toString).toList());
    all.put(Keys.GROUP, config.groups().stream().map(Ip4Addr::format).toList());
    all.put(Keys.ACD, config.arp().acd().word());
    all.put(Keys.IO, config.io().word());
    all.put(Keys.IDLE, config.idle().word());
    all.put(Keys.BUFFER_MEMORY, ByteSize.format(config.bufferMemory()));
    all.put(Keys.RX_COPYBREAK, config.rxCopybreak());
    all.put(Keys.PCAP, config.pcap());
    all.put(Keys.WARM_UP, Settings.shown(warmUp));
    all.put(Table.ARP, config.arp().settings());
    all.put(Table.NEIGH, config.neighbours().settings());
    all.put(Table.IPV4, config.ipv4().settings());
    all.put(Table.FAULT, config.fault().settings());
    return all.values;
  }

  private void put(Key key, @Nullable Object value) {
    if (value != null) {
      values.put(key, List.of(value.toString()));
    }
  }

  private void put(Key key, List<String> texts) {
    values.put(key, texts);
  }

  private void put(Table table, Map<String, String> settings) {
    for (Key key : Keys.of(table)) {
      put(key, settings.get(key.name()));
    }
  }
}
