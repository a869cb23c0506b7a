import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The part of docs/performance.md that a run writes: every number of it, and the charts that lie
 * beside it.
 */
final class Document {
  private static final String BEGIN = "<!-- bench:begin -->";
  private static final String END = "<!-- bench:end -->";

  private final Results results;
  private final Verdicts verdicts;

  Document(Results results, Verdicts verdicts) {
    this.results = results;
    this.verdicts = verdicts;
  }

  void write(Path file) throws IOException {
    String text = Files.readString(file);
    int begin = text.indexOf(BEGIN);
    int end = text.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new IOException(file + " has no " + BEGIN + " and " + END);
    }
    Files.writeString(
        file,
        text.substring(0, begin + BEGIN.length())
            + "\n"
            + generated(file.resolveSibling("performance"))
            + text.substring(end));
  }

  private String generated(Path charts) {
    Tables tables = new Tables(results, verdicts);
    StringBuilder text = new StringBuilder(tables.machine("`")).append(".\n\n");
    if (results.isFull()) {
      text.append(verdicts.markdown());
      link(text, charts, "verdicts.svg", "Skiff against each, with what is required and aimed at");
      text.append('\n');
    }
    text.append(tables.legend()).append('\n').append(tables.markdown());
    for (int size : Charts.sizes(results)) {
      link(text, charts, "replies-" + size + ".svg", "Echo replies a second, " + size + " bytes");
      link(text, charts, "rtt-" + size + ".svg", "Round trips by percentile, " + size + " bytes");
    }
    return text.toString();
  }

  private static void link(StringBuilder text, Path charts, String name, String title) {
    if (Files.exists(charts.resolve(name))) {
      text.append(Spread.format("%n![%s](%s/%s)%n", title, charts.getFileName(), name));
    }
  }
}
