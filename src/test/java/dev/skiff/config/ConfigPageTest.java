package dev.skiff.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** That docs/config.md has every key, and shows a file that is right. */
class ConfigPageTest {
  private static final Path PAGE = Path.of("docs/config.md");
  private static final String MARK =
      "<!-- ConfigPageTest writes this table: -Dskiff.golden.update=true -->\n";

  private static String reference() {
    StringBuilder text = new StringBuilder();
    for (Table table : Table.values()) {
      text.append("\n### ")
          .append(table == Table.TOP ? "Before the first table" : "`" + table.head() + "`");
      text.append("\n\n");
      if (!table.meaning().isEmpty()) {
        text.append(table.meaning()).append(" Flag: `").append(table.flag()).append("`.\n\n");
      }
      text.append(
          "| Key | Type | Default | Example | Changes | What it is |\n|---|---|---|---|---|---|\n");
      for (Key key : Keys.of(table)) {
        List<String> usual = Usual.values().get(key);
        text.append("| `")
            .append(key.name())
            .append("` | ")
            .append(key.kind().type())
            .append(" | ")
            .append(usual == null ? "" : "`" + key.kind().toml(usual) + "`")
            .append(" | `")
            .append(key.kind().toml(List.of(key.example())))
            .append("` | ")
            .append(key.live() ? "live" : "at a start")
            .append(" | ")
            .append(key.text().replace("|", "\\|"))
            .append(" |\n");
      }
    }
    return text.toString();
  }

  @Test
  void everyKeyIsOnThePageAsItIs() throws IOException {
    String page = Files.readString(PAGE);
    String before = page.substring(0, page.indexOf(MARK) + MARK.length());
    if (Boolean.getBoolean("skiff.golden.update")) {
      var _ = Files.writeString(PAGE, before + reference());
    }
    assertEquals(
        before + reference(), Files.readString(PAGE), "-Dskiff.golden.update=true writes it anew");
  }

  @Test
  void theFileOnThePageIsRight() throws IOException {
    Matcher file =
        Pattern.compile("```toml\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(PAGE));
    assertEquals(true, file.find());
    assertEquals("skiff0", Config.of(file.group(1), "docs").run().devices().getFirst().tap());
  }
}
