import java.io.IOException;
import java.nio.file.Path;

/**
 * Tables, verdicts and charts of what scripts/bench has measured; needs Skiff's jar on the class
 * path, for its JSON.
 *
 * <p>Usage: BenchReport RAW [--verdicts FILE] [--plot DIRECTORY] [--document FILE]. Exit code 1 if
 * a check failed, whatever the verdicts are.
 */
final class BenchReport {
  private BenchReport() {}

  private static Results read(Path raw) {
    try {
      Results results = new Results(raw);
      if (results.meta("date") != null) {
        return results;
      }
    } catch (IOException e) {
      // Not even JSON: there is no more to say of it.
    }
    System.err.println("bench: " + raw + " is no file of raw results: give one made with --json");
    System.exit(1);
    throw new AssertionError("it has ended");
  }

  public static void main(String[] args) throws IOException {
    Results results = read(Path.of(args[0]));
    Verdicts verdicts = new Verdicts(results);
    for (int i = 1; i + 1 < args.length; i += 2) {
      Path to = Path.of(args[i + 1]);
      switch (args[i]) {
        case "--verdicts" -> verdicts.write(to);
        case "--plot" -> Charts.draw(results, verdicts, to);
        case "--document" -> new Document(results, verdicts).write(to);
        default -> throw new IllegalArgumentException(args[i]);
      }
    }
    Tables tables = new Tables(results, verdicts);
    System.out.print(results.isSmoke() ? tables.smoke() : tables.text());
    System.exit(results.failures().isEmpty() ? 0 : 1);
  }
}
