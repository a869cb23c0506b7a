package dev.skiff.sys;

import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file of {@code native-config/abi}: what it includes, and its lines in order.
 *
 * @param arch "x86_64" or "aarch64"
 */
public record Abi(String arch, List<String> includes, List<Line> lines) {
  public static final List<String> ARCHITECTURES = List.of("x86_64", "aarch64");

  private static final Pattern LINE =
      Pattern.compile("(?<c>.+?) = (?<value>0x[0-9a-f]+|[0-9]+)(?: +(?<java>[A-Z][\\w. ]*))?");
  private static final Pattern SIZE = Pattern.compile("sizeof (struct \\w+)");
  private static final Pattern OFFSET = Pattern.compile("(struct \\w+)\\.([\\w.]+)");

  /**
   * One number.
   *
   * @param c as it stands in the file
   * @param java what it is called in dev.skiff.sys: Class.CONSTANT, or Class.Enum.CONSTANT
   */
  public record Line(String c, long value, List<String> java) {
    String expression() {
      Matcher size = SIZE.matcher(c);
      if (size.matches()) {
        return "sizeof(" + size.group(1) + ")";
      }
      Matcher offset = OFFSET.matcher(c);
      return offset.matches() ? "offsetof(" + offset.group(1) + ", " + offset.group(2) + ")" : c;
    }
  }

  public static Abi read(String arch) throws IOException {
    List<String> includes = new ArrayList<>();
    List<Line> lines = new ArrayList<>();
    for (String text : Files.readAllLines(Path.of("native-config/abi", arch + ".txt"))) {
      Matcher line = LINE.matcher(text);
      if (text.startsWith("include ")) {
        includes.add(text.substring("include ".length()));
      } else if (line.matches()) {
        String java = line.group("java");
        lines.add(
            new Line(
                line.group("c"),
                Long.decode(line.group("value")),
                java == null ? List.of() : Arrays.asList(java.split(" ", -1))));
      } else if (!text.isEmpty() && !text.startsWith("#")) {
        throw new IOException(arch + ".txt: this is no line of that format: " + text);
      }
    }
    return new Abi(arch, includes, lines);
  }

  /** A program in C that compiles if every line is true. */
  public String program() {
    String head = "#define _GNU_SOURCE\n#include <stddef.h>\n";
    return includes.stream()
            .map(header -> "#include <" + header + ">\n")
            .collect(joining("", head, ""))
        + lines.stream()
            .map(
                line ->
                    "_Static_assert((%s) == (%d), \"%s is not %d\");%n"
                        .formatted(line.expression(), line.value(), line.c(), line.value()))
            .collect(joining());
  }
}
