package dev.skiff.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** What is quoted cannot break the line that it is quoted on. */
class OneLineTest {
  @Test
  void lineEndsAreBlanksAndWhatNobodySeesIsAQuestionMark() {
    assertEquals("a b c", OneLine.of(" a \r\n b\n\nc\n"));
    assertEquals("a b?c", OneLine.of("a\u2028b\u001bc"));
    assertEquals("?[31mred?", OneLine.of("\u001b[31mred\u202e"));
    assertEquals("neighbour \u65e5\u672c", OneLine.of("neighbour \u65e5\u672c"));
  }
}
