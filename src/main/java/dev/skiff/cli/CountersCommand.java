package dev.skiff.cli;

import dev.skiff.control.Command;
import dev.skiff.control.ControlClient;
import dev.skiff.control.Json;
import dev.skiff.sys.Sys;
import java.io.IOException;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;

/** A command that shows counters, once or again and again with their rates. */
abstract class CountersCommand extends AskCommand {
  private static final double ROUND = 1000.0;
  private static final String LINE = "%-32s %16s %14s%s";

  @Mixin private WatchOptions watch = new WatchOptions();

  /** Of the reply, the counters that are wanted, by name. */
  abstract Map<String, Long> counters(Map<String, Object> reply) throws IOException;

  /** Whether a counter that is 0 is shown. */
  abstract boolean showsZeros();

  /** What the counter is about, with blanks before it; may be empty. */
  String text(String name, Map<String, Object> reply) {
    return "";
  }

  /** A rate as a member of the JSON of a look. */
  abstract void put(Map<String, Object> members, String name, Map<String, Object> rate);

  /** What a counter's line begins with. */
  String painted(String name, String line) {
    return line;
  }

  /** What the command line says of patterns, with one that was taken for the number of -w. */
  final List<String> patterns(List<String> said) {
    return watch.withStray(said);
  }

  @Override
  void show(Command command, Sink sink) throws IOException {
    if (!watch.isOn()) {
      super.show(command, sink);
      return;
    }
    double seconds = watch.seconds();
    boolean inPlace = !isJson() && StandardOutput.isTerminal();
    Watch show = new Watch(sink, inPlace, inPlace ? Sys.terminalRows(1) : 0);
    EndSignals.handle(sink, show::end);
    Rates rates = new Rates();
    show.run(seconds, watch.count(), nowNs -> look(command, rates, nowNs));
  }

  private List<String> look(Command command, Rates rates, long nowNs) throws IOException {
    Map<String, Object> reply = ControlClient.body(ask(command));
    Map<String, Rates.Rate> all = rates.look(counters(reply), nowNs);
    return isJson() ? List.of(jsonLook(all)) : lines(all, reply);
  }

  private String jsonLook(Map<String, Rates.Rate> all) throws IOException {
    Map<String, Object> members = new LinkedHashMap<>();
    all.forEach(
        (name, rate) -> {
          Map<String, Object> one = new LinkedHashMap<>();
          one.put("total", rate.total());
          Double perS = rate.perS();
          if (perS != null) {
            one.put("per_s", Math.round(perS * ROUND) / ROUND);
          }
          put(members, name, one);
        });
    Map<String, Object> look = new LinkedHashMap<>();
    look.put("time", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString());
    look.put(command().word(), members);
    return Json.line(look);
  }

  private List<String> lines(Map<String, Rates.Rate> all, Map<String, Object> reply) {
    List<String> lines = new ArrayList<>();
    String time = LocalTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS).toString();
    lines.add(LINE.formatted("# " + time, "total", "per second", "").stripTrailing());
    all.forEach(
        (name, rate) -> {
          if (showsZeros() || rate.total() != 0) {
            String line = LINE.formatted(name, rate.total(), shown(rate.perS()), text(name, reply));
            lines.add(painted(name, line));
          }
        });
    return lines;
  }

  private static String shown(@Nullable Double perS) {
    return perS == null ? "-" : "%.1f".formatted(perS);
  }
}
