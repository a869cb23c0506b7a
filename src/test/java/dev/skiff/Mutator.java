package dev.skiff;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Valid input changed in a few places, as it is written wrong by people and by attackers: bytes
 * changed, cut out, doubled or moved, words of other inputs put in, numbers made huge.
 */
public final class Mutator {
  private static final int MOST_CHANGES = 4;
  private static final int LONGEST_RUN = 40;

  private static final List<String> WORDS =
      List.of(
          "",
          " ",
          "\n",
          "\r\n",
          "\t",
          "\0",
          "\"",
          "'",
          "''' ",
          "\"\"\"",
          "\\",
          "\\u0000",
          "\\uD800",
          "#",
          "=",
          "==",
          ",",
          ",,",
          "[",
          "]",
          "[[",
          "]]",
          "{",
          "}",
          "-",
          "--",
          "-1",
          "+",
          "0",
          "00",
          "4294967296",
          "9223372036854775808",
          "99999999999999999999",
          "1e999",
          "0x",
          "NaN",
          "inf",
          "true",
          "off",
          "null",
          "é",
          "日本",
          "\uFEFF",
          "\u202E",
          "/",
          "..",
          "../../",
          "%s",
          "%n",
          "$",
          "${x}",
          "@",
          "@/dev/null",
          "*",
          ":",
          "::",
          "255.255.255.255",
          "0.0.0.0",
          "/0",
          "/33");

  private final Random random;

  /** The same seed makes the same changes. */
  public Mutator(long seed) {
    random = new Random(seed);
  }

  /** One of several. */
  public <T> T any(List<T> all) {
    return all.get(random.nextInt(all.size()));
  }

  /** The same text, changed in a few places; sometimes not at all. */
  public String mutate(String valid) {
    String text = valid;
    for (int changes = random.nextInt(MOST_CHANGES + 1); changes > 0; changes--) {
      text = change(text);
    }
    return text;
  }

  private String change(String text) {
    int at = random.nextInt(text.length() + 1);
    int end = Math.min(text.length(), at + random.nextInt(LONGEST_RUN));
    String before = text.substring(0, at);
    String run = text.substring(at, end);
    String after = text.substring(end);
    return switch (random.nextInt(8)) {
      case 0 -> before + after;
      case 1 -> before + run + run + after;
      case 2 -> before + any(WORDS) + run + after;
      case 3 -> before + any(WORDS) + after;
      case 4 -> before + (char) random.nextInt(1 << (1 + random.nextInt(16))) + run + after;
      case 5 -> after + before + run;
      case 6 -> before + run.toUpperCase(java.util.Locale.ROOT) + after;
      default -> before;
    };
  }

  /** The same bytes, changed in a few places; sometimes not at all. */
  public byte[] mutate(byte[] valid) {
    byte[] bytes = valid.clone();
    for (int changes = random.nextInt(MOST_CHANGES + 1); changes > 0; changes--) {
      if (bytes.length == 0 || random.nextInt(3) == 0) {
        String text = change(new String(bytes, StandardCharsets.ISO_8859_1));
        bytes = text.getBytes(StandardCharsets.UTF_8);
      } else if (random.nextInt(8) == 0) {
        bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
      } else {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
    }
    return bytes;
  }
}
