package dev.skiff.config;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code native-config/skiff.toml}: every key with what it means and its default. Any thread. */
public final class ExampleFile {
  private static final int WIDTH = 100;

  private final StringBuilder text = new StringBuilder();

  private ExampleFile() {}

  /** The file. */
  public static String text() {
    return new ExampleFile().all();
  }

  private String all() {
    text.append(
        """
        # Skiff's configuration, as /etc/skiff/skiff.toml or by skiff run --config FILE. Each key with its default, or
        # an example where it has none. A flag of skiff run has the last word about the key of its name.
        #
        #   skiff config check FILE    says all that is wrong with a file
        #   skiff config show FILE     shows what it comes to
        #   kill -HUP PID              (systemctl reload skiff) reads it again
        #
        # [live] changes at once when the file is read again, [start] at the next start. docs/config.md tells more.
        """);
    Map<Key, List<String>> usual = Usual.values();
    for (Table table : Table.values()) {
      text.append('\n');
      comment(table.meaning());
      text.append(table == Table.TOP ? "" : table.head() + "\n");
      for (Key key : Keys.of(table)) {
        key(key, usual.get(key));
      }
    }
    return text.toString();
  }

  private void key(Key key, @Nullable List<String> usual) {
    boolean needed = key.equals(Keys.TAP) || key.equals(Keys.IP);
    text.append(key.table() == Table.TOP || key.table() == Table.DEVICE ? "\n" : "");
    comment((key.live() ? "[live] " : "[start] ") + key.text());
    text.append(needed ? "" : "#")
        .append(key.name())
        .append(" = ")
        .append(key.kind().toml(usual == null ? List.of(key.example()) : usual))
        .append('\n');
  }

  /** Words, in lines that are no longer than others. */
  private void comment(String words) {
    StringBuilder line = new StringBuilder("#");
    for (String word : words.isEmpty() ? new String[0] : words.split(" ", -1)) {
      if (line.length() + 1 + word.length() > WIDTH) {
        text.append(line).append('\n');
        line.setLength(1);
      }
      line.append(' ').append(word);
    }
    text.append(line.length() > 1 ? line + "\n" : "");
  }
}
