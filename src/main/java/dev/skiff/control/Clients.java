package dev.skiff.control;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The clients of the control socket: one thread reads and writes for all of them and never waits
 * for any; what waits for the loop is done by a few others. Requests are answered in turn, one of
 * each client, so that who asks without end waits longer himself, and others hardly.
 */
final class Clients implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(Clients.class);

  /** How many requests may wait for the loop at once. */
  private static final int WORKERS = 4;

  private static final long WORKER_IDLE_S = 10;

  /** How long the daemon's end waits for this thread. */
  private static final long END_MS = 1000;

  private static final long PAUSE_AFTER_ERROR_NS = 100_000_000L;
  private static final long NS_PER_MS = 1_000_000L;
  private static final long NS_PER_S = 1_000_000_000L;
  private static final long HOUR_NS = 3600 * NS_PER_S;

  /** The time whose requests may come at once. */
  private static final long BURST_NS = NS_PER_S / 10;

  private final Selector selector;
  private final Door door;
  private final Requests requests;
  private final Access access;
  private final Limits limits;
  private final ThreadPoolExecutor workers;
  private final Listeners listeners;
  private final Thread thread = daemon(this, "skiff-control");

  /** Those who ask. */
  private final List<Client> clients = new ArrayList<>();

  /** Requests to be answered, in turn. */
  private final Queue<Asked> waiting = new ArrayDeque<>();

  /** What the thread is to do, from any thread. */
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

  /** By when as many requests may have been answered as were. */
  private long paceNs = System.nanoTime();

  private boolean complained;
  private volatile boolean ending;
  private volatile boolean closing;

  private record Asked(Client client, String line) {}

  Clients(ServerSocketChannel server, Requests requests, Access access, Limits limits)
      throws IOException {
    this.requests = requests;
    this.access = access;
    this.limits = limits;
    selector = Selector.open();
    door = new Door(server, selector, limits.clients());
    workers =
        new ThreadPoolExecutor(
            WORKERS,
            WORKERS,
            WORKER_IDLE_S,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            work -> daemon(work, "skiff-control-ask"));
    workers.allowCoreThreadTimeOut(true);
    listeners = new Listeners(limits, workers);
  }

  private static Thread daemon(Runnable work, String name) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    return thread;
  }

  void start() {
    thread.start();
  }

  @Override
  public void run() {
    while (!closing) {
      try {
        turn();
      } catch (IOException | RuntimeException | AssertionError | StackOverflowError e) {
        complain(e);
        door.shut(System.nanoTime() + PAUSE_AFTER_ERROR_NS);
      }
    }
    clients.forEach(Client::close);
    listeners.close();
    workers.shutdown();
    try {
      door.close();
      selector.close();
    } catch (IOException e) {
      complain(e);
    }
  }

  private void complain(Throwable e) {
    if (!complained) {
      complained = true;
      LOG.warn("control socket: {}; said once", e.toString());
    }
  }

  private void turn() throws IOException {
    long wait = waitNs(System.nanoTime());
    if (wait <= 0) {
      var _ = selector.selectNow();
    } else {
      var _ = selector.select((wait + NS_PER_MS - 1) / NS_PER_MS); // Rounded up: 0 is without end.
    }
    long now = System.nanoTime();
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
    for (SelectionKey key : selector.selectedKeys()) {
      if (key.attachment() instanceof Client client) {
        serve(client, now);
      } else if (key.attachment() instanceof StreamClient listener) {
        listeners.serve(listener);
      }
    }
    selector.selectedKeys().clear();
    answerSome(now);
    cutOffTheOverdue(now);
    accept(now);
  }

  /** How long there is nothing to do unless somebody says something. */
  private long waitNs(long nowNs) {
    long wait = listeners.isEmpty() ? HOUR_NS : NS_PER_S;
    for (Client client : clients) {
      wait = Math.min(wait, client.leftNs(limits, nowNs));
    }
    if (!waiting.isEmpty()) {
      wait = Math.min(wait, paceNs - BURST_NS - nowNs);
    }
    return Math.min(wait, door.leftNs(nowNs));
  }

  /** Has a task done by the thread of the socket. Any thread. */
  void onLoop(Runnable task) {
    tasks.add(task);
    var _ = selector.wakeup();
  }

  // ---- Who comes --------------------------------------------------------------------------------

  private void accept(long nowNs) {
    try {
      for (SocketChannel next = arrived(nowNs); next != null; next = arrived(nowNs)) {
        welcome(next, nowNs);
      }
    } catch (IOException e) {
      complain(e);
      // No descriptor is left, say: the client still waits, and to try at once would spin.
      door.shut(nowNs + PAUSE_AFTER_ERROR_NS);
    }
  }

  private @Nullable SocketChannel arrived(long nowNs) throws IOException {
    return ending ? null : door.next(clients, nowNs);
  }

  private void welcome(SocketChannel channel, long nowNs) throws IOException {
    try {
      var _ = channel.configureBlocking(false);
      SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
      Client client = new Client(channel, key, nowNs);
      String refusal = access.refusal(channel);
      if (refusal != null) {
        LOG.info("control socket: {}", refusal);
        client.cutOff(refusal);
        return;
      }
      var _ = key.attach(client);
      clients.add(client);
      serve(client, nowNs);
    } catch (IOException e) {
      LOG.debug("control socket: a client went away at once: {}", e.toString());
      channel.close();
    }
  }

  // ---- What they ask ----------------------------------------------------------------------------

  private void serve(Client client, long nowNs) {
    switch (client.state()) {
      case READING -> next(client, client.read(nowNs));
      case WRITING -> {
        client.write(nowNs);
        next(client, client.state() == Client.State.READING ? client.nextLine(nowNs) : null);
      }
      case ASKED, STREAMING, CLOSED -> {}
    }
  }

  /** What a client has said last, if it was a request. */
  private void next(Client client, @Nullable String line) {
    if (line != null) {
      waiting.add(new Asked(client, line));
    }
    if (client.state() == Client.State.CLOSED) {
      var _ = clients.remove(client);
    }
  }

  /** One request of each client in turn, as many as may be in their time. */
  private void answerSome(long nowNs) {
    paceNs = Math.max(paceNs, nowNs);
    for (int n = waiting.size(); n > 0 && paceNs - BURST_NS <= nowNs; n--) {
      Asked asked = waiting.remove();
      if (asked.client().state() == Client.State.ASKED) {
        paceNs += NS_PER_S / limits.requestsPerS();
        answer(asked.client(), asked.line());
      }
    }
  }

  private void answer(Client client, String line) {
    try {
      switch (requests.read(line)) {
        case Command.Asked asked when Requests.isQuick(asked) ->
            reply(client, requests.answer(asked));
        case Command.Asked asked ->
            workers.execute(
                () -> {
                  String reply = requests.answer(asked);
                  onLoop(() -> reply(client, reply));
                });
        case Command.Streamed streamed -> stream(client, streamed);
      }
    } catch (IllegalArgumentException e) {
      reply(client, Requests.line(new Reply.Failure(String.valueOf(e.getMessage()))));
    }
  }

  private void reply(Client client, String line) {
    long now = System.nanoTime();
    client.reply(line, now);
    next(client, client.state() == Client.State.READING ? client.nextLine(now) : null);
  }

  private void stream(Client client, Command.Streamed command) {
    long now = System.nanoTime();
    if (ending || !listeners.hasRoom(now)) {
      client.end(
          new Reply.Failure("there are " + limits.streams() + " streams already: end one"), now);
      next(client, null);
      return;
    }
    StreamClient listener = new StreamClient(client, command, requests.streams(), this);
    var _ = clients.remove(client);
    listeners.add(listener);
    var _ = client.key.attach(listener);
    client.becomeStream(now);
    daemon(listener, "skiff-control-stream").start();
  }

  /** A stream is at its end, or there never was one: the client is told why. Any thread. */
  void streamEnded(StreamClient listener, @Nullable Reply refusal) {
    onLoop(() -> listeners.ended(listener, refusal));
  }

  private void cutOffTheOverdue(long nowNs) {
    for (Client client : List.copyOf(clients)) {
      String why = client.overdue(limits, nowNs);
      if (why != null) {
        client.cutOff(why);
        var _ = clients.remove(client);
      }
    }
    listeners.cutOffTheStuck(nowNs);
  }

  /**
   * Lets nobody in any more, has the streams come to their ends, cuts off whoever is left, and
   * closes the socket. Any thread but its own.
   *
   * @param streamsNs how long streams may take to end
   */
  void close(long streamsNs) {
    ending = true;
    listeners.end(streamsNs);
    closing = true;
    var _ = selector.wakeup();
    try {
      thread.join(END_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
