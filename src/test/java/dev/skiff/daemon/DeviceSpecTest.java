package dev.skiff.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.skiff.dev.ArpConf;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import dev.skiff.header.MacAddr;
import dev.skiff.ip.IpParms;
import dev.skiff.loop.IdleStrategy;
import dev.skiff.neigh.NeighbourParms;
import dev.skiff.stack.PoolConfig;
import dev.skiff.wire.FaultSpec;
import dev.skiff.wire.IoMode;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code run --dev} is told, alone and together. */
class DeviceSpecTest {
  private static RunConfig config(String... devices) {
    List<DeviceSpec> specs = Arrays.stream(devices).map(DeviceSpec::parse).toList();
    return new RunConfig(
        specs,
        null,
        null,
        IoMode.AUTO,
        FaultSpec.OFF,
        0,
        PoolConfig.USUAL_BYTES,
        ArpConf.USUAL,
        NeighbourParms.USUAL,
        IpParms.USUAL,
        List.of(),
        IdleStrategy.BLOCK,
        List.of(),
        Service.USUAL);
  }

  @Test
  void everySettingIsRead() {
    assertEquals(
        new DeviceSpec(
            "a",
            "blue",
            List.of(Ip4Prefix.parse("198.51.100.2/24"), Ip4Prefix.parse("203.0.113.2/24")),
            MacAddr.parse("02:00:5e:10:00:01"),
            Ip4Addr.parse("198.51.100.1"),
            Ip4Prefix.parse("198.51.100.3/24"),
            null,
            1400,
            10,
            65536),
        DeviceSpec.parse(
            "sndbuf=64K, txqueuelen=10,mtu=1400,host-ip=198.51.100.3/24,gateway=198.51.100.1,"
                + "mac=02:00:5e:10:00:01,ip=198.51.100.2/24+203.0.113.2/24,netns=blue,tap=a"));
    assertEquals(
        new DeviceSpec(
            "a",
            null,
            List.of(Ip4Prefix.parse("198.51.100.2/24")),
            null,
            null,
            null,
            null,
            null,
            null,
            null),
        DeviceSpec.parse("tap=a,ip=198.51.100.2/24"));
    assertEquals("eth0", DeviceSpec.parse("tap=a,ip=198.51.100.2/24,uplink=eth0").uplink());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | tap is missing: say tap=skiff0",
        "tap=a,,ip=198.51.100.2/24 | '' is no setting of a device: use one of tap, ip, mac,",
        "tpa=a,ip=198.51.100.2/24 | 'tpa' is no setting of a device: did you mean 'tap'?",
        "tap=a | ip is missing: say ip=198.51.100.2/24",
        "ip=198.51.100.2/24 | tap is missing: say tap=skiff0",
        "tap=,ip=198.51.100.2/24 | 'tap' has no value: say tap=skiff0",
        "tap,ip=198.51.100.2/24 | 'tap' has no value: say tap=skiff0",
        "tap=a,tap=b,ip=198.51.100.2/24 | 'tap' is said twice: say it once",
        "tap=a,ip=198.51.100.2 | ip: ",
        "tap=a,ip=198.51.100.2/24,mtu=big | mtu: 'big' is not a number",
        "tap=a,ip=198.51.100.2/24,mtu=67 | MTU 67 is out of range",
        "tap=a,ip=198.51.100.2/24,mac=1 | mac: ",
        "tap=a,ip=198.51.100.2/24,gateway=203.0.113.1 | must be reachable directly",
        "tap=a,ip=198.51.100.2/24,host-ip=203.0.113.1/24 | are not in one network",
        "tap=a,ip=198.51.100.2/24+198.51.100.3/24,host-ip=198.51.100.3/24 | are both 198.51.100.3",
        "tap=a,ip=198.51.100.2/24,uplink=a | --uplink a is the TAP itself",
        "tap=a,ip=198.51.100.2/24,uplink=b/c | --uplink 'b/c' cannot be an interface's name",
        "tap=a,ip=198.51.100.2/24,uplink= | 'uplink' has no value: say uplink=eth0",
        "tap=a,ip=198.51.100.2/24,uplink=b,host-ip=198.51.100.1/24 | do not go together: a port",
        "tap=a,ip=198.51.100.2/24,txqueuelen=0 | use 1 or more",
        "tap=a,ip=198.51.100.2/24,sndbuf=0 | use 1 or more",
        "tap=a/b,ip=198.51.100.2/24 | cannot be a device's name",
      })
  void aMistakeIsSaidInOneLine(String text, String part) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> DeviceSpec.parse(text));
    String message = String.valueOf(e.getMessage());
    assertEquals(part.strip(), message.contains(part.strip()) ? part.strip() : message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tap=a,ip=198.51.100.2/24 | tap=a,ip=203.0.113.2/24 | two devices are called a",
        "tap=a,ip=198.51.100.2/24 | tap=b,ip=198.51.100.3/25 | are in one network",
        "tap=a,ip=198.51.100.200/24 | tap=b,ip=198.51.100.3/25 | are in one network",
      })
  void whatDoesNotGoTogetherIsRefused(String one, String other, String part) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> config(one, other));
    String message = String.valueOf(e.getMessage());
    assertEquals(part, message.contains(part) ? part : message);
    assertEquals(1, config(one).devices().size());
  }

  /** X125: {@code run --group}. */
  @Test
  void groupsAreGroupsAndNotTooMany() {
    RunConfig one = config("tap=a,ip=198.51.100.2/24");
    List<Integer> twenty = IntStream.range(0, 20).map(i -> 0xEF00_0001 + i).boxed().toList();
    assertEquals(twenty, in(one, twenty).groups());
    List<Integer> more = IntStream.range(0, 21).map(i -> 0xEF00_0001 + i).boxed().toList();
    assertThrows(IllegalArgumentException.class, () -> in(one, more));
    List<Integer> noGroup = List.of(Ip4Addr.parse("198.51.100.1"));
    assertThrows(IllegalArgumentException.class, () -> in(one, noGroup));
  }

  private static RunConfig in(RunConfig config, List<Integer> groups) {
    return new RunConfig(
        config.devices(),
        config.socket(),
        config.pcap(),
        config.io(),
        config.fault(),
        config.rxCopybreak(),
        config.bufferMemory(),
        config.arp(),
        config.neighbours(),
        config.ipv4(),
        config.routes(),
        config.idle(),
        groups,
        config.service());
  }
}
