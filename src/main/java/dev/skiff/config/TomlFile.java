package dev.skiff.config;

import dev.skiff.text.Suggest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/** Reads what a file of TOML says. Used once. */
final class TomlFile {
  /** More bytes than anybody writes by hand. */
  static final int MOST_BYTES = 256 << 10;

  /** More names with dots between them than anybody needs. */
  private static final int MOST_DOTS = 100;

  private final String name;
  private final Problems problems;
  private final Said said = new Said();

  private TomlFile(String name, Problems problems) {
    this.name = name;
    this.problems = problems;
  }

  /**
   * Reads a file.
   *
   * @param problems gets what is wrong with it
   * @throws ConfigException if it cannot be read: one line that says why
   */
  static Said read(Path file, Problems problems) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MOST_BYTES + 1);
      if (bytes.length > MOST_BYTES) {
        throw unreadable(file, "it is longer than " + (MOST_BYTES >> 10) + " KiB");
      }
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return read(text, file.toString(), problems);
    } catch (CharacterCodingException e) {
      throw unreadable(file, "it is no UTF-8");
    } catch (NoSuchFileException e) {
      throw unreadable(file, "there is no such file");
    } catch (AccessDeniedException e) {
      throw unreadable(
          file,
          "permission denied: let the user that Skiff runs as read it (after its start that is the"
              + " one of --user)");
    } catch (IOException e) {
      throw unreadable(file, String.valueOf(e.getMessage()));
    }
  }

  private static ConfigException unreadable(Path file, String why) {
    String line = Problems.oneLine(file + " cannot be read: " + why);
    return new ConfigException(line, List.of(line));
  }

  /** Reads a text; {@code name} is what messages call it. */
  static Said read(String text, String name, Problems problems) {
    return new TomlFile(name, problems).read(text);
  }

  private Said read(String text) {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      // Of no file, which is decoded; and what it says could not be shown as TOML.
      problems.add(Place.of(name, 1, 1), "it has half a character: a surrogate without the other");
      return said;
    }
    TomlParseResult result;
    int deep = lineTooDeep(text);
    if (deep > 0) {
      problems.add(Place.of(name, deep, 1), "it is nested too deeply");
      return said;
    }
    try {
      result = Toml.parse(text);
    } catch (StackOverflowError e) {
      problems.add(Place.of(name, 1, 1), "it is nested too deeply");
      return said;
    } catch (TomlParseError e) { // As with a bad escape in the name of a table.
      problems.add(place(e.position()), String.valueOf(e.getMessage()));
      return said;
    } catch (RuntimeException | AssertionError e) { // Where assertions are on, its parser has some.
      problems.add(Place.of(name, 1, 1), "it is no TOML: " + e.getMessage());
      return said;
    }
    for (TomlParseError error : result.errors()) {
      problems.add(place(error.position()), String.valueOf(error.getMessage()));
    }
    // What could be read of a file with mistakes of form would bring mistakes of its own.
    if (result.errors().isEmpty()) {
      top(result);
    }
    return said;
  }

  /**
   * The first line with more dots between names than anybody needs, from 1; 0 if there is none. The
   * parser's memory grows with their square, which is more than there is.
   */
  private static int lineTooDeep(String text) {
    int line = 1;
    int dots = 0;
    char quote = 0; // Or '#': what is within does not count, to the end of the line at most.
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\n') {
        line++;
        dots = 0;
        quote = 0;
      } else if (quote != 0) {
        i += quote == '"' && c == '\\' && !text.startsWith("\n", i + 1) ? 1 : 0;
        quote = c == quote && c != '#' ? 0 : quote;
      } else if (c == '"' || c == '\'' || c == '#') {
        quote = c;
      } else if ("=,[]{}".indexOf(c) >= 0) {
        dots = 0;
      } else if (c == '.' && ++dots == MOST_DOTS) {
        return line;
      }
    }
    return 0;
  }

  private Place place(@Nullable TomlPosition at) {
    return at == null ? Place.of(name, 1, 1) : Place.of(name, at.line(), at.column());
  }

  private Place placeOf(TomlTable in, String key) {
    return place(in.inputPositionOf(List.of(key)));
  }

  private void top(TomlTable root) {
    for (String word : root.keySet()) {
      Place place = placeOf(root, word);
      Object value = root.get(List.of(word));
      Table table = table(word);
      if (table == Table.DEVICE) {
        devices(value, place);
      } else if (table != null) {
        table(table, value, place);
      } else {
        Key key = key(Table.TOP, word, place);
        if (key != null) {
          put(key, value, place);
        }
      }
    }
  }

  private static @Nullable Table table(String word) {
    for (Table table : Table.values()) {
      if (table != Table.TOP && table.word().equals(word)) {
        return table;
      }
    }
    return null;
  }

  private void table(Table table, @Nullable Object value, Place place) {
    if (!(value instanceof TomlTable in)) {
      problems.add(place, "'" + table.word() + "' is a table: write " + table.head());
      return;
    }
    for (String word : in.keySet()) {
      Place at = placeOf(in, word);
      Key key = key(table, word, at);
      if (key != null) {
        put(key, in.get(List.of(word)), at);
      }
    }
  }

  private void devices(@Nullable Object value, Place place) {
    if (!(value instanceof TomlArray array)) {
      problems.add(place, "there is one 'device' table for each device: write [[device]]");
      return;
    }
    for (int i = 0; i < array.size(); i++) {
      Place at = place(array.inputPositionOf(i));
      if (array.get(i) instanceof TomlTable in) {
        device(in, at);
      } else {
        problems.add(at, "a device is a table: write [[device]]");
      }
    }
  }

  private void device(TomlTable in, Place place) {
    Said.Device device = new Said.Device(place);
    for (String word : in.keySet()) {
      Place at = placeOf(in, word);
      Key key = key(Table.DEVICE, word, at);
      List<String> texts = key == null ? null : texts(key, in.get(List.of(word)), at);
      if (key != null && texts != null) {
        device.values().put(key, new Said.Value(texts, at));
      }
    }
    said.add(device);
  }

  private void put(Key key, @Nullable Object value, Place place) {
    List<String> texts = texts(key, value, place);
    if (texts != null) {
      said.put(key, texts, place);
    }
  }

  private @Nullable List<String> texts(Key key, @Nullable Object value, Place place) {
    List<String> texts = key.kind().texts(value);
    if (texts == null) {
      String example = key.kind().toml(List.of(key.example()));
      problems.add(
          place,
          key.name()
              + " is of another type ("
              + key.kind().type()
              + "): write "
              + key.name()
              + " = "
              + example);
    }
    return texts;
  }

  /** The key of this name; null, and a problem, if there is none. */
  private @Nullable Key key(Table table, String word, Place place) {
    Key key = Keys.find(table, word);
    if (key == null) {
      Stream<String> words = Keys.of(table).stream().map(Key::name);
      if (table == Table.TOP) {
        words = Stream.concat(words, Arrays.stream(Table.values()).skip(1).map(Table::word));
      }
      String shown = Problems.shown(word);
      String in = table == Table.TOP ? "" : " in " + table.head();
      String near = elsewhere(table, word);
      problems.add(
          place,
          "unknown key '"
              + shown
              + "'"
              + in
              + (near.isEmpty() ? Suggest.among(shown, words.toList()) : near));
    }
    return key;
  }

  /** A word that is a key of another table is one that stands behind the wrong head. */
  private static String elsewhere(Table table, String word) {
    for (Table other : Table.values()) {
      if (other != table && Keys.find(other, word) != null) {
        return other == Table.TOP
            ? ": it stands before the first table"
            : ": it belongs to " + other.head();
      }
    }
    return "";
  }
}
