package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.skiff.sys.Abi;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** native-config/abi, held by C compilers against the headers of the kernel and of glibc. */
@Tag("netns")
class AbiIT {
  private static final String HERE =
      System.getProperty("os.arch", "").equals("aarch64") ? "aarch64" : "x86_64";

  @TempDir Path dir;

  private static String compiler(String arch) {
    return arch.equals(HERE) ? "gcc" : "%s-linux-gnu-gcc".formatted(arch);
  }

  private Netns.Result compile(String arch, String program) throws IOException {
    Path source = dir.resolve(arch + ".c");
    Files.writeString(source, program);
    return Netns.Result.of(List.of(compiler(arch), "-fsyntax-only", source.toString()));
  }

  @ParameterizedTest
  @FieldSource("dev.skiff.sys.Abi#ARCHITECTURES")
  void theCompilerAgreesToEveryLine(String arch) throws IOException {
    String gcc = compiler(arch);
    String debian =
        arch.equals(HERE) ? "gcc" : "gcc-%s-linux-gnu".formatted(arch.replace('_', '-'));
    assumeTrue(
        Files.isExecutable(Path.of("/usr/bin", gcc)),
        arch + " was NOT CHECKED: no " + gcc + " (Debian: " + debian + ")");
    Abi abi = Abi.read(arch);

    assertEquals("", compile(arch, abi.program()).output());

    // And it looks: the last line's number wrong by one is seen.
    Abi.Line last = abi.lines().getLast();
    String wrong = abi.program().replace("== (%d)".formatted(last.value()), "== (1)");
    assertTrue(compile(arch, wrong).output().contains(last.c() + " is not " + last.value()));
  }
}
