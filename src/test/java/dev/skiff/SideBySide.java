package dev.skiff;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.lang.reflect.AnnotatedElement;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Tests on real TAPs run in several JVMs side by side, one at a time in each; one that is {@link
 * Alone} waits until the others' have ended, and they wait for it. Registered for every test by
 * {@code junit.platform}'s service file; it does something where property {@code skiff.turns} names
 * a file, which is what they agree by.
 */
public final class SideBySide
    implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {
  private static final @Nullable String FILE = System.getProperty("skiff.turns");

  /** A place in the file that who waits for his turn holds, so that others queue up behind him. */
  private static final long GATE = 0;

  private static final long TURN = 1;

  private static @Nullable FileChannel channel;
  private static @Nullable FileLock turn;

  /** What a class does before its first test is done side by side, as a test is. */
  @Override
  public void beforeAll(ExtensionContext context) throws IOException {
    take(false);
  }

  @Override
  public void beforeEach(ExtensionContext context) throws IOException {
    take(isAlone(context.getTestMethod()) || isAlone(context.getTestClass()));
  }

  private static boolean isAlone(Optional<? extends AnnotatedElement> element) {
    return element.filter(e -> e.isAnnotationPresent(Alone.class)).isPresent();
  }

  @Override
  public void afterEach(ExtensionContext context) throws IOException {
    release();
  }

  @Override
  public void afterAll(ExtensionContext context) throws IOException {
    release();
  }

  private static void take(boolean alone) throws IOException {
    if (FILE == null) {
      return;
    }
    release();
    FileChannel file = channel;
    if (file == null) {
      Path path = Path.of(FILE);
      file = FileChannel.open(path, Set.of(CREATE, READ, WRITE));
      channel = file;
    }
    try (FileLock _ = file.lock(GATE, 1, false)) {
      turn = file.lock(TURN, 1, !alone);
    }
  }

  private static void release() throws IOException {
    if (turn != null) {
      turn.release();
      turn = null;
    }
  }
}
