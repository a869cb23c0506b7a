package dev.skiff.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Rig;
import dev.skiff.Skiff;
import dev.skiff.dev.DeviceConfig;
import dev.skiff.dev.DeviceStat;
import dev.skiff.dev.IfReq;
import dev.skiff.dev.Iff;
import dev.skiff.dev.NetDevice;
import dev.skiff.dev.NetDevices;
import dev.skiff.dev.Sioc;
import dev.skiff.header.MacAddr;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import dev.skiff.wire.PipeWire;
import dev.skiff.wire.Wire;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** The driver's functions called by a program: docs/functions.md. */
class FunctionsTest {
  private static final String PAGE = "functions.md";
  private static final Pattern METHOD = Pattern.compile("`([A-Z]\\w+)\\.([a-z]\\w+)\\b[^`]*`");
  private static final List<Class<?>> PUBLIC =
      List.of(
          Skiff.class,
          Skiff.Builder.class,
          NetDevice.class,
          NetDevices.class,
          Wire.class,
          SkBuff.class,
          DeviceConfig.class);
  private static final int OURS = 0x88B5;
  private static final int FRAME = 60;

  private final List<String> lines = new ArrayList<>();

  private static SkBuff frame(Rig rig) {
    SkBuff skb = Objects.requireNonNull(rig.skiff.pool().devAlloc(FRAME, "a program"));
    var _ = rig.device().hardHeader(skb, OURS, MacAddr.BROADCAST, 0);
    return skb;
  }

  @Test
  void oneAfterTheOther() throws Exception {
    try (Rig rig = new Rig()) {
      Skiff skiff = rig.skiff;
      skiff.netDevices().addNotifier((event, dev) -> lines.add("  " + dev.name() + ": " + event));
      NetDevice dev = skiff.device();

      lines.add("dev.stop()");
      dev.stop();

      lines.add("SIOCSIFHWADDR");
      IfReq ifr = new IfReq("skiff0");
      ifr.setHwaddr(MacAddr.parse("02:00:5e:10:00:0a"));
      skiff.netDevices().ioctl(Sioc.SIOCSIFHWADDR, ifr);

      lines.add("dev.open()");
      dev.open();

      lines.add("SIOCSIFFLAGS");
      dev.ioctl(Sioc.SIOCGIFFLAGS, ifr);
      ifr.setFlags(ifr.flags() | Iff.PROMISC);
      dev.ioctl(Sioc.SIOCSIFFLAGS, ifr);
      lines.add("  " + String.join(",", Iff.names(dev.flags())));

      lines.add("dev.hardStartXmit(skb, nowNs), skiff.turn()");
      assertEquals(Wire.Xmit.OK, dev.hardStartXmit(frame(rig), skiff.nowNs()));
      assertEquals(1, rig.turn().size());
      lines.add("  tx_packets " + dev.getStats().get(DeviceStat.TX_PACKETS));
      Golden.shownOn(PAGE, "oneAfterTheOther", String.join("\n", lines));
      Golden.codeIsFrom(PAGE, FunctionsTest.class);
    }
  }

  @Test
  void transmitKeepsTheOrderOfTheBandsAndHardStartXmitGoesPastThem() {
    try (Rig rig = new Rig()) {
      NetDevice dev = rig.device();
      long nowNs = rig.skiff.nowNs();
      for (int band : new int[] {NetDevice.BAND_BULK, NetDevice.BAND_CONTROL}) {
        SkBuff skb = frame(rig);
        skb.setPriority(band);
        skb.set8(skb.put(1), band);
        DropReason reason = dev.transmit(skb, nowNs);
        if (reason != DropReason.NOT_DROPPED) {
          skb.free(reason);
        }
      }
      SkBuff past = frame(rig);
      past.set8(past.put(1), 9);
      assertEquals(Wire.Xmit.OK, dev.hardStartXmit(past, nowNs));
      List<Integer> order = rig.turn().stream().map(frame -> (int) frame[14]).toList();
      assertEquals(List.of(9, NetDevice.BAND_CONTROL, NetDevice.BAND_BULK), order);
    }
  }

  @Test
  void busyLeavesTheBufferWithTheCaller() {
    try (Rig rig = new Rig()) {
      rig.device().stop();
      SkBuff skb = frame(rig);
      assertEquals(Wire.Xmit.BUSY, rig.device().hardStartXmit(skb, rig.skiff.nowNs()));
      assertTrue(skb.isLive());
      skb.free(DropReason.DEV_READY);
    }
  }

