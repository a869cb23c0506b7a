package dev.skiff.sys;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * Network namespaces, entered by name: network_namespaces(7), ip-netns(8).
 *
 * <p>Descriptors that are opened in there stay in there, whoever uses them, and keep the namespace
 * alive even when its name is deleted: that is how a loop outside drives a device inside. Any
 * thread.
 */
public final class Netns {
  private static final String DIRECTORY = "/run/netns/";
  private static final int CLONE_NEWNET = 0x40000000;

  private Netns() {}

  /**
   * Runs {@code what} in a network namespace and waits for its end: on a thread of its own, since a
   * thread that has moved must not go back among others.
   *
   * @param name the namespace's name as in {@code ip netns}, or its file if there is a slash in it
   *     ({@code /proc/PID/ns/net}); null runs {@code what} where the caller is, on its thread
   * @return what {@code what} returned; what it throws is thrown as it is
   * @throws SysException with one line that says what to do: there is no such namespace, it is no
   *     network namespace, no permission
   */
  public static <T> T call(@Nullable String name, Callable<T> what) throws IOException {
    if (name == null) {
      try {
        return what.call();
      } catch (Exception e) {
        throw asItIs(e);
      }
    }
    return onThreadOfItsOwn(
        () -> {
          enter(name);
          return what.call();
        });
  }

  /**
   * Runs {@code what} in a network namespace that is made for it and goes with what was opened in
   * there, and waits for its end.
   *
   * @return what {@code what} returned; what it throws is thrown as it is
   * @throws SysException if none can be made: it needs CAP_SYS_ADMIN
   */
  public static <T> T callInNew(Callable<T> what) throws IOException {
    return onThreadOfItsOwn(
        () -> {
          int result = Sys.unshare(CLONE_NEWNET);
          if (result < 0) {
            throw new SysException(
                "no network namespace can be made here: " + Errno.text(-result), -result);
          }
          return what.call();
        });
  }

  private static <T> T onThreadOfItsOwn(Callable<T> what) throws IOException {
    FutureTask<T> task = new FutureTask<>(what);
    Thread thread = Thread.ofPlatform().name("skiff-netns").daemon().start(task);
    boolean interrupted = false;
    try {
      while (true) {
        try {
          thread.join();
          return task.get();
        } catch (InterruptedException e) {
          // What is being opened would have no owner if the caller left now.
          interrupted = true;
        } catch (ExecutionException e) {
          Throwable cause = e.getCause();
          throw asItIs(cause == null ? e : cause);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static void enter(String name) throws SysException {
    boolean path = name.indexOf('/') >= 0;
    int fd = Sys.openReadOnly(path ? name : DIRECTORY + name);
    if (fd < 0) {
      throw failed(name, path, -fd);
    }
    int result = Sys.setns(fd, CLONE_NEWNET);
    var _ = Sys.close(fd);
    if (result < 0) {
      throw failed(name, path, -result);
    }
  }

  private static SysException failed(String name, boolean path, int errno) {
    String cure;
    if (errno == Errno.ENOENT || errno == Errno.ENOTDIR) {
      cure =
          path
              ? ": there is no such file"
              : " does not exist: see 'ip netns list', or make it: ip netns add " + name;
    } else if (errno == Errno.EPERM || errno == Errno.EACCES) {
      cure = ": no permission to enter it: run as root (it needs CAP_SYS_ADMIN)";
    } else if (errno == Errno.EINVAL || errno == Errno.EBADF) {
      cure =
          ": that is no network namespace: "
              + (path ? "give a file such as /proc/PID/ns/net" : "see 'ip netns list'");
    } else {
      cure = ": " + Errno.text(errno);
    }
    return new SysException("network namespace " + name + cure, errno);
  }

  /** Throws any exception, checked or not, without a wrapper; never returns. */
  @SuppressWarnings("unchecked")
  private static <E extends Throwable> RuntimeException asItIs(Throwable e) throws E {
    throw (E) e;
  }
}
