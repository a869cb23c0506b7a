package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.skiff.control.Command;
import dev.skiff.control.ControlClient;
import dev.skiff.control.LinkSettings;
import dev.skiff.control.NeighRequest;
import dev.skiff.header.Ip4Addr;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The daemon as a user starts it: {@code scripts/skiff run}, in a namespace; ended when closed. */
final class SkiffProcess implements AutoCloseable {
  static final Path HOME = Path.of(System.getProperty("skiff.home", ".")).toAbsolutePath();
  static final String SKIFF = HOME.resolve("scripts/skiff").toString();
  static final String IP = "198.51.100.2";
  static final String HOST_IP = "198.51.100.1";

  /** Mode 1777, as /tmp has. */
  private static final int EVERYBODYS = 01777;

  private final Netns netns;
  private final Process process;
  private final Path socket;
  private final Path errors;
  private final BufferedReader out;
  private final String startLine;

  private SkiffProcess(Netns netns, Path directory, List<String> command) throws IOException {
    this.netns = netns;
    // Root's daemon becomes nobody, who removes the socket at the end.
    Files.setAttribute(directory, "unix:mode", EVERYBODYS);
    socket = directory.resolve("skiff.sock");
    errors = Files.createTempFile(directory, "stderr", "");
    process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String line = out.readLine();
    startLine = line == null ? "" : line;
  }

  /** Starts it with these arguments beside {@code --socket}; it must print its start line. */
  static SkiffProcess start(Netns netns, Path directory, String... args) throws IOException {
    return start(netns, directory, netns.inside(SKIFF), args);
  }

  /** The same, begun in another way. */
  static SkiffProcess start(Netns netns, Path directory, List<String> launcher, String... args)
      throws IOException {
    List<String> command = new ArrayList<>(launcher);
    command.add("run");
    command.addAll(List.of(args));
    command.addAll(List.of("--socket", directory.resolve("skiff.sock").toString()));
    SkiffProcess skiff = new SkiffProcess(netns, directory, command);
    if (skiff.startLine.isEmpty()) {
      try (skiff) {
        throw new AssertionError("the daemon did not start: " + skiff.stderr());
      }
    }
    return skiff;
  }

  /** Starts it on TAP skiff0 as 198.51.100.2, the host's side being 198.51.100.1. */
  static SkiffProcess usual(Netns netns, Path directory) throws IOException {
    return start(
        netns, directory, "--tap", "skiff0", "--ip", IP + "/24", "--host-ip", HOST_IP + "/24");
  }

  String startLine() {
    return startLine;
  }

  /** The next line on standard output; empty at its end. */
  String nextLine() throws IOException {
    String line = out.readLine();
    return line == null ? "" : line;
  }

  /** The MAC address in the start line. */
  String mac() {
    return startLine.replaceFirst(".* ((?:[0-9a-f]{2}:){5}[0-9a-f]{2}) .*", "$1");
  }

  long pid() {
    return process.pid();
  }

  Path socket() {
    return socket;
  }

  String stderr() throws IOException {
    return Files.readString(errors);
  }

  /** What {@code skiff COMMAND} prints. */
  String ask(String... command) {
    List<String> all = new ArrayList<>(List.of(SKIFF));
    all.addAll(List.of(command));
    all.addAll(List.of("--socket", socket.toString()));
    return netns.exec(all.toArray(String[]::new));
  }

  /** Runs {@code skiff COMMAND}, whatever its exit code. */
  Netns.Result run(String... command) {
    List<String> all = new ArrayList<>(List.of(SKIFF));
    all.addAll(List.of(command));
    all.addAll(List.of("--socket", socket.toString()));
    return netns.run(all.toArray(String[]::new));
  }

  /** {@code skiff COMMAND} must fail with 1 and one line that has this part. */
  void refuses(String part, String... command) {
    Netns.Result result = run(command);
    assertEquals(1, result.exitCode(), result.output());
    assertEquals(1, result.output().lines().count(), result.output());
    assertTrue(result.output().contains(part), result.output());
  }

  /** It has said one line on standard error, with this part. */
  void assertOneLine(String part) throws IOException {
    List<String> lines = stderr().lines().toList();
    assertEquals(1, lines.size(), lines.toString());
    assertTrue(lines.getFirst().contains(part), lines.toString());
  }

  /** The reply to a command, as JSON. */
  Map<String, Object> json(String command) throws IOException {
    return JSON.std.mapFrom(ask(command, "--json"));
  }

  /** One counter, which must be there. */
  long counter(String group, String name) throws IOException {
    Object value = stat(group, name);
    assertNotNull(value, group + "." + name);
    return ((Number) value).longValue();
  }

  /** The same; 0 if it is not there, or not yet. */
  long now(String group, String name) throws IOException {
    return stat(group, name) instanceof Number n ? n.longValue() : 0;
  }

