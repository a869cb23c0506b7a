package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import dev.skiff.skb.SkBuffPool;
import dev.skiff.sys.NetIf;
import dev.skiff.sys.PollSet;
import dev.skiff.sys.TapOptions;
import dev.skiff.wire.TapWire;
import dev.skiff.wire.Wire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A TapWire of this process, on a TAP in a namespace that this process is not in. */
@Tag("netns")
class TapLinkIT {
  private static final long S = 1_000_000_000L;
  private static final int FRAME = 1000;
  private static final byte[] PEER = {2, 0, 0x5e, 0x10, 0, 9};
  private static final byte[] OWN = {2, 0, 0x5e, 0x10, 0, 1};

  private final SkBuffPool pool = new SkBuffPool(256, SkBuffPool.slotSizeFor(2048), 1);
  private final List<DropReason> fates = new ArrayList<>();
  private final List<Integer> numbers = new ArrayList<>();
  private final Wire.Completion completion =
      (skb, reason) -> {
        fates.add(reason);
        numbers.add(skb.u8(skb.data() + 20));
        skb.free(reason);
      };
  private final List<TapWire> wires = new ArrayList<>();
  private final long fdsBefore;
  private Netns netns;

  TapLinkIT() throws IOException {
    // What the classes of a TapWire open once and for all is not to be counted.
    try (NetIf lo = NetIf.open("lo")) {
      assertTrue(lo.exists());
    }
    fdsBefore = Fds.count();
    netns = new Netns();
  }

  @BeforeEach
  void makeQuiet() {
    // The host's own chatter would be in the way of counting.
    netns.exec("sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6");
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    wires.forEach(wire -> wire.close(completion));
    netns.close();
    assertEquals(0, pool.held(), pool.report().toString());
    pool.close();
    assertEquals(fdsBefore, Fds.count(), "descriptors");
  }

  private TapWire open(TapOptions options) throws IOException {
    TapWire wire = TapWire.open(options.withNetns(netns.name()));
    wires.add(wire);
    wire.init();
    wire.open();
    return wire;
  }

  private TapWire open() throws IOException {
    return open(TapOptions.of("skiff0"));
  }

  private void link(String... command) {
    List<String> all = new ArrayList<>(List.of("ip", "link"));
    Collections.addAll(all, command);
    netns.exec(all.toArray(String[]::new));
  }

  /** Changes something on the host: the wire's descriptor says so, and then no more. */
  private void change(TapWire wire, String... command) {
    wire.lookAtLink();
    link(command);
    assertTrue(isReadable(wire.linkFd(), S), "the link has news");
    wire.lookAtLink();
    assertFalse(isReadable(wire.linkFd(), 0), "they are read");
  }

  private static boolean isReadable(int fd, long timeoutNs) {
    try (PollSet set = new PollSet(1)) {
      set.add(fd, false);
      return set.await(timeoutNs) == 1;
    }
  }

  /** A frame for nobody in particular, with a number in it. */
  private void queue(TapWire wire, int number) {
    SkBuff skb = Objects.requireNonNull(pool.devAlloc(FRAME, "test"));
    byte[] frame = new byte[FRAME];
    System.arraycopy(PEER, 0, frame, 0, 6);
    System.arraycopy(OWN, 0, frame, 6, 6);
    frame[12] = (byte) 0x88;
    frame[13] = (byte) 0xb5;
    frame[20] = (byte) number;
    skb.copyFrom(frame, skb.put(FRAME), FRAME);
    assertEquals(Wire.Xmit.OK, wire.queue(skb, 0));
  }

  private DropReason send(TapWire wire) {
    queue(wire, 0);
    wire.flush(0, completion);
    return fates.getLast();
  }

  private Wire.Rx receive(TapWire wire) {
    SkBuff skb = Objects.requireNonNull(pool.devAlloc(1514, "test"));
    Wire.Rx rx = wire.receive(skb, 0);
    skb.free(DropReason.CONSUMED);
    return rx;
  }

  private String sysfs(String file) {
    return netns.exec("cat", "/sys/class/net/" + file).strip();
  }

  @Test
  void theHostsSettingItUpAndDownIsOurCarrier() throws IOException {
    TapWire wire = open();
    assertFalse(wire.hasCarrier(), "a new interface is down");
    assertEquals(DropReason.DEV_READY, send(wire));
    change(wire, "set", "skiff0", "up");
    assertTrue(wire.hasCarrier());
    assertEquals(DropReason.CONSUMED, send(wire));
    assertEquals(1, wire.farCounters().get("rx_packets"));
    assertEquals(FRAME, wire.farCounters().get("rx_bytes"), "what the kernel counts of a frame");
    change(wire, "set", "skiff0", "down");
    assertFalse(wire.hasCarrier());
    assertEquals(DropReason.DEV_READY, send(wire));
    assertFalse(wire.isBlocked());
    assertEquals(Wire.Rx.EMPTY, receive(wire));
    assertFalse(isReadable(wire.pollFd(), 0), "a loop sleeps");
  }

