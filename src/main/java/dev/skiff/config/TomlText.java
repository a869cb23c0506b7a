package dev.skiff.config;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A configuration as TOML, each line with where it was said. Used once. */
final class TomlText {
  private static final int COMMENT_COLUMN = 40;

  private final Config config;
  private final StringBuilder text = new StringBuilder();

  TomlText(Config config) {
    this.config = config;
  }

  String text() {
    Map<Key, List<String>> values = config.values();
    for (Table table : Table.values()) {
      if (table == Table.DEVICE) {
        continue;
      }
      if (table != Table.TOP) {
        text.append('\n').append(table.head()).append('\n');
      }
      for (Key key : Keys.of(table)) {
        line(key, values.get(key), config.said().get(key));
      }
    }
    List<Map<Key, List<String>>> devices = config.devices();
    for (int i = 0; i < devices.size(); i++) {
      text.append('\n').append(Table.DEVICE.head()).append('\n');
      for (Key key : Keys.of(Table.DEVICE)) {
        line(key, devices.get(i).get(key), config.said().devices().get(i).values().get(key));
      }
    }
    return text.toString();
  }

  private void line(Key key, @Nullable List<String> texts, Said.@Nullable Value said) {
    String setting =
        key.name() + " = " + key.kind().toml(texts == null ? List.of(key.example()) : texts);
    if (texts == null) {
      text.append("# ").append(setting).append("  (not set)\n");
      return;
    }
    String blanks = " ".repeat(Math.max(1, COMMENT_COLUMN - setting.length()));
    text.append(setting).append(blanks).append("# ").append(origin(said)).append('\n');
  }

  private static String origin(Said.@Nullable Value said) {
    if (said == null) {
      return "default";
    }
    return said.place().isFlag() ? said.place().flag() : "line " + said.place().line();
  }
}
