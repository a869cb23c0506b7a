import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One measurement: a line of the raw results. */
record Run(Map<String, Object> values) {
  /** The kind of peer. Of several of a kind each has a name of its own: "skiff@pings1". */
  String peer() {
    String name = instance();
    int at = name.indexOf('@');
    return at < 0 ? name : name.substring(0, at);
  }

  /** The process that was measured. */
  String instance() {
    return String.valueOf(values.get("peer"));
  }

  String phase() {
    return values.get("phase") instanceof String phase ? phase : Results.REPLIES;
  }

  int number(String name) {
    return values.get(name) instanceof Number n ? n.intValue() : 0;
  }

  double value(String name) {
    return values.get(name) instanceof Number n ? n.doubleValue() : Double.NaN;
  }

  boolean ok() {
    return Boolean.TRUE.equals(values.get("ok"));
  }

  double rtt(String point) {
    return values.get("rtt_ns") instanceof Map<?, ?> m && m.get(point) instanceof Number n
        ? n.doubleValue()
        : Double.NaN;
  }

  /** What failed, in a few words. */
  String complaint() {
    if (values.get("error") != null) {
      return String.valueOf(values.get("error"));
    }
    List<String> words = new ArrayList<>();
    for (String what : List.of("lost", "dup", "corrupt", "wrong_mac")) {
      if (number(what) > 0) {
        words.add(number(what) + " " + what);
      }
    }
    return words.isEmpty() ? "no reply" : String.join(", ", words) + " of " + number("sent");
  }
}