  @Test
  void changesOfOtherInterfacesChangeNothing() throws IOException {
    TapWire wire = open();
    change(wire, "set", "skiff0", "up");
    change(wire, "add", "veth9", "type", "veth", "peer", "name", "veth8");
    change(wire, "set", "veth9", "mtu", "1300");
    assertTrue(wire.hasCarrier());
    assertEquals(1500, wire.farMtu());
  }

  @Test
  void theHostsMtuIsKnown() throws IOException {
    TapWire wire = open();
    assertEquals(1500, wire.farMtu());
    change(wire, "set", "skiff0", "mtu", "9000");
    assertEquals(9000, wire.farMtu());
  }

  @Test
  void theLastOfMoreChangesThanTheSocketHoldsIsKnown() throws IOException {
    TapWire wire = open();
    wire.lookAtLink();
    netns.exec(
        "bash",
        "-c",
        "for i in {1..1000}; do echo link set skiff0 mtu $((1000 + i)); done | ip -batch -");
    assertTrue(isReadable(wire.linkFd(), S));
    int looks = 0;
    while (isReadable(wire.linkFd(), 0)) {
      wire.lookAtLink();
      looks++;
    }
    assertEquals(2000, wire.farMtu());
    assertTrue(looks < 1000, looks + " looks");
  }

  @Test
  void aNewNameIsNoticed() throws IOException {
    TapWire wire = open();
    change(wire, "set", "skiff0", "up");
    change(wire, "set", "skiff0", "name", "other");
    assertEquals("other", wire.name());
    assertTrue(wire.hasCarrier());
    assertEquals(1500, wire.farMtu());
    assertEquals(DropReason.CONSUMED, send(wire));
  }

  @Test
  void aPatternGetsTheNextNumber() throws IOException {
    TapWire first = open(TapOptions.of("skiff%d"));
    TapWire second = open(TapOptions.of("skiff%d"));
    assertEquals("skiff0", first.name());
    assertEquals("skiff1", second.name());
    second.close(completion);
    assertTrue(netns.has("skiff0"));
    assertFalse(netns.has("skiff1"));
  }

  @Test
  void movedToAnotherNamespaceItStillCarriesFramesAndTheRestIsUnknown() throws IOException {
    try (Netns other = new Netns()) {
      TapWire wire = open();
      change(wire, "set", "skiff0", "mtu", "1400");
      String index = sysfs("skiff0/ifindex");
      change(wire, "set", "skiff0", "netns", other.name());
      assertTrue(wire.hasCarrier());
      assertEquals(0, wire.farMtu());
      assertEquals(Map.of(), wire.farCounters());
      assertEquals(DropReason.DEV_READY, send(wire), "it is down there");
      other.exec("ip", "link", "set", "skiff0", "name", "moved");
      other.exec("ip", "link", "set", "moved", "up");
      assertEquals(DropReason.CONSUMED, send(wire));

      // Another interface that gets its number is not taken for it.
      change(wire, "add", "veth9", "index", index, "type", "veth", "peer", "name", "veth8");
      assertTrue(wire.hasCarrier());
      assertEquals(0, wire.farMtu());
      assertEquals(Map.of(), wire.farCounters());
      assertEquals("moved", wire.name());

      wire.close(completion);
      assertFalse(other.has("moved"));
    }
  }

  @Test
  void framesThatWeAreTooSlowForAreCountedByTheHost() throws IOException {
    TapWire wire = open(TapOptions.of("skiff0").withTxQueueLen(4));
    assertEquals("4", sysfs("skiff0/tx_queue_len"));
    link("set", "skiff0", "up");
    netns.exec("ip", "addr", "add", "198.51.100.1/24", "dev", "skiff0");
    netns.exec(
        "ip", "neigh", "add", "198.51.100.2", "lladdr", "02:00:5e:10:00:01", "dev", "skiff0");
    assertEquals(0, wire.farCounters().get("tx_dropped"));
    netns.exec("bash", "-c", "for i in {1..20}; do echo x > /dev/udp/198.51.100.2/9; done");
    int got = 0;
    while (receive(wire) == Wire.Rx.FRAME) {
      got++;
    }
    Map<String, Long> far = wire.farCounters();
    assertEquals(4, got);
    assertEquals(16, far.get("tx_dropped"), far.toString());
    assertEquals(4, far.get("tx_packets"), far.toString());
    wire.close(completion);
    assertEquals(Map.of(), wire.farCounters(), "after the end");
  }

