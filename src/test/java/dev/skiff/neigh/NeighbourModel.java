package dev.skiff.neigh;

import static dev.skiff.neigh.NeighbourState.DELAY;
import static dev.skiff.neigh.NeighbourState.FAILED;
import static dev.skiff.neigh.NeighbourState.INCOMPLETE;
import static dev.skiff.neigh.NeighbourState.NOARP;
import static dev.skiff.neigh.NeighbourState.PERMANENT;
import static dev.skiff.neigh.NeighbourState.PROBE;
import static dev.skiff.neigh.NeighbourState.REACHABLE;
import static dev.skiff.neigh.NeighbourState.STALE;

import dev.skiff.header.MacAddr;
import dev.skiff.skb.DropReason;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What the neighbour table should do, rule by rule: RFC 826, RFC 1122 2.3.2, RFC 4861 7.3 and
 * Linux's neighbour.c where they leave it open. Written from those and from what the classes
 * promise, not from what they do; slow, with a handful of neighbours, and a time of its own that
 * begins at 0. A test plants a bug by overriding one of the rules.
 */
class NeighbourModel {
  static final int HOSTS = 4;
  static final long NEVER = Long.MIN_VALUE;
  static final long NO_TIMER = Long.MAX_VALUE;
  static final long DRAWN_EVERY = 300_000_000_000L;

  /** A packet that waits. */
  record Waiting(int packet, int bytes) {}

  /** What is known of one neighbour. */
  static final class Host {
    final int number;
    boolean known;
    NeighbourState state = FAILED;
    long mac;
    long confirmed;
    long updated;
    long used;
    int probes;
    long timer = NO_TIMER;

    /** Timers of one instant go off in the order in which they were set. */
    long timerOrder;

    final Deque<Waiting> waiting = new ArrayDeque<>();

    Host(int number) {
      this.number = number;
    }

    boolean hasMac() {
      return known && state != FAILED && state != INCOMPLETE;
    }

    int bytes() {
      int sum = 0;
      for (Waiting each : waiting) {
        sum += each.bytes;
      }
      return sum;
    }
  }

  final NeighbourParms parms;
  final boolean accept;
  final LongUnaryOperator draw;

  /** The memory that a short packet takes. */
  static final int SHORT = 256 + 512;

  static final int LONG = 256 + 2048;
  final Host[] hosts = new Host[HOSTS];
  final NeighbourLog log = new NeighbourLog();

  /** What the real table did in this step: asked only where the rules leave a choice. */
  final NeighbourLog seen;

  long now;
  long reachableTime;
  long drawn;
  private final int[] counts = new int[NeighbourStat.values().length];
  private int packets;
  private int draws;
  private long timersSet;

  /**
   * Nothing is known.
   *
   * @param accept {@code arp_accept}
   * @param draw the draw of that number, below the base reachable time
   */
  NeighbourModel(NeighbourParms parms, boolean accept, LongUnaryOperator draw, NeighbourLog seen) {
    this.parms = parms;
    this.accept = accept;
    this.draw = draw;
    this.seen = seen;
    for (int i = 0; i < HOSTS; i++) {
      hosts[i] = new Host(i);
    }
    drawReachableTime();
  }

  // ---- The rules --------------------------------------------------------------------------------

  /** X35: only a reply to us, and to us alone, proves a way to it and back. */
  boolean confirms(Heard heard) {
    return heard == Heard.REPLY;
  }

  /** X23: whoever asks for us is about to talk to us; arp_accept adds gratuitous ones, replies. */
  boolean creates(Heard heard) {
    boolean gratuitous = heard.target == Heard.Target.ITSELF;
    return heard.asksUs() || (accept && (gratuitous || !heard.request));
  }

  /** arp_process: what a request for us, and an announcement, says stands at once. */
  boolean overrides(Heard heard) {
    return heard.asksUs() || heard.target == Heard.Target.ITSELF;
  }

