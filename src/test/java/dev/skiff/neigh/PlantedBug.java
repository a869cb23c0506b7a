package dev.skiff.neigh;

import dev.skiff.header.MacAddr;
import dev.skiff.skb.DropReason;
import java.util.Deque;
import java.util.function.LongUnaryOperator;

/** The model with one rule that is wrong, each of which {@link NeighbourModelTest} must notice. */
enum PlantedBug {
  A_REQUEST_CONFIRMS(
      (p, a, d, s) ->
          new Buggy(p, a, d, s) {
            @Override
            boolean confirms(Heard heard) {
              return heard == Heard.REQUEST || super.confirms(heard);
            }
          }),
  A_REQUEST_TO_US_ALONE_CONFIRMS(
      (p, a, d, s) ->
          new Buggy(p, a, d, s) {
            @Override
            boolean confirms(Heard heard) {
              return heard == Heard.REQUEST_TO_US || super.confirms(heard);
            }
          }),
  A_REPLY_TO_ALL_CONFIRMS(
      (p, a, d, s) ->
          new Buggy(p, a, d, s) {
            @Override
            boolean confirms(Heard heard) {
              return heard == Heard.REPLY_TO_ALL || super.confirms(heard);
            }
          }),
  A_REPLY_FOR_ANOTHER_CONFIRMS(
      (p, a, d, s) ->
          new Buggy(p, a, d, s) {
            @Override
            boolean confirms(Heard heard) {
              return heard == Heard.REPLY_FOR_ANOTHER || super.confirms(heard);
            }
          }),
  AN_ANNOUNCEMENT_CREATES(
      (p, a, d, s) ->
          new Buggy(p, a, d, s) {
            @Override
            boolean creates(Heard heard) {
              return heard == Heard.ANNOUNCEMENT || super.creates(heard);
            }
          }),
  NO_LOCKTIME(
      (p, a, d, s) ->
          new Buggy(p, a, d, s) {
            @Override
            boolean isLocked(Host host) {
              return false;
            }
          }),
  LOCKTIME_A_NANOSECOND_SHORT(
      (p, a, d, s) ->
          new Buggy(p, a, d, s) {
            @Override
            boolean isLocked(Host host) {
              return now - host.updated < parms.locktimeNs();
            }
          }),
  LOCKTIME_AGAINST_AN_ANNOUNCEMENT(
      (p, a, d, s) ->
          new Buggy(p, a, d, s) {
            @Override
            boolean overrides(Heard heard) {
              return heard.asksUs();
            }
          }),
  LOCKTIME_AGAINST_A_REQUEST(
      (p, a, d, s) ->
          new Buggy(p, a, d, s) {
            @Override
            boolean overrides(Heard heard) {
              return heard.target == Heard.Target.ITSELF;
            }
          }),
  ARP_CHANGES_PERMANENT(
      (p, a, d, s) ->
          new Buggy(p, a, d, s) {
            @Override
            boolean isFixed(Host host) {
              return host.state == NeighbourState.NOARP;
            }
          }),
  ARP_CHANGES_NOARP(
      (p, a, d, s) ->
          new Buggy(p, a, d, s) {
            @Override
            boolean isFixed(Host host) {
              return host.state == NeighbourState.PERMANENT;
            }
          }),
  A_HINT_CONFIRMS_INCOMPLETE(
      (p, a, d, s) ->
          new Buggy(p, a, d, s) {
            @Override
            boolean takesHint(Host host) {
              boolean asked = host.known && host.state == NeighbourState.INCOMPLETE;
              return asked || super.takesHint(host);
            }
          }),
  A_HINT_IN_REACHABLE_IS_LOST(
      (p, a, d, s) ->
          new Buggy(p, a, d, s) {
            @Override
            boolean takesHint(Host host) {
              return host.state != NeighbourState.REACHABLE && super.takesHint(host);
            }
          }),
  USED_LATELY_DOES_NOT_MATTER(
      (p, a, d, s) ->
          new Buggy(p, a, d, s) {
            @Override
            boolean isInUse(Host host) {
              return false;
            }
          }),
  USED_LATELY_A_NANOSECOND_SHORT(
      (p, a, d, s) ->
          new Buggy(p, a, d, s) {
            @Override
            boolean isInUse(Host host) {
              return now - host.used < parms.delayNs();
            }
          }),
  DELAY_A_NANOSECOND_LONG(
      (p, a, d, s) ->
          new Buggy(p, a, d, s) {
            @Override
            long delay() {
              return parms.delayNs() + 1;
            }
          }),
  PROBE_GIVES_UP_ONE_EARLY(
      (p, a, d, s) ->
          new Buggy(p, a, d, s) {
            @Override
            int mostRequests(NeighbourState state) {
              return super.mostRequests(state) - (state == NeighbourState.PROBE ? 1 : 0);
            }
          }),
  PROBE_GIVES_UP_ONE_LATE(
      (p, a, d, s) ->
          new Buggy(p, a, d, s) {
            @Override
            int mostRequests(NeighbourState state) {
              return super.mostRequests(state) + (state == NeighbourState.PROBE ? 1 : 0);
            }
          }),
  INCOMPLETE_GIVES_UP_ONE_LATE(
      (p, a, d, s) ->
          new Buggy(p, a, d, s) {
            @Override
            int mostRequests(NeighbourState state) {
              return super.mostRequests(state) + (state == NeighbourState.INCOMPLETE ? 1 : 0);
            }
          }),
  PROBES_ARE_BROADCAST(
      (p, a, d, s) ->
          new Buggy(p, a, d, s) {
            @Override
            long asksAt(Host host) {
              return MacAddr.BROADCAST;
            }
          }),
  THE_LAST_PROBES_ARE_UNICAST_TOO(
      (p, a, d, s) ->
          new Buggy(p, a, d, s) {
            @Override
            long asksAt(Host host) {
              return host.state == NeighbourState.PROBE ? host.mac : MacAddr.BROADCAST;
            }
          }),
  THE_REACHABLE_TIME_STAYS(
      (p, a, d, s) ->
          new Buggy(p, a, d, s) {
            @Override
            boolean isToDraw() {
              return false;
            }
          }),
  THE_REACHABLE_TIME_IS_DRAWN_LATE(
      (p, a, d, s) ->
          new Buggy(p, a, d, s) {
            @Override
            boolean isToDraw() {
              return now - drawn > DRAWN_EVERY;
            }
          }),
  A_PACKET_TOO_MANY_WAITS(
      (p, a, d, s) ->
          new Buggy(p, a, d, s) {
            @Override
            boolean isFull(Host host, int more) {
              return host.waiting.size() > parms.queuePackets()
                  || host.bytes() + more > parms.queueBytes();
            }
          }),
  A_QUEUE_HOLDS_A_BYTE_LESS(
      (p, a, d, s) ->
          new Buggy(p, a, d, s) {
            @Override
            boolean isFull(Host host, int more) {
              return host.waiting.size() >= parms.queuePackets()
                  || host.bytes() + more >= parms.queueBytes();
            }
          }),
  ALL_TOGETHER_HOLD_A_BYTE_LESS(
      (p, a, d, s) ->
          new Buggy(p, a, d, s) {
            @Override
            boolean areAllFull(int more) {
              return packets() >= parms.totalPackets() || bytes() + more >= parms.totalBytes();
            }
          }),
  A_QUEUE_IS_NOT_BOUND_IN_BYTES(
      (p, a, d, s) ->
          new Buggy(p, a, d, s) {
            @Override
            boolean isFull(Host host, int more) {
              return host.waiting.size() >= parms.queuePackets();
            }
          }),
  ALL_TOGETHER_ARE_NOT_BOUND(
      (p, a, d, s) ->
          new Buggy(p, a, d, s) {
            @Override
            boolean areAllFull(int more) {
              return false;
            }
          }),
  THE_NEWCOMER_PAYS_FOR_ALL(
      (p, a, d, s) ->
          new Buggy(p, a, d, s) {
            @Override
            Host payer(Host newcomer) {
              return newcomer.waiting.isEmpty() ? super.payer(newcomer) : newcomer;
            }
          }),
  THE_NEWEST_IS_DROPPED(
      (p, a, d, s) ->
          new Buggy(p, a, d, s) {
            @Override
            Waiting toDrop(Deque<Waiting> waiting) {
              return waiting.removeLast();
            }
          }),
  WHAT_WAITED_IS_SENT_IN_REVERSE(
      (p, a, d, s) ->
          new Buggy(p, a, d, s) {
            @Override
            Waiting toSend(Deque<Waiting> waiting) {
              return waiting.removeLast();
            }
          }),
  FAILED_KEEPS_ITS_QUEUE(
      (p, a, d, s) ->
          new Buggy(p, a, d, s) {
            @Override
            void failed(Host host) {}
          }),
  NOBODY_IS_TOLD_OF_FAILURE(
      (p, a, d, s) ->
          new Buggy(p, a, d, s) {
            @Override
            void failed(Host host) {
              while (!host.waiting.isEmpty()) {
                log.ended(host.waiting.removeFirst().packet(), DropReason.NEIGH_FAILED);
              }
            }
          }),
  THE_SAME_MAC_RESTARTS_DELAY(
      (p, a, d, s) ->
          new Buggy(p, a, d, s) {
            @Override
            void saidAgain(Host host) {
              if (host.state == NeighbourState.DELAY) {
                become(host, NeighbourState.DELAY);
              }
            }
          }),
  THE_SAME_MAC_ENDS_A_PROBE(
      (p, a, d, s) ->
          new Buggy(p, a, d, s) {
            @Override
            void saidAgain(Host host) {
              if (host.state == NeighbourState.PROBE) {
                become(host, NeighbourState.STALE);
              }
            }
          }),
  THE_SAME_MAC_RENEWS_THE_LOCK(
      (p, a, d, s) ->
          new Buggy(p, a, d, s) {
            @Override
            void saidAgain(Host host) {
              host.updated = now;
            }
          }),
  ANOTHER_MAC_IS_CONFIRMED(
      (p, a, d, s) ->
          new Buggy(p, a, d, s) {
            @Override
            NeighbourState afterNews() {
              return NeighbourState.DELAY;
            }
          });

  @SuppressWarnings("ImmutableEnumChecker") // It makes, and holds nothing.
  final NeighbourSequence.Maker maker;

  PlantedBug(NeighbourSequence.Maker maker) {
    this.maker = maker;
  }

  private static class Buggy extends NeighbourModel {
    Buggy(NeighbourParms parms, boolean accept, LongUnaryOperator draw, NeighbourLog seen) {
      super(parms, accept, draw, seen);
    }
  }
}
