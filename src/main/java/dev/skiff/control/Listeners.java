package dev.skiff.control;

import java.nio.channels.SelectionKey;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The clients that read streams. Thread: the socket's, unless it is said otherwise. */
final class Listeners {
  private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

  /** How long a stream may be stuck before another may have its place. */
  private static final long STUCK_GRACE_NS = 5_000_000_000L;

  private static final long LOOK_NS = 5_000_000L;

  private final Set<StreamClient> all = ConcurrentHashMap.newKeySet();
  private final Limits limits;
  private final Executor workers;

  /**
   * None yet.
   *
   * @param workers do what may wait for the loop
   */
  Listeners(Limits limits, Executor workers) {
    this.limits = limits;
    this.workers = workers;
  }

  boolean isEmpty() {
    return all.isEmpty();
  }

  /** Whether there is a place for one more now; who has been stuck for long may lose his. */
  boolean hasRoom(long nowNs) {
    if (all.size() < limits.streams()) {
      return true;
    }
    StreamClient most = null;
    for (StreamClient each : all) {
      if (most == null || each.stuckNs(nowNs) > most.stuckNs(nowNs)) {
        most = each;
      }
    }
    if (most == null || most.stuckNs(nowNs) < STUCK_GRACE_NS) {
      return false;
    }
    cutOff(most);
    return all.remove(most);
  }

  void add(StreamClient listener) {
    all.add(listener);
  }

  /** A stream is at its end, or there never was one: the client is told why. */
  void ended(StreamClient listener, @Nullable Reply refusal) {
    if (refusal == null) {
      listener.client().close();
    } else {
      listener.client().cutOff(String.valueOf(refusal.body().get("error")));
    }
    all.remove(listener);
  }

  private void cutOff(StreamClient listener) {
    LOG.info("control socket: the reader of a stream has taken nothing for too long: cut off");
    listener.client().close();
    workers.execute(listener::stop);
    listener.wake();
  }

  void cutOffTheStuck(long nowNs) {
    for (StreamClient each : all) {
      if (each.stuckNs(nowNs) > limits.stuckNs()) {
        cutOff(each);
      }
    }
  }

  /** Does what the selector says of one. */
  void serve(StreamClient listener) {
    SelectionKey key = listener.client().key;
    int ready = key.isValid() ? key.readyOps() : SelectionKey.OP_READ;
    int interest = key.isValid() ? key.interestOps() : 0;
    if ((ready & SelectionKey.OP_READ) != 0 && listener.client().hasEnded()) {
      interest &= ~SelectionKey.OP_READ;
      workers.execute(listener::stop);
    }
    if ((ready & SelectionKey.OP_WRITE) != 0) {
      interest &= ~SelectionKey.OP_WRITE;
      listener.wake();
    }
    listener.client().watch(interest);
  }

  /**
   * Has the streams come to their ends, and waits for that. Any thread but the socket's.
   *
   * @param mostNs how long it waits
   */
  void end(long mostNs) {
    all.forEach(StreamClient::stop);
    long start = System.nanoTime();
    while (!all.isEmpty() && System.nanoTime() - start < mostNs) {
      LockSupport.parkNanos(LOOK_NS);
    }
  }

  /** Cuts off all there are. */
  void close() {
    for (StreamClient each : all) {
      each.client().close();
      each.wake();
    }
  }
}
