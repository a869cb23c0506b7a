package dev.skiff.cli;

import dev.skiff.log.LogText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The records that {@code skiff log} reads, as the daemon itself writes them. */
final class LogLines {
  private static final String RED = "\u001b[31m";
  private static final String YELLOW = "\u001b[33m";
  private static final String USUAL = "\u001b[0m";

  private final boolean colours;

  /** Lines for a terminal, which has colours for what is bad, or for others. */
  LogLines(boolean colours) {
    this.colours = colours && System.getenv("NO_COLOR") == null;
  }

  /** The lines of a record, or of how many were lost. */
  List<String> of(Map<String, Object> members) {
    Object lost = members.get("lost");
    if (lost != null) {
      return List.of("(" + lost + " more were lost: the reader was too slow)");
    }
    String level = String.valueOf(members.get("level"));
    List<String> trace = new ArrayList<>();
    AskCommand.list(members.get("trace")).forEach(line -> trace.add(LogText.clean("" + line)));
    String logger = LogText.shortName(String.valueOf(members.get("logger")));
    String message = LogText.clean(String.valueOf(members.get("message")));
    List<String> lines =
        LogText.lines(String.valueOf(members.get("time")), level, logger, message, trace);
    String colour =
        switch (level) {
          case "ERROR" -> RED;
          case "WARN" -> YELLOW;
          default -> "";
        };
    return colours && !colour.isEmpty()
        ? lines.stream().map(line -> colour + line + USUAL).toList()
        : lines;
  }
}