  @Test
  void callRunsOnTheLoopThreadAndPassesOnWhatWasThrown() throws Exception {
    PipeWire pipe = new PipeWire(2048, 64);
    try (Skiff skiff = Skiff.builder().wire("a", pipe.a()).build()) {
      assertEquals(Thread.currentThread(), skiff.call(Thread::currentThread));
      skiff.start();
      assertEquals("skiff-loop", skiff.call(Thread::currentThread).getName());
      NetDevice more =
          skiff.call(
              () -> {
                DeviceConfig config = DeviceConfig.of("eth%d", new PipeWire(2048, 64).a());
                NetDevice dev = skiff.register(config);
                dev.open();
                return dev;
              });
      assertEquals("eth0", more.name());
      ExecutionException thrown =
          assertThrows(
              ExecutionException.class,
              () ->
                  skiff.call(
                      () -> {
                        more.changeMtu(1);
                        return more;
                      }));
      assertEquals(
          IllegalArgumentException.class, Objects.requireNonNull(thrown.getCause()).getClass());
    }
  }

  // ---- Errors -----------------------------------------------------------------------------------

  private void fails(String call, Executable executable) {
    Exception e = assertThrows(Exception.class, executable);
    lines.add(call + "\n  " + e.getClass().getSimpleName() + ": " + e.getMessage());
  }

  @Test
  void everyErrorSaysWhatItIs() {
    try (Rig rig = new Rig(builder -> builder.paranoid(false))) {
      NetDevice dev = rig.device();
      NetDevices devices = rig.skiff.netDevices();
      IfReq nobody = new IfReq("eth7");
      long group = MacAddr.parse("01:00:5e:00:00:fb");
      fails("dev.setMacAddress(mac), while it is up", () -> dev.setMacAddress(Rig.PEER_MAC));
      fails("dev.changeMtu(67)", () -> dev.changeMtu(67));
      fails("dev.setPromiscuity(-1)", () -> dev.setPromiscuity(-1));
      fails("dev.mcDelete(group)", () -> dev.mcDelete(group));
      fails("devices.ioctl(SIOCGIFMTU, eth7)", () -> devices.ioctl(Sioc.SIOCGIFMTU, nobody));
      fails("dev.ioctl(0x8999, ifr)", () -> dev.ioctl(0x8999, nobody));
      fails("dev.ioctl(SIOCDEVPRIVATE, ifr)", () -> dev.ioctl(Sioc.SIOCDEVPRIVATE, nobody));
      SkBuff skb = Objects.requireNonNull(rig.skiff.pool().alloc(FRAME, "a program"));
      fails("dev.hardHeader(skb), without headroom", () -> dev.hardHeader(skb, OURS, group, 0));
      skb.free(DropReason.CONSUMED);
      rig.skiff.unregister(dev);
      fails("dev.open(), unregistered", dev::open);
      assertEquals(0, rig.skiff.pool().held());
    }
    Golden.shownOn(PAGE, "everyErrorSaysWhatItIs", String.join("\n", lines));
  }

  // ---- Names ------------------------------------------------------------------------------------

  private static boolean exists(String type, String method) {
    return PUBLIC.stream()
        .filter(c -> c.getSimpleName().equals(type))
        .flatMap(c -> Arrays.stream(c.getMethods()))
        .map(Method::getName)
        .anyMatch(method::equals);
  }

  @Test
  void everyMethodOnThePageIsThereAndPublic() throws IOException {
    List<String> missing = new ArrayList<>();
    Matcher matcher = METHOD.matcher(Files.readString(Golden.DOCS.resolve(PAGE)));
    int n = 0;
    while (matcher.find()) {
      n++;
      if (!exists(matcher.group(1), matcher.group(2))) {
        missing.add(matcher.group());
      }
    }
    assertEquals(List.of(), missing);
    assertTrue(n > 20, "methods on the page: " + n);
  }

  @Test
  void everyRequestIsOnThePage() throws IOException {
    String page = Files.readString(Golden.DOCS.resolve(PAGE));
    List<String> missing =
        Arrays.stream(Sioc.class.getFields())
            .map(Field::getName)
            .filter(name -> !page.contains("`" + name + "`"))
            .toList();
    assertEquals(List.of(), missing);
  }
}
