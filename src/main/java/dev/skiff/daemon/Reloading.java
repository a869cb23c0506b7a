package dev.skiff.daemon;

import dev.skiff.control.Members;
import dev.skiff.control.Reply;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@link Reload} on the main thread, whoever asks for it: SIGHUP or {@code skiff reload}. */
final class Reloading {
  private static final Logger LOG = LoggerFactory.getLogger("skiff");

  /** Longer than the loop may take for it. */
  private static final long ANSWER_TIMEOUT_S = 4;

  private final BlockingQueue<Runnable> mainThread;
  private volatile @Nullable Reload reload;
  private volatile @Nullable AsService service;

  /** Of a daemon whose main thread takes tasks from a queue. */
  Reloading(BlockingQueue<Runnable> mainThread) {
    this.mainThread = mainThread;
  }

  /** All runs: from now on it does something. */
  void begin(Reload begun, AsService told) {
    service = told;
    reload = begun;
  }

  /** SIGHUP. Any thread. */
  void hangUp() {
    mainThread.add(
        () -> {
          FutureTask<List<String>> task = new FutureTask<>(this::run);
          task.run();
          hear(task);
        });
  }

  /**
   * {@code skiff reload}. Any thread but the main one.
   *
   * @throws IllegalStateException if there is nothing to read again
   */
  Reply answer(Map<String, Object> request)
      throws ExecutionException, TimeoutException, InterruptedException {
    Members.check(request, List.of());
    if (reload == null) {
      throw new IllegalStateException(
          "it was started without a configuration file: there is nothing to read again");
    }
    FutureTask<List<String>> task = new FutureTask<>(this::run);
    mainThread.add(
        () -> {
          task.run();
          hear(task);
        });
    return new Reply.Own("reload", task.get(ANSWER_TIMEOUT_S, TimeUnit.SECONDS));
  }

  /** What a client is told the log has, too. */
  private static void hear(FutureTask<List<String>> task) {
    switch (task.state()) {
      case SUCCESS -> task.resultNow().forEach(line -> LOG.warn("{}", line));
      case FAILED -> LOG.error("{}", String.valueOf(task.exceptionNow().getMessage()));
      default -> {} // Interrupted: the end.
    }
  }

  private List<String> run() throws InterruptedException {
    Reload again = reload;
    AsService told = service;
    if (again == null || told == null) {
      return List.of();
    }
    try {
      told.reloading();
      return again.run();
    } finally {
      told.reloaded();
    }
  }
}
