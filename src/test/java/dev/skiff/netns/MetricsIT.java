package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.control.Command;
import dev.skiff.control.ControlClient;
import dev.skiff.metrics.Exposition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code skiff run --metrics}: what a Prometheus gets, and what those get who are none. */
@Tag("netns")
class MetricsIT {
  private static final String PORT = "9400";
  private static final String HOST = "127.0.0.1";
  private static final String GET = "GET /metrics HTTP/1.1\r\nHost: skiff\r\n";

  @TempDir Path directory;
  Netns netns;

  @BeforeEach
  void makeNamespace() {
    netns = new Netns();
  }

  @AfterEach
  void deleteNamespace() {
    netns.close();
  }

  private SkiffProcess start(String metrics) throws IOException {
    return SkiffProcess.start(
        netns,
        directory,
        "--tap",
        "skiff0",
        "--ip",
        SkiffProcess.IP + "/24",
        "--host-ip",
        SkiffProcess.HOST_IP + "/24",
        "--no-warm-up",
        "--metrics",
        metrics);
  }

  /** What a server in the namespace answers to these bytes, until it closes. */
  private String answer(String host, String port, String request) throws Exception {
    try (Client client = new Client(host, port)) {
      client.send(request);
      return client.rest();
    }
  }

  /** A connection from inside the namespace, by bash: a test's own sockets would be outside. */
  private final class Client implements AutoCloseable {
    private final Process process;

    Client(String host, String port) throws IOException {
      String script =
          "exec 3<>/dev/tcp/"
              + host
              + "/"
              + port
              + " 4<&0 || exit; cat <&4 >&3 2>/dev/null & exec cat <&3";
      process =
          new ProcessBuilder(netns.inside("bash", "-c", script)).redirectErrorStream(true).start();
    }

