package dev.skiff.daemon;

import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/**
 * Signals, by {@code sun.misc.Signal} of module {@code jdk.unsupported}: the one way to handle them
 * without native code in signal context.
 *
 * <p>Called by reflection, since javac has a warning for that class that nothing turns off, and
 * this build takes warnings for errors. Any thread.
 */
public final class Signals {
  private Signals() {}

  /**
   * Has something done when a signal comes, in place of the JVM's own end.
   *
   * @param name without SIG, as "TERM"
   */
  public static void onSignal(String name, Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(
              handler.getClassLoader(),
              new Class<?>[] {handler},
              (self, method, args) -> answer(self, method.getName(), action));
      Object handled = signal.getConstructor(String.class).newInstance(name);
      var _ = signal.getMethod("handle", signal, handler).invoke(null, handled, proxy);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this Java has no sun.misc.Signal (jdk.unsupported)", e);
    }
  }

  /**
   * Sends a signal to this process.
   *
   * @param name without SIG, as "TERM"
   */
  public static void raise(String name) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Object raised = signal.getConstructor(String.class).newInstance(name);
      var _ = signal.getMethod("raise", signal).invoke(null, raised);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this Java has no sun.misc.Signal (jdk.unsupported)", e);
    }
  }

  private static @Nullable Object answer(Object self, String method, Runnable action) {
    switch (method) {
      case "handle" -> action.run();
      case "hashCode" -> {
        return System.identityHashCode(self);
      }
      case "equals" -> {
        return false;
      }
      default -> {}
    }
    return null;
  }
}
