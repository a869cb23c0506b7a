package dev.skiff.text;

import java.util.List;

/** "Did you mean": the nearest of a few words. Any thread. */
public final class Suggest {
  private static final int FEW = 30;

  private Suggest() {}

  /** {@code ": did you mean X?"} if one is near; else all of them, if they are few. */
  public static String among(String word, List<String> words) {
    String nearest = "";
    int best = Math.max(1, word.length() / 2) + 1;
    for (String candidate : words) {
      int distance = distance(word, candidate);
      if (distance < best) {
        best = distance;
        nearest = candidate;
      }
    }
    if (!nearest.isEmpty()) {
      return ": did you mean '" + nearest + "'?";
    }
    return words.size() > FEW ? "" : ": use one of " + String.join(", ", words);
  }

  /** Letters to put in, take out, change or swap to make one word of the other. */
  private static int distance(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        d[i][j] = i == 0 || j == 0 ? i + j : step(d, a, b, i, j);
      }
    }
    return d[a.length()][b.length()];
  }

  private static int step(int[][] d, String a, String b, int i, int j) {
    boolean same = a.charAt(i - 1) == b.charAt(j - 1);
    int best = Math.min(d[i - 1][j - 1] + (same ? 0 : 1), 1 + Math.min(d[i - 1][j], d[i][j - 1]));
    boolean swapped =
        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
    return swapped ? Math.min(best, d[i - 2][j - 2] + 1) : best;
  }
}