    void send(String bytes) throws IOException {
      process.getOutputStream().write(bytes.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
      process.getOutputStream().flush();
    }

    String rest() throws IOException {
      return new String(
          process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws Exception {
      try {
        process.getOutputStream().close(); // Which ends the one that sends.
      } catch (IOException e) {
        // It has ended.
      }
      process.destroyForcibly();
      process.waitFor();
    }
  }

  private static String body(String answer) {
    assertTrue(answer.startsWith("HTTP/1.1 200 OK\r\n"), answer);
    return answer.substring(answer.indexOf("\r\n\r\n") + 4);
  }

  private Exposition scrape() throws Exception {
    String answer = answer(HOST, PORT, GET + "\r\n");
    assertTrue(answer.contains("Content-type: text/plain; version=0.0.4"), answer);
    return Exposition.parse(body(answer));
  }

  private static String snake(String name) {
    return name.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
  }

  /** The metric that has a counter of {@code skiff stat}. */
  private static double metric(Exposition scraped, String group, String name) {
    String device =
        (name.startsWith("rx_") || name.startsWith("tx_") ? name : "rx_" + name)
            .replaceFirst("^rx_", "receive_")
            .replaceFirst("^tx_", "transmit_");
    return switch (group) {
      case "skiff0" -> scraped.value("skiff_device_" + device + "_total", "device", "skiff0");
      case "host_skiff0" -> scraped.value("skiff_host_" + device + "_total", "device", "skiff0");
      case "io_skiff0" -> scraped.value("skiff_io_" + snake(name) + "_total", "device", "skiff0");
      default -> {
        String metric = "skiff_" + snake(group) + "_" + snake(name);
        yield scraped.value(scraped.type(metric).equals("gauge") ? metric : metric + "_total");
      }
    };
  }

  @Test
  void everyCounterOfStatIsScrapedWithItsValue() throws Exception {
    netns.exec("sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1");
    try (SkiffProcess skiff = start(HOST + ":" + PORT)) {
      assertEquals("skiff: metrics are at http://127.0.0.1:9400/metrics", skiff.nextLine());
      netns.exec("ping", "-q", "-c", "600", "-f", SkiffProcess.IP);
      Await.until("it has announced itself", () -> skiff.now("acd", "announcements") == 2);
      Map<String, Map<String, Long>> before = stat(skiff);
      Exposition scraped = scrape();
      Map<String, Map<String, Long>> after = stat(skiff);
      List<String> other = new ArrayList<>();
      int counters = 0;
      for (Map.Entry<String, Map<String, Long>> group : before.entrySet()) {
        for (Map.Entry<String, Long> counter : group.getValue().entrySet()) {
          String name = counter.getKey();
          double value = metric(scraped, group.getKey(), name);
          long least = counter.getValue();
          long most = after.getOrDefault(group.getKey(), Map.of()).getOrDefault(name, -1L);
          counters++;
          if (value < least || value > most) {
            other.add(
                group.getKey() + "." + name + " " + value + " and not " + least + ".." + most);
          }
        }
      }
      assertEquals(List.of(), other);
      assertTrue(counters >= 127, "counters: " + counters);
      assertEquals(600, scraped.value("skiff_icmp_out_echo_reps_total"));
      assertEquals(0, scraped.value("skiff_drops_total", "reason", "NOMEM"));
      assertTrue(scraped.value("skiff_loop_turn_seconds_count") >= 2);
      assertTrue(scraped.value("skiff_loop_turn_seconds_sum") > 0);
      assertTrue(scraped.value("skiff_packet_seconds_count") >= 2);
      assertTrue(scraped.value("skiff_uptime_seconds") > 0);
      assertEquals(
          Files.list(Path.of("/proc/" + skiff.pid() + "/fd")).count(),
          scraped.value("process_open_fds"),
          4);
      assertTrue(scraped.value("process_resident_memory_bytes") > 30e6);
      assertEquals(0, skiff.stop("TERM"));
      assertEquals("", skiff.stderr());
    }
  }

  /** All counters, by group and name. */
  private static Map<String, Map<String, Long>> stat(SkiffProcess skiff) throws IOException {
    Map<String, Map<String, Long>> groups = new LinkedHashMap<>();
    if (ControlClient.body(ControlClient.ask(skiff.socket(), new Command.Stat())).get("stat")
        instanceof Map<?, ?> all) {
      all.forEach((group, counters) -> groups.put((String) group, numbers(counters)));
    }
    return groups;
  }

  private static Map<String, Long> numbers(@Nullable Object counters) {
    Map<String, Long> numbers = new LinkedHashMap<>();
    if (counters instanceof Map<?, ?> all) {
      all.forEach(
          (name, value) ->
              numbers.put((String) name, value instanceof Number n ? n.longValue() : -1L));
    }
    return numbers;
  }

  @Test
  void everyKindOfPrometheusGetsAFormatThatItKnows() throws Exception {
    try (SkiffProcess skiff = start(PORT)) {
      String openMetrics =
          answer(HOST, PORT, GET + "Accept: application/openmetrics-text;version=1.0.0\r\n\r\n");
      assertTrue(openMetrics.contains("application/openmetrics-text; version=1.0.0"), openMetrics);
      assertTrue(openMetrics.endsWith("# EOF\n"), openMetrics);
      String protobufFirst =
          "Accept: application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
              + "encoding=delimited;q=0.6,text/plain;version=0.0.4;q=0.3,*/*;q=0.1\r\n\r\n";
      Exposition text = Exposition.parse(body(answer(HOST, PORT, GET + protobufFirst)));
      assertTrue(text.families().contains("skiff_drops_total"));
      String one = answer(HOST, PORT, GET.replace("metrics", "metrics?name[]=skiff_up") + "\r\n");
      assertTrue(one.startsWith("HTTP/1.1 200 "), one);
      assertEquals(0, skiff.stop("TERM"));
    }
  }

  @Test
  void whatIsNoScrapeIsRefusedAndNobodyIsHarmed() throws Exception {
    try (SkiffProcess skiff = start(PORT)) {
      String post = "POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc";
      assertTrue(answer(HOST, PORT, post).startsWith("HTTP/1.1 405 "));
      String other = answer(HOST, PORT, "GET /metrics/../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n");
      assertTrue(other.startsWith("HTTP/1.1 404 ") && other.contains("/metrics alone"), other);
      assertTrue(answer(HOST, PORT, "HEAD /metrics HTTP/1.1\r\nHost: x\r\n\r\n").contains(" 200 "));
      assertTrue(answer(HOST, PORT, "GET  HTTP/1.1\r\n\r\n").contains(" 40"));
      assertFalse(answer(HOST, PORT, "\0\1\2\r\n\r\n").contains(" 200 "));
      String huge = GET + "X: " + "x".repeat(100_000) + "\r\n\r\n";
      assertFalse(answer(HOST, PORT, huge).contains("skiff_"), "huge headers");
      String many = GET + "X: y\r\n".repeat(1_000) + "\r\n";
      assertFalse(answer(HOST, PORT, many).contains("skiff_"), "many headers");
      assertEquals(1, scrape().value("skiff_device_up", "device", "skiff0"));
      netns.exec("ping", "-c", "1", "-W", "2", SkiffProcess.IP);
      assertEquals(0, skiff.now("Loop", "Faults"));
      assertEquals(0, skiff.stop("TERM"));
      assertEquals("", skiff.stderr());
    }
  }

  @Test
  void slowClientsHoldUpNobodyAndAreThrownOut() throws Exception {
    List<Client> slow = new ArrayList<>();
    try (SkiffProcess skiff = start(PORT)) {
      long threads = skiff.status("Threads");
      for (int i = 0; i < 6; i++) {
        Client client = new Client(HOST, PORT);
        client.send(i % 2 == 0 ? GET : "G");
        slow.add(client);
      }
      assertEquals(1, scrape().value("skiff_device_up", "device", "skiff0"));
      // More than there may be are closed at once: no thread, no descriptor.
      for (int i = 0; i < 40; i++) {
        slow.add(new Client(HOST, PORT));
      }
      netns.exec("ping", "-c", "3", "-i", "0.002", "-W", "2", SkiffProcess.IP);
      assertTrue(skiff.status("Threads") <= threads + 12, skiff.status("Threads") + " threads");
      Await.until("they are gone", 15, () -> established() == 0);
      assertEquals(1, scrape().value("skiff_device_up", "device", "skiff0"));
      assertEquals(0, skiff.stop("TERM"));
      assertEquals("", skiff.stderr());
    } finally {
      for (Client client : slow) {
        client.close();
      }
    }
  }

  private long established() {
    return netns
        .exec("ss", "-Htn", "state", "established", "sport", "=", ":" + PORT)
        .lines()
        .count();
  }

  @Test
  void theDaemonEndsAtOnceWhateverWhoeverScrapesDoes() throws Exception {
    List<Client> open = new ArrayList<>();
    try (SkiffProcess skiff = start(PORT)) {
      var _ = scrape();
      for (int i = 0; i < 4; i++) {
        Client client = new Client(HOST, PORT);
        client.send(GET);
        open.add(client);
      }
      Await.until("they are connected", () -> established() == 4);
      long begin = System.nanoTime();
      assertEquals(0, skiff.stop("TERM"));
      long tookMs = (System.nanoTime() - begin) / 1_000_000;
      assertTrue(tookMs < 2000, "it took " + tookMs + " ms to end");
      assertEquals("", skiff.stderr());
    } finally {
      for (Client client : open) {
        client.close();
      }
    }
  }

  @Test
  void anAddressThatIsNotToBeHadIsOneLineAndLeavesNothingBehind() throws Exception {
    try (SkiffProcess skiff = start(PORT)) {
      String links = netns.exec("ip", "-o", "-br", "link");
      Path socket = directory.resolve("other.sock");
      for (String[] metrics :
          new String[][] {
            {PORT, "metrics cannot be served on 127.0.0.1:9400: Address already in use"},
            {"198.51.100.77:9401", "198.51.100.77:9401: Cannot assign requested address"},
          }) {
        Netns.Result refused =
            netns.run(
                SkiffProcess.SKIFF,
                "run",
                "--tap",
                "skiff1",
                "--ip",
                "203.0.113.2/24",
                "--no-warm-up",
                "--socket",
                socket.toString(),
                "--metrics",
                metrics[0]);
        assertEquals(1, refused.exitCode(), refused.output());
        assertEquals(1, refused.output().lines().count(), refused.output());
        assertTrue(refused.output().contains(metrics[1]), refused.output());
        assertTrue(refused.output().contains("--metrics"), refused.output());
        assertEquals(links, netns.exec("ip", "-o", "-br", "link"));
        assertFalse(Files.exists(socket));
      }
      assertEquals(1, scrape().value("skiff_device_up", "device", "skiff0"));
      assertEquals(0, skiff.stop("TERM"));
    }
  }

  @Test
  void anyFreePortIsNamedAndOneThatOthersReachIsWarnedOf() throws Exception {
    try (SkiffProcess skiff = start("198.51.100.1:0")) {
      String line = skiff.nextLine();
      assertTrue(
          line.matches("skiff: metrics are at http://198\\.51\\.100\\.1:\\d+/metrics"), line);
      String port = line.replaceFirst(".*:(\\d+)/metrics$", "$1");
      assertTrue(Integer.parseInt(port) > 0);
      assertTrue(body(answer(SkiffProcess.HOST_IP, port, GET + "\r\n")).contains("skiff_info"));
      skiff.assertOneLine("is not loopback");
      assertEquals(0, skiff.stop("TERM"));
    }
  }

  @Test
  void withoutTheOptionNobodyListens() throws Exception {
    try (SkiffProcess skiff = SkiffProcess.usual(netns, directory)) {
      assertEquals("", netns.exec("ss", "-Htln"));
      assertEquals(0, skiff.stop("TERM"));
    }
  }
}
