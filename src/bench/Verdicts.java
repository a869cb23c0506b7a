import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The rows of {@link Aims}, judged. */
final class Verdicts {
  /** How a row ends. */
  enum Verdict {
    TARGET("TARGET"),
    PASS("PASS"),
    SHORT("SHORT"),
    NOT_MEASURED("NOT MEASURED");

    final String words;

    Verdict(String words) {
      this.words = words;
    }
  }

  /** One row, with what is held against a target of its own, or null. */
  record Judged(Aim aim, Measured measured, Measured atTarget, Verdict verdict) {
    String measuredText() {
      if (!measured.isThere()) {
        return measured.note();
      }
      String text = figures(measured);
      if (atTarget != null) {
        text += "; at the target's " + (atTarget.isThere() ? figures(atTarget) : atTarget.note());
      }
      return measured.note().isEmpty() ? text : text + "; " + measured.note();
    }

    private String figures(Measured m) {
      return m.least() == m.greatest()
          ? aim.write(m.value())
          : aim.write(m.value())
              + " ["
              + aim.write(m.least())
              + ".."
              + aim.write(m.greatest())
              + "]";
    }
  }

  private static final String[] HEADS = {
    "figure", "against", "required", "target", "measured", "verdict"
  };

  private final List<Judged> rows = new ArrayList<>();
  private final boolean shortened;

  Verdicts(Results results) {
    shortened = results.isShortened();
    for (Aim aim : Aims.ALL) {
      if (!results.isFull() && !results.isSmoke() && !Aims.isWatched(aim)) {
        continue; // All others need the phases of a full run.
      }
      Measured measured = aim.measured().apply(results);
      Measured atTarget = aim.atTarget() == null ? null : aim.atTarget().apply(results);
      rows.add(
          new Judged(
              aim,
              measured,
              atTarget,
              judge(aim, measured, atTarget == null ? measured : atTarget)));
    }
  }

  private static Verdict judge(Aim aim, Measured measured, Measured atTarget) {
    if (!measured.isThere()) {
      return Verdict.NOT_MEASURED;
    }
    if (!aim.better().reaches(measured.value(), aim.required())) {
      return Verdict.SHORT;
    }
    // (No comparison with NaN is true: no target, none reached.)
    return aim.better().reaches(atTarget.value(), aim.target()) ? Verdict.TARGET : Verdict.PASS;
  }

  List<Judged> rows() {
    return rows;
  }

  private long count(Verdict verdict) {
    return rows.stream().filter(row -> row.verdict == verdict).count();
  }

  String sum() {
    StringBuilder text = new StringBuilder(rows.size() + " rows: ");
    text.append(
        Spread.format(
            "%d target, %d pass, %d short",
            count(Verdict.TARGET), count(Verdict.PASS), count(Verdict.SHORT)));
    if (count(Verdict.NOT_MEASURED) > 0) {
      text.append(Spread.format(", %d not measured", count(Verdict.NOT_MEASURED)));
    }
    return text + (shortened ? " (shortened by --scale: it says nothing)" : "");
  }

  private static String[] cells(Judged row) {
    return new String[] {
      row.aim.figure(),
      row.aim.against(),
      row.aim.requiredText(),
      row.aim.targetText(),
      row.measuredText(),
      row.verdict.words
    };
  }

  String text() {
    StringBuilder text = new StringBuilder(Spread.format("%nWhat is aimed at%n"));
    String line = "  %-50s %-34s %-14s %-27s %-13s %s%n";
    text.append(Spread.format(line, HEADS[0], HEADS[1], HEADS[2], HEADS[3], HEADS[5], HEADS[4]));
    for (Judged row : rows) {
      String[] c = cells(row);
      text.append(Spread.format(line, c[0], c[1], c[2], c[3], c[5], c[4]));
    }
    return text.append('\n').append(legend()).append("\n\n").append(sum()).append('\n').toString();
  }

  String markdown() {
    StringBuilder text = new StringBuilder(Spread.format("**What is aimed at**%n%n"));
    text.append("| ").append(String.join(" | ", HEADS)).append(" |\n|---|---|---|---|---|---|\n");
    for (Judged row : rows) {
      text.append("| ").append(String.join(" | ", cells(row))).append(" |\n");
    }
    return text.append('\n').append(sum()).append(". ").append(legend()).append('\n').toString();
  }

  static String legend() {
    return "A ratio is Skiff's figure divided by the peer's of the same round, median"
        + " [least..greatest]: of replies/s more is better, of times less. TARGET: required"
        + " and target are reached; PASS: what is required; SHORT: not that; NOT MEASURED:"
        + " no figure, for the reason given.";
  }

  /** A line of JSON for each row. */
  void write(Path file) throws IOException {
    StringBuilder text = new StringBuilder();
    for (Judged row : rows) {
      Map<String, Object> line = new LinkedHashMap<>();
      line.put("figure", row.aim.figure());
      line.put("against", row.aim.against());
      line.put("better", row.aim.better() == Aim.Better.MORE ? "more" : "less");
      put(line, "required", row.aim.required());
      put(line, "target", row.aim.target());
      put(line, "measured", row.measured.value());
      put(line, "least", row.measured.least());
      put(line, "greatest", row.measured.greatest());
      put(line, "at_target", row.atTarget == null ? row.measured.value() : row.atTarget.value());
      line.put("verdict", row.verdict.words);
      line.put("note", row.measured.note());
      text.append(JSON.std.with(JSON.Feature.WRITE_NULL_PROPERTIES).asString(line)).append('\n');
    }
    Files.writeString(file, text);
  }

  /** JSON has no NaN: what there is not is null. */
  private static void put(Map<String, Object> line, String name, double value) {
    line.put(name, Double.isNaN(value) ? null : (Object) value);
  }
}
