package dev.skiff.ip;

import dev.skiff.skb.DropReason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What reassembly should do, without bounds, said as simply as can be: for tests. */
final class FragModel {
  private record Key(int saddr, int id, int protocol) {}

  private record Piece(int from, int to, boolean last, byte[] data) {}

  private static final class Datagram {
    final List<Piece> pieces = new ArrayList<>();
    final long deadlineNs;
    int headerLen = 20;

    Datagram(long deadlineNs) {
      this.deadlineNs = deadlineNs;
    }
  }

  private final Map<Key, Datagram> waiting = new HashMap<>();

  /** The data of the datagram that the last fragment made whole. */
  byte @Nullable [] whole;

  int waiting() {
    return waiting.size();
  }

  /** How many of those that were given up now had fragment 0. */
  int expire(long nowNs) {
    int withFirst = 0;
    for (Datagram d : List.copyOf(waiting.values())) {
      if (d.deadlineNs <= nowNs) {
        withFirst += d.pieces.stream().anyMatch(p -> p.from == 0) ? 1 : 0;
        waiting.values().remove(d);
      }
    }
    return withFirst;
  }

  DropReason add(Fragment f, long deadlineNs) {
    whole = null;
    int headerLen = 20 + f.options().length;
    int len = f.more() ? f.data().length / 8 * 8 : f.data().length;
    if (len == 0) {
      return DropReason.IP_FRAGMENT_EMPTY;
    }
    if (headerLen + f.offset() + len > 65_535) {
      return DropReason.IP_FRAGMENT_TOO_LONG;
    }
    Key key = new Key(f.saddr(), f.id(), f.protocol());
    Datagram d = waiting.computeIfAbsent(key, k -> new Datagram(deadlineNs));
    Piece piece = new Piece(f.offset(), f.offset() + len, !f.more(), Arrays.copyOf(f.data(), len));
    DropReason reason = against(d.pieces, piece);
    if (reason != DropReason.NOT_DROPPED) {
      if (reason != DropReason.DUP_FRAG) {
        waiting.remove(key);
      }
      return reason;
    }
    d.pieces.add(piece);
    if (f.offset() == 0) {
      d.headerLen = headerLen;
    }
    byte[] data = join(d.pieces);
    if (data == null) {
      return DropReason.NOT_DROPPED;
    }
    waiting.remove(key);
    if (d.headerLen + data.length > 65_535) {
      return DropReason.IP_FRAGMENT_TOO_LONG;
    }
    whole = data;
    return DropReason.CONSUMED;
  }

  private static DropReason against(List<Piece> pieces, Piece piece) {
    for (Piece other : pieces) {
      boolean behind = other.last && piece.to > other.to || piece.last && other.to > piece.to;
      boolean twoEnds = other.last && piece.last && other.to != piece.to;
      if (behind || twoEnds) {
        return DropReason.IP_FRAGMENT_END;
      }
    }
    for (Piece other : pieces) {
      if (other.from == piece.from && other.to == piece.to && other.last == piece.last) {
        return DropReason.DUP_FRAG;
      }
    }
    for (Piece other : pieces) {
      if (other.from < piece.to && piece.from < other.to) {
        return DropReason.IP_FRAGMENT_OVERLAP;
      }
    }
    return DropReason.NOT_DROPPED;
  }

  private static byte @Nullable [] join(List<Piece> pieces) {
    int end = pieces.stream().filter(Piece::last).mapToInt(Piece::to).findAny().orElse(-1);
    int sum = pieces.stream().mapToInt(p -> p.data.length).sum();
    if (sum != end) {
      return null; // They do not overlap: with as many bytes as there should be, none is missing.
    }
    byte[] data = new byte[end];
    for (Piece piece : pieces) {
      System.arraycopy(piece.data, 0, data, piece.from, piece.data.length);
    }
    return data;
  }
}
