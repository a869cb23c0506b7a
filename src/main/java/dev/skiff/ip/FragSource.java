package dev.skiff.ip;

import org.jspecify.annotations.Nullable;

/**
 * {@code struct inet_peer}, what reassembly wants of it: a source address that datagrams are being
 * reassembled of, and what they take. Used again and again. Thread: the loop thread.
 */
final class FragSource extends FragTable.Node<FragSource> {
  int saddr;

  /** What its datagrams take. */
  int bytes;

  final FragList queues = new FragList();
  @Nullable FragSource spare;
}
