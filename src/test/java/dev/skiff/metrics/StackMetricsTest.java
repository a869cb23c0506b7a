package dev.skiff.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.NoLeaks;
import dev.skiff.Rig;
import dev.skiff.loop.LoopStat;
import dev.skiff.skb.DropReason;
import dev.skiff.wire.FaultSpec;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a scrape says of a stack: everything, in the right form, and what the counters say. */
@ExtendWith(NoLeaks.class)
class StackMetricsTest {
  private final Rig rig = new Rig();
  private final StackMetrics metrics =
      StackMetrics.of(rig.stack(), Rig.loopOf(rig.skiff), rig.clock, "1.2.3");

  private Exposition scrape() throws IOException {
    PrometheusRegistry registry = new PrometheusRegistry();
    registry.register(metrics);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ExpositionFormats.init().getPrometheusTextFormatWriter().write(out, registry.scrape());
    return Exposition.parse(out.toString(StandardCharsets.UTF_8));
  }

  private void traffic() {
    rig.introducePeer();
    for (int i = 0; i < 600; i++) {
      rig.exchange(Frames.echoRequest(1, i, Frames.data(56)));
    }
    rig.exchange(Frames.ethernet(Rig.OUR_MAC, Rig.PEER_MAC, 0x86DD, new byte[46]));
    rig.exchange(Frames.ethernet(Rig.OUR_MAC, Rig.PEER_MAC, 0x1234, new byte[46]));
  }

  /** How a counter of {@code skiff stat} is to be called, said once more. */
  private double inMetrics(Exposition scraped, String group, String name) {
    String snake = name.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(java.util.Locale.ROOT);
    String in = group.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(java.util.Locale.ROOT);
    if (group.equals("skiff0")) {
      String said = name.equals("multicast") ? "rx_multicast" : name;
      said = said.replaceFirst("^rx_", "receive_").replaceFirst("^tx_", "transmit_");
      return scraped.value("skiff_device_" + said + "_total", "device", "skiff0");
    }
    if (group.equals("fault_skiff0")) {
      String[] way = name.split("_", 2);
      return scraped.value(
          "skiff_fault_" + way[1] + "_total", "device", "skiff0", "direction", way[0]);
    }
    boolean isGauge = Set.of("forwarding", "default_ttl", "pool_bytes").contains(snake);
    return scraped.value("skiff_" + in + "_" + snake + (isGauge ? "" : "_total"));
  }

  @Test
  void everyCounterOfStackAndLoopIsThereWithItsValue() throws IOException {
    rig.device().setFault(FaultSpec.parse("dup=1%,seed=7"), rig.clock.nowNs());
    rig.device().setFault(FaultSpec.OFF, rig.clock.nowNs());
    traffic();
    Exposition scraped = scrape();
    int counters = 0;
    for (Map.Entry<String, Map<String, Long>> group : rig.stack().counters().entrySet()) {
      for (Map.Entry<String, Long> counter : group.getValue().entrySet()) {
        assertEquals(
            counter.getValue().doubleValue(),
            inMetrics(scraped, group.getKey(), counter.getKey()),
            group.getKey() + "." + counter.getKey());
        counters++;
      }
    }
    assertTrue(counters >= 125, "counters: " + counters);
    for (LoopStat stat : LoopStat.values()) {
      assertEquals(
          (double) Rig.loopOf(rig.skiff).stat(stat), inMetrics(scraped, "Loop", stat.statName()));
    }
    assertTrue(scraped.value("skiff_icmp_out_echo_reps_total") == 600);
  }

  @Test
  void everyReasonIsThereThoseThatNeverHappenedToo() throws IOException {
    traffic();
    Exposition scraped = scrape();
    Set<String> reasons =
        scraped.of("skiff_drops_total").keySet().stream()
            .map(labels -> labels.get("reason"))
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(
        Arrays.stream(DropReason.values())
            .filter(DropReason::isDrop)
            .map(DropReason::name)
            .collect(Collectors.toCollection(TreeSet::new)),
        reasons);
    assertEquals(1, scraped.value("skiff_drops_total", "reason", "IPV6DISABLED"));
    assertEquals(1, scraped.value("skiff_drops_total", "reason", "UNHANDLED_PROTO"));
    assertEquals(0, scraped.value("skiff_drops_total", "reason", "NOMEM"));
    assertEquals(rig.verdicts(DropReason.CONSUMED), scraped.value("skiff_consumed_total"));
  }

