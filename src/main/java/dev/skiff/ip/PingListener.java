package dev.skiff.ip;

/** Who has opened a {@link PingSocket}, and hears of what comes back. Thread: the loop thread. */
public interface PingListener {
  /**
   * An echo reply came: RFC 1122 3.2.2.6, it MUST be passed to who has sent the request.
   *
   * @param reply valid during the call
   */
  void reply(PingReply reply, long nowNs);

  /**
   * A request did not get there. May be called while it is being sent.
   *
   * @param sequence its sequence number, 0 to 65,535
   * @param from who says so: an address, our own if this stack itself has found it out
   * @param why valid during the call
   */
  void error(int sequence, int from, IcmpError why, long nowNs);
}
