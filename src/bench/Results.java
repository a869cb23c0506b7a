import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The raw results of scripts/bench, and whether they hold. */
final class Results {
  /** The phases of a run, as the raw results name them. */
  static final String REPLIES = "replies";

  static final String RTT = "rtt";
  static final String PINGS = "pings";
  static final String MEMORY = "memory";

  /** What was measured in a phase: requests of so many bytes, so many of them outstanding. */
  record Case(String phase, int size, int window) {
    String text() {
      return size + " bytes, " + window + " outstanding";
    }
  }

  private static final Comparator<Case> IN_ORDER =
      Comparator.comparing((Case c) -> List.of(REPLIES, RTT, PINGS, MEMORY).indexOf(c.phase))
          .thenComparing(Case::size)
          .thenComparing(Case::window);

  private final Map<String, Object> meta = new LinkedHashMap<>();
  private final List<Run> runs = new ArrayList<>();
  private final List<Run> notes = new ArrayList<>();
  private final Map<String, Long> ownCounts = new LinkedHashMap<>();
  private final Map<String, String> leftOut = new LinkedHashMap<>();

  @SuppressWarnings("unchecked")
  Results(Path raw) throws IOException {
    for (String line : Files.readAllLines(raw)) {
      Map<String, Object> object = JSON.std.mapFrom(line);
      if (object.get("meta") instanceof Map<?, ?> m) {
        meta.putAll((Map<String, Object>) m);
      } else if (object.get("own_count") instanceof String peer) {
        ownCounts.put(peer, ((Number) object.get("answered")).longValue());
      } else if (object.get("left_out") instanceof String peer) {
        leftOut.put(peer, String.valueOf(object.get("why")));
      } else if (object.get("note") != null) {
        notes.add(new Run(object));
      } else {
        runs.add(new Run(object));
      }
    }
  }

  Object meta(String name) {
    return meta.get(name);
  }

  private boolean flag(String name) {
    return meta.get(name) instanceof Number n && n.intValue() == 1;
  }

  boolean isSmoke() {
    return flag("smoke");
  }

  /** Whether it was a run with all the phases that the table of what is aimed at needs. */
  boolean isFull() {
    return flag("full");
  }

  /** Whether times and counts were cut (scripts/bench --scale): such a run proves nothing. */
  boolean isShortened() {
    return meta.get("scale") instanceof Number n && n.doubleValue() < 1;
  }

  Map<String, String> leftOut() {
    return leftOut;
  }

  long requests() {
    return runs.stream().filter(Run::ok).mapToLong(run -> (long) run.value("sent")).sum();
  }

  /** The cases of a phase that were measured, or of all phases (null), warming up apart. */
  List<Case> cases(String phase) {
    Set<Case> all = new TreeSet<>(IN_ORDER);
    for (Run run : runs) {
      if (run.number("round") > 0 && (phase == null || run.phase().equals(phase))) {
        all.add(new Case(run.phase(), run.number("size"), run.number("window")));
      }
    }
    return List.copyOf(all);
  }

  /** The peers of a phase, or of all (null), in the order of a table. */
  List<String> peers(String phase) {
    return Peers.all().stream()
        .filter(
            peer ->
                runs.stream()
                    .anyMatch(
                        run ->
                            run.peer().equals(peer)
                                && (phase == null || run.phase().equals(phase))))
        .toList();
  }

  Row row(String peer, Case which) {
    Map<Integer, Run> rounds = new TreeMap<>();
    Set<String> instances = new LinkedHashSet<>();
    String failure = "";
    for (Run run : runs) {
      if (run.peer().equals(peer)
          && run.number("round") > 0
          && run.phase().equals(which.phase)
          && run.number("window") == which.window
          && run.number("size") == which.size) {
        rounds.put(run.number("round"), run);
        instances.add(run.instance());
        if (!run.ok() && failure.isEmpty()) {
          failure = "round " + run.number("round") + ": " + run.complaint();
        }
      }
    }
    for (String instance : instances) {
      failure = failure.isEmpty() ? miscount(instance) : failure;
    }
    return new Row(peer, rounds, failure);
  }

  /** Whether the peer that was measured is another than the peer that counted: why, or empty. */
  private String miscount(String instance) {
    long sent = 0;
    for (Run run : runs) {
      if (run.instance().equals(instance)) {
        if (!run.ok()) {
          return ""; // That failed by itself, and nothing need add up.
        }
        sent += (long) run.value("sent");
      }
    }
    Long own = ownCounts.get(instance);
    if (own == null) {
      return "it was never asked for its own count";
    }
    return own == sent ? "" : "it says it answered " + own + " of " + sent;
  }

  List<String> failures() {
    List<String> failures = new ArrayList<>();
    for (Case which : cases(null)) {
      for (String peer : peers(which.phase)) {
        String failure = row(peer, which).failure();
        if (!failure.isEmpty()) {
          failures.add(Peers.name(peer) + ", " + which.text() + ": " + failure);
        }
      }
    }
    if (runs.isEmpty()) {
      failures.add("nothing was measured");
    }
    return failures;
  }

  /** What was noted of a peer's processes beside the runs, under a name, by round. */
  Map<Integer, Run> notes(String name, String peer) {
    Map<Integer, Run> found = new TreeMap<>();
    for (Run note : notes) {
      if (name.equals(note.values().get("note")) && note.peer().equals(peer)) {
        found.put(note.number("round"), note);
      }
    }
    return found;
  }
}