  @Test
  void everyFamilyIsScrapedAsItIsListed() throws IOException {
    rig.device().setFault(FaultSpec.parse("dup=1%,seed=7"), rig.clock.nowNs());
    Exposition scraped = scrape();
    List<String> listed = new ArrayList<>();
    for (Family family : metrics.families()) {
      // A wire in memory has no far end that counts, and asks no system for frames.
      if (family.name().matches("skiff_(io|host)_.*")) {
        assertEquals("none", scraped.type(family.name()));
        continue;
      }
      listed.add(family.name());
      assertEquals(family.type(), scraped.type(family.name()), family.name());
      assertEquals(family.help(), scraped.help(family.name()));
      boolean labelled =
          scraped.of(family.name()).keySet().stream()
              .allMatch(labels -> labels.keySet().equals(Set.copyOf(family.labels())));
      assertTrue(labelled, family.name());
      assertTrue(family.help().endsWith("."), family.help());
    }
    assertEquals(new TreeSet<>(listed), new TreeSet<>(scraped.families()));
  }

  @Test
  void aDeviceSaysHowItIs() throws IOException {
    assertEquals(1, scrape().value("skiff_device_up", "device", "skiff0"));
    assertEquals(1500, scrape().value("skiff_device_mtu_bytes", "device", "skiff0"));
    rig.device().stop();
    assertEquals(0, scrape().value("skiff_device_up", "device", "skiff0"));
    assertEquals(0, scrape().value("skiff_device_carrier", "device", "skiff0"));
    assertEquals(0, scrape().value("skiff_device_failed", "device", "skiff0"));
    rig.device().fail("on purpose");
    assertEquals(1, scrape().value("skiff_device_failed", "device", "skiff0"));
  }

  @Test
  void tableBuffersAndVersionAreThere() throws IOException {
    assertEquals(0, scrape().value("skiff_neighbour_entries"));
    traffic();
    assertEquals(1, scrape().value("skiff_neighbour_entries"));
    assertEquals(1, scrape().value("skiff_info", "version", "1.2.3"));
    assertTrue(
        scrape().value("skiff_sk_buff_pool_limit_bytes")
            >= scrape().value("skiff_sk_buff_pool_bytes"));
  }

  @Test
  void theProcessSaysWhatItTakes() throws IOException {
    Exposition scraped = scrape();
    double now = System.currentTimeMillis() / 1e3;
    double start = scraped.value("process_start_time_seconds");
    assertTrue(start > now - 86_400 && start <= now, start + " of " + now);
    double uptime = scraped.value("skiff_uptime_seconds");
    assertTrue(Math.abs(now - start - uptime) < 60, uptime + " of " + (now - start));
    double resident = scraped.value("process_resident_memory_bytes");
    assertTrue(resident > 10e6 && resident < 1e11, resident + " bytes");
    double fds = scraped.value("process_open_fds");
    assertTrue(fds >= 3 && fds < 1e6 && fds == Math.rint(fds), fds + " descriptors");
    assertTrue(scraped.value("process_cpu_seconds_total") > 0);
  }

  @Test
  void turnsThatFoundSomethingAreInTheHistogram() throws IOException {
    traffic();
    Exposition scraped = scrape();
    // A frame, a turn; the clock stands still, so that each took nothing.
    assertEquals(603, scraped.value("skiff_loop_turn_seconds_count"));
    assertEquals(603, scraped.value("skiff_loop_turn_seconds_bucket", "le", "1.0E-6"));
    assertEquals(0, scraped.value("skiff_loop_turn_seconds_sum"));
    List<Double> bounds = scraped.bounds("skiff_loop_turn_seconds");
    assertEquals(1e-6, bounds.getFirst());
    assertTrue(bounds.get(bounds.size() - 2) > 0.1, bounds.toString());
    rig.turn();
    assertEquals(603, scrape().value("skiff_loop_turn_seconds_count"), "nothing was found");
  }

  @Test
  void onePacketInTwoHundredAndFiftySixIsInTheHistogram() throws IOException {
    traffic();
    assertEquals(2, scrape().value("skiff_packet_seconds_count"));
    assertEquals(1e-7, scrape().bounds("skiff_packet_seconds").getFirst());
  }

  @Test
  void aDeviceThatIsGoneIsNotShownAnyMore() throws IOException {
    rig.stack().unregister(rig.device());
    assertFalse(scrape().families().contains("skiff_device_up"));
  }
}
