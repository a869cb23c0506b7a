package dev.skiff.control;

import java.util.concurrent.TimeUnit;

/**
 * What clients of the control socket may take, so that none of them is in another's way. Any
 * thread.
 *
 * @param clients how many there may be at a time, those that read a stream not counted
 * @param streams how many may read a stream at a time
 * @param idleNs how long one may say nothing
 * @param lineNs how long it may take from the first byte of a request to the last
 * @param replyNs how long it may take to read a reply
 * @param stuckNs how long it may read nothing of a stream that has something for it
 * @param requestsPerS how many requests are answered in a second, of all clients together, once a
 *     tenth of as many have come at once
 */
record Limits(
    int clients,
    int streams,
    long idleNs,
    long lineNs,
    long replyNs,
    long stuckNs,
    int requestsPerS) {
  /** The most bytes in a request, its line end not counted. */
  static final int MAX_LINE = 4096;

  /** Of a daemon. */
  static final Limits USUAL =
      new Limits(
          64,
          4,
          TimeUnit.SECONDS.toNanos(60),
          TimeUnit.SECONDS.toNanos(5),
          TimeUnit.SECONDS.toNanos(10),
          TimeUnit.SECONDS.toNanos(60),
          2000);
}