  /** X36. */
  boolean isLocked(Host host) {
    return parms.locktimeNs() > 0 && now - host.updated <= parms.locktimeNs();
  }

  /** Set by hand: nothing that is heard changes it. */
  boolean isFixed(Host host) {
    return host.state == PERMANENT || host.state == NOARP;
  }

  /** RFC 4861 7.3.1: an upper layer's word is good for a neighbour whose MAC address is known. */
  boolean takesHint(Host host) {
    return host.hasMac() && !isFixed(host);
  }

  /** RFC 4861 7.3.3: one in use is checked when its confirmation lapses, one that is not is not. */
  boolean isInUse(Host host) {
    return now - host.used <= parms.delayNs();
  }

  long delay() {
    return parms.delayNs();
  }

  /** X32, X38. */
  int mostRequests(NeighbourState state) {
    return state == PROBE ? parms.ucastSolicit() + parms.mcastResolicit() : parms.mcastSolicit();
  }

  /** To it first, if it is known where it was. */
  long asksAt(Host host) {
    boolean alone = host.state == PROBE && host.probes <= parms.ucastSolicit();
    return alone ? host.mac : MacAddr.BROADCAST;
  }

  /** RFC 4861 6.3.2: half to one and a half of the base, drawn anew now and then. */
  boolean isToDraw() {
    return now - drawn >= DRAWN_EVERY;
  }

  boolean isFull(Host host, int more) {
    return host.waiting.size() >= parms.queuePackets() || host.bytes() + more > parms.queueBytes();
  }

  boolean areAllFull(int more) {
    return packets() >= parms.totalPackets() || bytes() + more > parms.totalBytes();
  }

  /** X31: the oldest is dropped. */
  Waiting toDrop(Deque<Waiting> waiting) {
    return waiting.removeFirst();
  }

  Waiting toSend(Deque<Waiting> waiting) {
    return waiting.removeFirst();
  }

  /** The same MAC address once more, unconfirmed: RFC 4861 7.2.5, the state stays. */
  void saidAgain(Host host) {}

  /** Another MAC address, unconfirmed. */
  NeighbourState afterNews() {
    return STALE;
  }

  // ---- The counters -----------------------------------------------------------------------------

  private void count(NeighbourStat stat) {
    counts[stat.ordinal()]++;
  }

  int counted(NeighbourStat stat) {
    return counts[stat.ordinal()];
  }

  // ---- Sending ----------------------------------------------------------------------------------

  /** Whoever sends every fourth packet tries again as soon as he is told that it was in vain. */
  static boolean isTriedAgain(int packet) {
    return packet % 4 == 3;
  }

  /** X37: a finished header holds as long as the MAC address is beyond doubt, and no longer. */
  void send(int who, int bytes, boolean fast) {
    Host host = hosts[who];
    int packet = ++packets;
    if (fast && host.known && (host.state == REACHABLE || isFixed(host))) {
      log.finished(packet);
    }
    if (!host.known) {
      create(host);
    }
    send(host, new Waiting(packet, bytes));
  }

  void send(Host host, Waiting one) {
    host.used = now;
    if (host.hasMac()) {
      log.sent(one.packet, host.mac);
      if (host.state == STALE) {
        become(host, DELAY);
      }
      return;
    }
    makeRoom(host, one.bytes);
    host.waiting.addLast(one);
    count(NeighbourStat.UNRES_QUEUED);
    if (host.state == FAILED) {
      become(host, INCOMPLETE);
    }
  }

  private void makeRoom(Host host, int more) {
    while (!host.waiting.isEmpty() && isFull(host, more)) {
      drop(host);
    }
    while (packets() > 0 && areAllFull(more)) {
      drop(payer(host));
    }
  }

  private void drop(Host host) {
    log.ended(toDrop(host.waiting).packet, DropReason.NEIGH_QUEUEFULL);
    count(NeighbourStat.UNRES_DISCARDS);
  }

