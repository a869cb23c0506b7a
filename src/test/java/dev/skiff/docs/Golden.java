package dev.skiff.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Holds the documents to what happens. {@code -Dskiff.golden.update=true} writes figures and blocks
 * anew; {@code -Dskiff.show=true} prints what the pages show.
 */
public final class Golden {
  public static final Path DOCS = Path.of("docs");
  static final Path FIGURES = DOCS.resolve("figures");

  public static final boolean UPDATE = Boolean.getBoolean("skiff.golden.update");

  private static final String HOW = ": differs; -Dskiff.golden.update=true writes it anew";
  private static final String JAVA = "```java\n";

  private Golden() {}

  /** A figure is byte for byte the one in docs/figures. */
  static void figure(String name, String svg) {
    Path file = FIGURES.resolve(name + ".svg");
    try {
      if (UPDATE) {
        Files.createDirectories(FIGURES);
        Files.writeString(file, svg);
      }
      assertTrue(Files.exists(file), file + " is missing: run with -Dskiff.golden.update=true");
      assertEquals(Files.readString(file), svg, file + HOW);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A page shows a text as it is, in the block behind a comment that names it. */
  public static void shownOn(String page, String name, String text) {
    if (Boolean.getBoolean("skiff.show")) {
      System.out.println(text);
    }
    Path file = DOCS.resolve(page);
    try {
      String all = Files.readString(file);
      String before = "<!-- " + name + " -->\n```text\n";
      int begin = all.indexOf(before) + before.length();
      assertTrue(begin >= before.length(), file + " has no block behind <!-- " + name + " -->");
      int end = all.indexOf("```", begin);
      String block = text + "\n";
      if (UPDATE) {
        Files.writeString(file, all.substring(0, begin) + block + all.substring(end));
      } else {
        assertEquals(all.substring(begin, end), block, file + HOW);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A page has this Markdown between a comment that names it and the next "end". */
  static void part(String page, String name, String markdown) {
    Path file = DOCS.resolve(page);
    try {
      String all = Files.readString(file);
      String before = "<!-- " + name + " -->\n";
      int begin = all.indexOf(before) + before.length();
      int end = all.indexOf("<!-- end -->", begin);
      assertTrue(begin >= before.length() && end > 0, file + " has no part <!-- " + name + " -->");
      String part = markdown + "\n";
      if (UPDATE) {
        Files.writeString(file, all.substring(0, begin) + part + all.substring(end));
      } else {
        assertEquals(all.substring(begin, end), part, file + HOW);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All Java on a page stands in one of these sources, blanks apart. */
  static void codeIsFrom(String page, Class<?>... sources) {
    try {
      StringBuilder all = new StringBuilder();
      for (Class<?> source : sources) {
        String file = source.getName().replace('.', '/') + ".java";
        Path test = Path.of("src/test/java", file);
        Path main = Path.of("src/main/java", file);
        all.append(oneLine(Files.readString(Files.exists(test) ? test : main)));
      }
      String text = Files.readString(DOCS.resolve(page));
      for (int at = text.indexOf(JAVA); at >= 0; at = text.indexOf(JAVA, at + 1)) {
        int begin = at + JAVA.length();
        String code = oneLine(text.substring(begin, text.indexOf("```", begin)));
        assertTrue(all.indexOf(code) >= 0, "docs/" + page + " shows code that is nowhere: " + code);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String oneLine(String code) {
    return code.strip().replaceAll("\\s+", " ");
  }
}
