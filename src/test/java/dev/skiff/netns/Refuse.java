package dev.skiff.netns;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A command for which a system call fails: {@code refuse.c}, built by the test that wants it. */
final class Refuse {
  static final int IO_URING_SETUP = 425;
  static final int IO_URING_ENTER = 426;

  private static final String SOURCE = SkiffProcess.HOME.resolve("src/test/c/refuse.c").toString();

  private final String program;

  /** Builds it; without gcc the test fails. */
  Refuse(Path directory) {
    program = directory.resolve("refuse").toString();
    Netns.Result gcc =
        Netns.Result.of(List.of("gcc", "-O1", "-Wall", "-Werror", "-o", program, SOURCE));
    if (gcc.exitCode() != 0) {
      throw new AssertionError("gcc: " + gcc.output());
    }
  }

  /**
   * The command that runs another so.
   *
   * @param least the call fails if its second argument is no less
   */
  List<String> command(int call, int errno, int least, String... command) {
    List<String> all = new ArrayList<>(List.of(program));
    all.addAll(List.of("" + call, "" + errno, "" + least));
    all.addAll(List.of(command));
    return all;
  }
}
