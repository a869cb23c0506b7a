package dev.skiff.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.skiff.dev.Acd;
import dev.skiff.header.Ip4Addr;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said at the start: a line that works when it is typed. */
class StartLineTest {
  private static final String START = "skiff: t 02:00:5e:10:00:01 answers as ";

  private static String line(String ips, String more, boolean up, String host) {
    DeviceSpec spec = DeviceSpec.parse("tap=t,ip=" + ips + more);
    return new StartLine("t", 0x0200_5E10_0001L, spec, "", spec.uplink() == null ? null : "br-t")
        .text(Acd.DEFEND, up, host.isEmpty() ? 0 : Ip4Addr.parse(host));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      emptyValue = "",
      value = {
        "198.51.100.2/24 | true | 198.51.100.1 | 198.51.100.2/24, the host is 198.51.100.1; try: ping 198.51.100.2",
        "198.51.100.2/24+203.0.113.2/24 | true | 203.0.113.1 | 198.51.100.2/24 and 203.0.113.2/24, the host is 203.0.113.1; try: ping 203.0.113.2",
        "198.51.100.2/24 | true | '' | 198.51.100.2/24; try: ip addr add 198.51.100.1/24 dev t && ip link set t up && ping 198.51.100.2",
        "198.51.100.2/24+198.51.100.1/24 | false | '' | 198.51.100.2/24 and 198.51.100.1/24; try: ip addr add 198.51.100.3/24 dev t && ip link set t up && ping 198.51.100.2",
        "198.51.100.1/32+203.0.113.1/31 | false | '' | 198.51.100.1/32 and 203.0.113.1/31; try: ip addr add 203.0.113.0/31 dev t && ip link set t up && ping 203.0.113.1",
        "198.51.100.2/24 | false | 198.51.100.7 | 198.51.100.2/24; try: ip link set t up && ping 198.51.100.2",
        "198.51.100.1/32+203.0.113.2/24 | false | 203.0.113.9 | 198.51.100.1/32 and 203.0.113.2/24; try: ip link set t up && ping 203.0.113.2",
        "198.51.100.0/31+198.51.100.1/31 | true | '' | 198.51.100.0/31 and 198.51.100.1/31; all hosts of its networks are Skiff's own: give --ip a shorter prefix to be pinged",
        "198.51.100.1/30+198.51.100.2/30 | true | '' | 198.51.100.1/30 and 198.51.100.2/30; all hosts of its networks are Skiff's own: give --ip a shorter prefix to be pinged",
        "198.51.100.1/30+198.51.100.2/30+203.0.113.2/30 | true | '' | 198.51.100.1/30 and 198.51.100.2/30 and 203.0.113.2/30; try: ip addr add 203.0.113.1/30 dev t && ip link set t up && ping 203.0.113.2",
        "198.51.100.2/24+198.51.100.3/24+203.0.113.2/24 | true | 203.0.113.1 | 198.51.100.2/24 and 198.51.100.3/24 and 203.0.113.2/24, the host is 203.0.113.1; try: ping 203.0.113.2",
        "198.51.100.1/32 | true | '' | 198.51.100.1/32; nobody is in one network with a /32: give --ip a shorter prefix to be pinged",
      })
  void whatIsSaidWorks(String ips, boolean up, String host, String expected) {
    assertEquals(START + expected, line(ips, "", up, host));
  }

  @ParameterizedTest
  @CsvSource({"true,198.51.100.1", "false,''"})
  void withAnUplinkItIsPingedFromThere(boolean up, String host) {
    assertEquals(
        START
            + "198.51.100.2/24, on the network of eth0 by br-t; try: ping 198.51.100.2 from another"
            + " host there",
        line("198.51.100.2/24", ",uplink=eth0", up, host));
  }

  @ParameterizedTest
  @CsvSource({"blue,ip netns exec blue", "/proc/7/ns/net,nsenter --net=/proc/7/ns/net"})
  void inAnotherNamespaceItSaysHowToGetThere(String netns, String inside) {
    assertEquals(
        START
            + "198.51.100.2/24; try: "
            + inside
            + " ip addr add 198.51.100.1/24 dev t && "
            + inside
            + " ip link set t up && "
            + inside
            + " ping 198.51.100.2",
        line("198.51.100.2/24", ",netns=" + netns, false, ""));
  }
}