  /** Who takes most; of several, the one that the table chose. */
  Host payer(Host newcomer) {
    Host most = newcomer;
    for (Host host : hosts) {
      if (host.bytes() > most.bytes()) {
        most = host;
      }
    }
    int chosen = seen.packetEnded(log.lines());
    for (Host host : hosts) {
      Waiting oldest = host.waiting.peekFirst();
      if (oldest != null && host.bytes() == most.bytes() && oldest.packet == chosen) {
        return host;
      }
    }
    return most;
  }

  int packets() {
    int sum = 0;
    for (Host host : hosts) {
      sum += host.waiting.size();
    }
    return sum;
  }

  int bytes() {
    int sum = 0;
    for (Host host : hosts) {
      sum += host.bytes();
    }
    return sum;
  }

  // ---- Learning ---------------------------------------------------------------------------------

  /** RFC 826: the mapping first, then the answer. */
  void heard(Heard heard, int who, long mac) {
    DropReason end =
        heard.request && !heard.asksUs()
            ? DropReason.ARP_NOT_FOR_US
            : DropReason.ARP_UNSOLICITED; // Unless there is somebody whom it is about.
    Host host = hosts[who];
    if (!heard.request) {
      count(NeighbourStat.RCV_REPLIES);
    }
    if (heard != Heard.PROBE) { // RFC 5227 2.1.1: that teaches nothing.
      boolean isNew = !host.known && creates(heard);
      if (isNew) {
        create(host);
      }
      if (host.known) {
        // X35: where nothing was asked, nothing is confirmed.
        end = learn(host, heard, mac, !isNew && confirms(heard));
      }
    }
    if (heard.asksUs()) {
      count(NeighbourStat.RCV_REQUESTS);
      count(NeighbourStat.SND_REPLIES);
      log.answered(heard == Heard.PROBE ? HOSTS : who, mac); // (One that probes has no address.)
      end = DropReason.NOT_DROPPED;
    }
    log.returned(end);
  }

  private DropReason learn(Host host, Heard heard, long mac, boolean confirms) {
    boolean same = host.hasMac() && host.mac == mac;
    if (isFixed(host)) {
      return same ? DropReason.CONSUMED : DropReason.ARP_PERMANENT;
    }
    if (host.hasMac() && !same && !overrides(heard) && isLocked(host)) {
      return DropReason.ARP_LOCKTIME;
    }
    if (host.hasMac() && !same) {
      count(NeighbourStat.MAC_CHANGES);
    }
    if (confirms) {
      count(NeighbourStat.CONFIRMS);
      host.confirmed = now;
      if (!same || host.state != REACHABLE) {
        take(host, mac, REACHABLE);
      }
    } else if (same) {
      saidAgain(host);
    } else {
      take(host, mac, afterNews());
    }
    return DropReason.CONSUMED;
  }

  private void take(Host host, long mac, NeighbourState state) {
    host.mac = mac;
    host.updated = now;
    become(host, state);
  }

  void hint(int who) {
    Host host = hosts[who];
    if (takesHint(host)) {
      hinted(host);
    }
  }

  void hinted(Host host) {
    count(NeighbourStat.HINTS);
    host.confirmed = now;
    if (host.state != REACHABLE) {
      become(host, REACHABLE);
    }
  }

  // ---- By hand ----------------------------------------------------------------------------------

  void set(int who, long mac, NeighbourState state) {
    Host host = hosts[who];
    if (!host.known) {
      create(host);
    }
    if (state != STALE) {
      host.confirmed = now;
    }
    host.probes = 0;
    take(host, mac, state);
  }

  void delete(int who) {
    Host host = hosts[who];
    if (host.known) {
      while (!host.waiting.isEmpty()) {
        log.ended(host.waiting.removeFirst().packet, DropReason.QUEUE_PURGE);
      }
      host.known = false;
      count(NeighbourStat.DESTROYS);
      host.timer = NO_TIMER;
    }
  }

  /** All that are in one of these states; whose packets end first, the table chooses. */
  void flush(Set<NeighbourState> states) {
    for (Host host = toFlush(states); host != null; host = toFlush(states)) {
      delete(host.number);
    }
  }

