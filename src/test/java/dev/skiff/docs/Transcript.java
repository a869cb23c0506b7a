package dev.skiff.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a page shows of a terminal: blocks of console, with commands behind "$ ". */
public final class Transcript {
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```console\\n(.*?)^```");
  private static final String PROMPT = "$ ";

  /** Lines left out. */
  private static final String LEFT_OUT = "...";

  /**
   * A command and what the page shows of its output.
   *
   * @param line the command without what follows two blanks and "#"
   */
  public record Shown(String line, List<String> output) {}

  private Transcript() {}

  /** All lines of the blocks of a page, a list for each block. */
  public static List<List<String>> blocks(Path page) throws IOException {
    List<List<String>> all = new ArrayList<>();
    Matcher block = BLOCK.matcher(Files.readString(page));
    while (block.find()) {
      all.add(new ArrayList<>(block.group(1).lines().toList()));
    }
    return all;
  }

  /** All commands of a page, in their order. */
  public static List<Shown> commands(Path page) throws IOException {
    List<Shown> all = new ArrayList<>();
    for (List<String> block : blocks(page)) {
      for (String line : block) {
        if (line.startsWith(PROMPT)) {
          String command = line.substring(PROMPT.length()).replaceFirst(" {2,}# .*", "");
          all.add(new Shown(command, new ArrayList<>()));
        } else {
          all.getLast().output().add(line);
        }
      }
    }
    return all;
  }

  /** What is printed is what is shown, line by line, in this shape. */
  public static void assertShows(
      List<String> shown, List<String> printed, UnaryOperator<String> shape) {
    int at = 0;
    boolean gap = false;
    for (String line : shown) {
      if (line.equals(LEFT_OUT)) {
        gap = true;
        continue;
      }
      String wanted = shape.apply(line);
      while (gap && at < printed.size() && !shape.apply(printed.get(at)).equals(wanted)) {
        at++;
      }
      assertTrue(
          at < printed.size(),
          () -> "'" + line + "' is shown and not printed here:\n" + String.join("\n", printed));
      assertEquals(wanted, shape.apply(printed.get(at)), String.join("\n", printed));
      at++;
      gap = false;
    }
    assertTrue(
        gap || at == printed.size(),
        () -> "more is printed than is shown:\n" + String.join("\n", printed));
  }

  /** A line without what differs from run to run: MAC addresses, counts, times, a state. */
  public static String shape(String line) {
    return line.replaceAll("([0-9a-f]{2}:){5}[0-9a-f]{2}", "MAC")
        .replaceAll("\\b(REACHABLE|STALE|DELAY|PROBE)$", "STATE")
        .replaceAll("\\d+(\\.\\d+)? ms", "N ms")
        .replaceAll("time \\d+ms", "time Nms")
        .replaceAll("^(\\S+\\.\\S+ +)\\d+$", "$1N");
  }

  /** A line without MAC addresses and all numbers that are in no IPv4 address, blanks as one. */
  public static String looseShape(String line) {
    Matcher address = Pattern.compile("\\d+\\.\\d+\\.\\d+\\.\\d+(/\\d+)?").matcher(line);
    return address
        .replaceAll(found -> spelled(found.group()))
        .replaceAll("([0-9a-f]{2}:){5}[0-9a-f]{2}", "MAC")
        .replaceAll("\\b(REACHABLE|STALE|DELAY|PROBE)\\b", "STATE")
        .replaceAll("0x[0-9a-f]+", "N")
        .replaceAll("\\d+([.:]\\d+)*", "N")
        .replaceAll(", pipe N", "")
        .replaceAll(" +", " ")
        .replaceAll("-+", "-")
        .strip();
  }

  /** An address in letters, so that it stays. */
  private static String spelled(String address) {
    StringBuilder letters = new StringBuilder();
    address
        .chars()
        .forEach(c -> letters.append(Character.isDigit(c) ? (char) ('a' + c - '0') : '_'));
    return letters.toString();
  }
}
