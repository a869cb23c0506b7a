package dev.skiff.cli;

import dev.skiff.control.Json;
import dev.skiff.doctor.Asked;
import dev.skiff.doctor.Doctor;
import dev.skiff.doctor.Finding;
import dev.skiff.doctor.Verdict;
import dev.skiff.header.Ip4Prefix;
import dev.skiff.sys.TunTap;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code skiff doctor}: what stands in the way, and what to do about it. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = {
      "Looks at this machine, and at a running daemon, and says what stands in the way and what to"
          + " do. Changes nothing.",
      "Exit code: 0 if nothing fails, 1 otherwise."
    })
final class DoctorCommand implements Callable<Integer> {
  private static final int FAILS = 1;

  @Option(
      names = "--tap",
      paramLabel = "NAME",
      description = "The TAP to look at; by default the running daemon's.")
  private @Nullable String tap;

  @Option(
      names = "--ip",
      paramLabel = "ADDR/PREFIX",
      description =
          "The address that Skiff is to answer as; once for each of several; by default the running"
              + " daemon's.")
  private List<String> ips = new ArrayList<>();

  @Option(
      names = "--netns",
      paramLabel = "NAME",
      description = "The network namespace that the TAP is in, or is to be created in.")
  private @Nullable String netns;

  @Option(names = "--socket", paramLabel = "PATH", description = "The daemon's control socket.")
  private @Nullable Path socket;

  @Option(names = "--json", description = "Print one line of JSON.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    if (tap != null && !TunTap.isValidName(tap)) {
      throw new IllegalArgumentException(
          "'" + tap + "' cannot be a device's name: use 1 to " + TunTap.MAX_NAME + " plain bytes");
    }
    if (netns != null && netns.isEmpty()) {
      throw new IllegalArgumentException("--netns is empty: give a name, or leave it out");
    }
    List<Ip4Prefix> addresses = ips.stream().map(DoctorCommand::address).toList();
    List<Finding> findings = new Doctor().look(new Asked(tap, addresses, netns, socket));
    if (json) {
      System.out.println(Json.line(reply(findings)));
    } else {
      print(findings, System.out);
    }
    return count(findings, Verdict.FAIL) == 0 ? 0 : FAILS;
  }

  private static Ip4Prefix address(String text) {
    try {
      return Ip4Prefix.parse(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("--ip: " + e.getMessage(), e);
    }
  }

  static void print(List<Finding> findings, PrintStream out) {
    for (Finding finding : findings) {
      out.printf("%-4s  %-13s %s%n", finding.verdict(), finding.topic(), finding.found());
      if (!finding.cure().isEmpty()) {
        out.printf("      %-13s -> %s%n", "", finding.cure());
      }
    }
    List<String> counts = new ArrayList<>();
    for (Verdict verdict : Verdict.values()) {
      counts.add(count(findings, verdict) + " " + verdict);
    }
    out.println("doctor: " + String.join(", ", counts));
  }

  private static long count(List<Finding> findings, Verdict verdict) {
    return findings.stream().filter(finding -> finding.verdict() == verdict).count();
  }

  private static Map<String, Object> reply(List<Finding> findings) {
    Map<String, Object> reply = new LinkedHashMap<>();
    reply.put("ok", count(findings, Verdict.FAIL) == 0);
    reply.put("findings", findings.stream().map(DoctorCommand::body).toList());
    return reply;
  }

  private static Map<String, Object> body(Finding finding) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("verdict", finding.verdict().name().toLowerCase(Locale.ROOT));
    body.put("topic", finding.topic());
    body.put("found", finding.found());
    if (!finding.cure().isEmpty()) {
      body.put("do", finding.cure());
    }
    return body;
  }
}