  private @Nullable Host toFlush(Set<NeighbourState> states) {
    int chosen = seen.packetEnded(log.lines());
    Host any = null;
    for (Host host : hosts) {
      if (host.known && states.contains(host.state)) {
        Waiting oldest = host.waiting.peekFirst();
        any = any == null || (oldest != null && oldest.packet == chosen) ? host : any;
      }
    }
    return any;
  }

  // ---- Time -------------------------------------------------------------------------------------

  /** Timers go off in the order of their times; those set meanwhile wait for the next call. */
  void advance(long to) {
    now = to;
    long before = timersSet;
    for (Host host = due(before); host != null; host = due(before)) {
      host.timer = NO_TIMER;
      timer(host);
    }
  }

  private @Nullable Host due(long before) {
    Host first = null;
    for (Host host : hosts) {
      if (host.timer <= now
          && host.timerOrder < before
          && (first == null
              || host.timer < first.timer
              || (host.timer == first.timer && host.timerOrder < first.timerOrder))) {
        first = host;
      }
    }
    return first;
  }

  private void timer(Host host) {
    switch (host.state) {
      case REACHABLE -> {
        long lapses = host.confirmed + reachableTime;
        if (lapses > now) {
          setTimer(host, lapses);
        } else {
          become(host, isInUse(host) ? DELAY : STALE);
        }
      }
      case DELAY -> become(host, PROBE);
      case PROBE, INCOMPLETE -> askAgain(host);
      default -> throw new AssertionError(host.state + " has no timer");
    }
  }

  private void setTimer(Host host, long at) {
    host.timer = at;
    host.timerOrder = timersSet++;
  }

  private void askAgain(Host host) {
    if (host.probes >= mostRequests(host.state)) {
      become(host, FAILED);
    } else {
      host.probes++;
      setTimer(host, now + parms.retransNs());
      count(NeighbourStat.SND_REQUESTS);
      if (asksAt(host) != MacAddr.BROADCAST) {
        count(NeighbourStat.SND_REQUESTS_UCAST);
      }
      log.asked(host.number, asksAt(host));
    }
  }

  // ---- States -----------------------------------------------------------------------------------

  private void create(Host host) {
    count(NeighbourStat.ALLOCS);
    host.known = true;
    host.state = FAILED;
    host.confirmed = NEVER;
    host.updated = now;
    host.used = now;
    host.probes = 0;
  }

  void become(Host host, NeighbourState state) {
    host.state = state;
    host.timer = NO_TIMER;
    switch (state) {
      case INCOMPLETE, PROBE -> {
        host.probes = 0;
        askAgain(host);
      }
      case DELAY -> setTimer(host, now + delay());
      case REACHABLE -> {
        if (isToDraw()) {
          drawReachableTime();
        }
        setTimer(host, host.confirmed + reachableTime);
        sendWaiting(host);
      }
      case STALE, PERMANENT, NOARP -> sendWaiting(host);
      case FAILED -> {
        count(NeighbourStat.RES_FAILED);
        failed(host);
      }
    }
  }

  private void drawReachableTime() {
    reachableTime = parms.baseReachableNs() / 2 + draw.applyAsLong(draws++);
    drawn = now;
  }

  private void sendWaiting(Host host) {
    for (int left = host.waiting.size(); left > 0; left--) {
      send(host, toSend(host.waiting));
    }
  }

  /** X32: who sent what waits is told, and it is given up. */
  void failed(Host host) {
    List<Waiting> inVain = List.copyOf(host.waiting);
    host.waiting.clear();
    for (Waiting one : inVain) {
      count(NeighbourStat.UNREACHABLES);
      log.told(one.packet);
      if (isTriedAgain(one.packet)) {
        send(host.number, LONG, false); // It waits anew.
      }
      log.ended(one.packet, DropReason.NEIGH_FAILED);
    }
  }
}
