package dev.skiff;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test that leaves a buffer out, whose books do not balance, or in which a handler threw.
 * Registered for every test by {@code junit.platform}'s service file; closes the rigs it has seen.
 */
public final class NoLeaks implements BeforeEachCallback, AfterEachCallback {
  private static final ThreadLocal<List<Rig>> RIGS = ThreadLocal.withInitial(ArrayList::new);

  static void watch(Rig rig) {
    RIGS.get().add(rig);
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    RIGS.get().clear();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    List<String> wrong = new ArrayList<>();
    for (Rig rig : RIGS.get()) {
      wrong.addAll(rig.check());
      rig.close();
    }
    RIGS.get().clear();
    if (!wrong.isEmpty()) {
      throw new AssertionError("leaks or unbalanced books:\n" + String.join("\n", wrong));
    }
  }
}
