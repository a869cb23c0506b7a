package dev.skiff.control;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lets clients in, as many as there are places for. Thread: the socket's. */
final class Door implements Closeable {
  /** How long one waits for a place while all others have just asked something. */
  private static final long GRACE_NS = 10_000_000L;

  private final ServerSocketChannel server;
  private final SelectionKey accepting;
  private final int places;

  /** Who was accepted and has no place yet, and since when. */
  private @Nullable SocketChannel waiting;

  private long waitingSinceNs;
  private long shutUntilNs = System.nanoTime();

  Door(ServerSocketChannel server, Selector selector, int places) throws IOException {
    this.server = server;
    this.places = places;
    var _ = server.configureBlocking(false);
    accepting = server.register(selector, SelectionKey.OP_ACCEPT);
  }

  /**
   * The next one who has come and has a place, if need be that of another, who is cut off and taken
   * out of {@code clients}; null if there is none now.
   */
  @Nullable SocketChannel next(List<Client> clients, long nowNs) throws IOException {
    if (nowNs < shutUntilNs) {
      return null;
    }
    var _ = accepting.interestOps(SelectionKey.OP_ACCEPT);
    if (waiting == null) {
      waiting = server.accept();
      waitingSinceNs = nowNs;
    }
    SocketChannel next = waiting;
    if (next != null && clients.size() >= places && !makeRoom(clients, nowNs)) {
      shut(waitingSinceNs + GRACE_NS);
      return null;
    }
    waiting = null;
    return next;
  }

  /** Lets nobody in until then. */
  void shut(long untilNs) {
    shutUntilNs = untilNs;
    var _ = accepting.interestOps(0);
  }

  /** How long it is shut; without end if it is not. */
  long leftNs(long nowNs) {
    return accepting.interestOps() == 0 ? shutUntilNs - nowNs : Long.MAX_VALUE;
  }

  /**
   * Whether there is a place for one more, since somebody was cut off: who has asked nothing for
   * the longest time; where all have just asked, who has asked most. So somebody who waits for his
   * first answer stays.
   */
  private boolean makeRoom(List<Client> clients, long nowNs) {
    Client silent = null;
    Client busy = clients.getFirst();
    for (Client client : clients) {
      boolean waits = client.state() == Client.State.ASKED;
      if (!waits && (silent == null || client.ageNs(nowNs) > silent.ageNs(nowNs))) {
        silent = client;
      }
      busy = client.asked() > busy.asked() ? client : busy;
    }
    if (silent == null || silent.ageNs(nowNs) < GRACE_NS) {
      silent = nowNs - waitingSinceNs < GRACE_NS ? null : busy;
    }
    if (silent == null) {
      return false;
    }
    silent.cutOff("cut off for another client: there are " + places + " at most");
    return clients.remove(silent);
  }

  @Override
  public void close() throws IOException {
    SocketChannel unserved = waiting;
    if (unserved != null) {
      unserved.close();
    }
    server.close();
  }
}