  @Test
  void theHostSeesALinkWhileTheDeviceIsOpen() throws IOException {
    netns.exec("ip", "tuntap", "add", "dev", "skiff0", "mode", "tap");
    link("set", "skiff0", "up");
    assertEquals("0", sysfs("skiff0/carrier"));
    TapWire wire = open();
    assertTrue(wire.hasCarrier(), "known from the start");
    assertEquals("1", sysfs("skiff0/carrier"));
    queue(wire, 1);
    wire.stop(completion);
    assertEquals(List.of(DropReason.QUEUE_PURGE), fates);
    assertEquals("0", sysfs("skiff0/carrier"));
    assertFalse(isReadable(wire.pollFd(), 0), "a loop sleeps");
    assertTrue(wire.hasCarrier(), "the far end is as it was");
    wire.stop(completion);
    wire.open();
    assertEquals("1", sysfs("skiff0/carrier"));
    assertEquals(DropReason.CONSUMED, send(wire));
    wire.close(completion);
    wire.close(completion);
    assertEquals("0", sysfs("skiff0/carrier"));
    assertTrue(netns.has("skiff0"), "a persistent one stays");
  }

  @Test
  void aDeletedOneIsGoneAndCannotBeOpenedAgain() throws IOException {
    TapWire wire = open();
    link("set", "skiff0", "up");
    change(wire, "del", "skiff0");
    assertEquals(Wire.Rx.GONE, receive(wire));
    assertTrue(wire.failure().contains("TAP skiff0 is gone"), wire.failure());
    wire.stop(completion);
    String line = assertThrows(IOException.class, wire::open).toString();
    assertTrue(line.contains("somebody deleted it"), line);
  }

  @Test
  void aNamespaceWhoseNameIsDeletedLivesOnUntilTheEnd() throws IOException {
    TapWire wire = open();
    change(wire, "set", "skiff0", "up");
    netns.close();
    assertEquals(DropReason.CONSUMED, send(wire));
    assertEquals(1, wire.farCounters().get("rx_packets"));
    wire.close(completion); // Only now is it gone.
    netns = new Netns();
  }

  private void refused(String part, TapOptions options) throws IOException {
    long before = Fds.count();
    String line = assertThrows(IOException.class, () -> TapWire.open(options)).toString();
    assertTrue(line.contains(part), line);
    assertEquals(before, Fds.count(), "descriptors");
  }

  private TapOptions here(String name) {
    return TapOptions.of(name).withNetns(netns.name());
  }

  @Test
  void whatIsNoTapIsCalledWhatItIs() throws IOException {
    link("add", "veth9", "type", "veth", "peer", "name", "veth8");
    netns.exec("ip", "tuntap", "add", "dev", "tun0", "mode", "tun");
    netns.exec("ip", "tuntap", "add", "dev", "mq0", "mode", "tap", "multi_queue");
    refused("veth9 is a veth, no TAP", here("veth9"));
    refused("tun0 is a TUN device (IP without Ethernet)", here("tun0"));
    refused("mq0 is a multi-queue TAP, and Skiff reads one queue", here("mq0"));
    refused("lo is no TAP", here("lo"));
    TapWire wire = open();
    refused("busy: another program holds it", here("skiff0"));
  }

  @Test
  void whatCannotBeSetLeavesNothingBehind() throws IOException {
    refused("SIOCSIFTXQLEN", here("skiff0").withTxQueueLen(Integer.MAX_VALUE));
    assertFalse(netns.has("skiff0"));
    refused(
        "network namespace no-such-one does not exist: see 'ip netns list'",
        TapOptions.of("skiff0").withNetns("no-such-one"));
    refused("that is no network namespace", TapOptions.of("skiff0").withNetns("/proc/self/ns/uts"));
  }

  @Test
  void aFullHostBlocksUntilItHasRoomAndTheOrderIsKept() throws IOException {
    TapWire wire = open(TapOptions.of("skiff0").withSndbuf(1));
    // Frames that a slow queue behind a bridge holds stay on the account of who sent them.
    link("add", "br0", "type", "bridge");
    link("add", "veth9", "type", "veth", "peer", "name", "veth8");
    for (String port : new String[] {"skiff0", "veth9"}) {
      link("set", port, "master", "br0");
    }
    for (String device : new String[] {"skiff0", "veth9", "veth8", "br0"}) {
      link("set", device, "up");
    }
    netns.exec(
        "tc", "qdisc", "add", "dev", "veth9", "root", "tbf", "rate", "800kbit", "burst", "2000",
        "limit", "100000");
    int n = 20;
    for (int i = 0; i < n; i++) {
      queue(wire, i);
    }
    int waits = 0;
    try (PollSet set = new PollSet(1)) {
      wire.flush(0, completion);
      assertTrue(wire.isBlocked(), "sent " + fates.size());
      while (wire.isBlocked()) {
        set.clear();
        set.add(wire.pollFd(), true);
        assertEquals(1, set.await(5 * S), "POLLOUT comes when there is room");
        while (receive(wire) == Wire.Rx.FRAME) {
          waits--; // That was what woke us.
        }
        wire.flush(0, completion);
        waits++;
      }
    }
    assertEquals(Collections.nCopies(n, DropReason.CONSUMED), fates);
    assertEquals(java.util.stream.IntStream.range(0, n).boxed().toList(), numbers);
    assertTrue(waits <= n, waits + " waits: it must sleep between");
  }
}