  /** A counter as {@code skiff stat} shows it, asked by the test itself. */
  private @Nullable Object stat(String group, String name) throws IOException {
    Map<String, Object> reply = ControlClient.body(ControlClient.ask(socket, new Command.Stat()));
    return member(member(reply.get("stat"), group), name);
  }

  /** A member of what {@code skiff link} shows of a device, asked by the test itself. */
  private Object link(String device, String name) throws IOException {
    Map<String, Object> reply =
        ControlClient.body(ControlClient.ask(socket, new Command.Link(device, null)));
    Object value = reply.get("link") instanceof List<?> list ? member(list.getFirst(), name) : null;
    assertNotNull(value, device + " " + name);
    return value;
  }

  /** {@code skiff link set}, by the test itself. */
  void set(String device, Map<String, ?> settings) throws IOException {
    Command command = new Command.Link(device, LinkSettings.of(settings));
    assertNotNull(ControlClient.ask(socket, command));
  }

  /** A number of what {@code skiff link} shows of a device. */
  int linkNumber(String device, String name) throws IOException {
    return ((Number) link(device, name)).intValue();
  }

  /** The MAC address that {@code skiff link} shows. */
  String linkAddress(String device) throws IOException {
    return (String) link(device, "address");
  }

  /** How {@code skiff link} says that it asks the host for frames. */
  String io(String device) throws IOException {
    return (String) link(device, "io");
  }

  /** Whether {@code skiff link} shows this flag. */
  boolean hasFlag(String device, String flag) throws IOException {
    return ((List<?>) link(device, "flags")).contains(flag);
  }

  /** {@code skiff neigh}, by the test itself: the entries that it shows. */
  List<Map<?, ?>> neigh(NeighRequest request) throws IOException {
    Map<String, Object> reply =
        ControlClient.body(ControlClient.ask(socket, new Command.Neigh(request)));
    return reply.get("neigh") instanceof List<?> list
        ? list.stream().<Map<?, ?>>map(entry -> (Map<?, ?>) entry).toList()
        : List.of();
  }

  /** A member of a neighbour that {@code skiff neigh} shows; empty if it is not there. */
  String neighbour(String ip, String name) throws IOException {
    NeighRequest one =
        new NeighRequest(NeighRequest.Action.SHOW, null, Ip4Addr.parse(ip), null, null);
    List<Map<?, ?>> found = neigh(one);
    Object value = found.isEmpty() ? null : found.getFirst().get(name);
    return value == null ? "" : value.toString();
  }

  /** How many packets ended for this reason, asked by the test itself. */
  long dropped(String reason) throws IOException {
    Map<String, Object> reply = ControlClient.body(ControlClient.ask(socket, new Command.Drops()));
    assertNotNull(reply.get("drops"));
    for (Object drop : reply.get("drops") instanceof List<?> list ? list : List.of()) {
      if (reason.equals(member(drop, "reason")) && member(drop, "count") instanceof Number n) {
        return n.longValue();
      }
    }
    return 0;
  }

  /** The state of a device's only address, as {@code skiff link} shows it. */
  String addressState(String device) throws IOException {
    return String.valueOf(member(((List<?>) link(device, "addresses")).getFirst(), "state"));
  }

  /** Nothing is lost in between: each device that is up holds the one buffer it has posted. */
  void assertBooksAddUp(int devicesUp) throws Exception {
    Await.until(
        "all buffers are back",
        () -> {
          // Which takes a turn: what was posted for a burst is given back after some quiet ones.
          var _ = ControlClient.ask(socket, new Command.Link(null, null));
          return now("sk_buff", "taken") == now("sk_buff", "freed") + devicesUp;
        });
    assertEquals(0, now("Loop", "Faults"), () -> ask("status"));
  }

  static @Nullable Object member(@Nullable Object object, String name) {
    return object instanceof Map<?, ?> map ? map.get(name) : null;
  }

  /** One value of /proc/PID/status, in its own unit. */
  long status(String name) throws IOException {
    return statusOf(Path.of("/proc/" + pid() + "/status"), name);
  }

  static long statusOf(Path file, String name) throws IOException {
    for (String line : Files.readAllLines(file)) {
      if (line.startsWith(name + ":")) {
        return Long.parseLong(line.replaceAll("[^0-9]", ""));
      }
    }
    throw new AssertionError("no " + name + " in " + file);
  }

  /** Sends a signal and waits for the end: the exit code. */
  int stop(String signal) throws InterruptedException {
    Netns.Result.of(List.of("kill", "-" + signal, Long.toString(pid())));
    return exitCode();
  }

  /** Waits for the end, 5 s at most: the exit code. */
  int exitCode() throws InterruptedException {
    assertTrue(process.waitFor(5, TimeUnit.SECONDS), "the daemon has not ended in 5 s");
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
