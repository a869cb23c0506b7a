package dev.skiff.netns;

import dev.skiff.Datagram;
import java.util.ArrayList;
import java.util.List;

/**
 * Frames that both are sent, one behind the other.
 *
 * @param waitMs how long their answers may take: for those that time brings
 */
record Case(String name, List<byte[]> frames, int waitMs) {
  static Case of(String name, byte[]... frames) {
    return new Case(name, List.of(frames), 0);
  }

  static Case of(String name, Datagram... datagrams) {
    List<byte[]> frames = new ArrayList<>();
    for (Datagram datagram : datagrams) {
      frames.add(datagram.frame());
    }
    return new Case(name, frames, 0);
  }

  Case waiting(int ms) {
    return new Case(name, frames, ms);
  }

  @Override
  public String toString() {
    return name;
  }
}
