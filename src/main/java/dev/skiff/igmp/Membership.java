package dev.skiff.igmp;

import dev.skiff.dev.NetDevice;
import dev.skiff.header.IgmpHdr;
import dev.skiff.header.Ip4Addr;
import dev.skiff.time.Timer;

/**
 * {@code struct ip_mc_list}: one group on one device, as RFC 2236 6 has a host's states.
 *
 * <pre>
 *   join: a report now, and once more within 10 s
 *
 *              query: a random time up to what it says
 *     IDLE -----------------------------------------------> DELAYING
 *          <-----------------------------------------------
 *              time: a report         another's report: none
 * </pre>
 *
 * <p>Thread: the loop thread.
 */
final class Membership extends Timer {
  /** "Unsolicited Report Interval": RFC 2236 8.10. */
  static final long UNSOLICITED_REPORT_INTERVAL_NS = 10_000_000_000L;

  /** {@code igmp_qrv}: reports when it joins. RFC 2236 3 recommends one or two more than one. */
  static final int UNSOLICITED_REPORTS = 2;

  private final Igmp igmp;
  private final NetDevice dev;
  private final int group;

  /** The time at which it reports, while the timer is set. */
  private long reportNs;

  private int unsolicited;

  /** RFC 2236 3: whether we were the last host to report it, so that it is ours to say goodbye. */
  private boolean reporter;

  Membership(Igmp igmp, NetDevice dev, int group) {
    this.igmp = igmp;
    this.dev = dev;
    this.group = group;
  }

  int group() {
    return group;
  }

  /** RFC 2236 6: of 224.0.0.1 nobody ever reports. RFC 1112: every host is in it. */
  boolean isReported() {
    return group != Ip4Addr.ALL_HOSTS;
  }

  /** {@code igmp_group_added}: it has been joined, or its device has come up. */
  void added(long nowNs) {
    if (isReported()) {
      unsolicited = UNSOLICITED_REPORTS;
      startAt(nowNs);
    }
  }

  /** {@code igmp_group_dropped}: it is being left, or its device goes down. */
  void dropped(long nowNs) {
    igmp.timers().cancel(this);
    unsolicited = 0;
    // RFC 2236 3: a host that was not the last to report need not say anything. RFC 2236 4: nor
    // need it where the router would not know what it is told.
    if (reporter && dev.isUp() && !igmp.isV1(dev, nowNs)) {
      igmp.send(dev, Ip4Addr.ALL_ROUTERS, IgmpHdr.LEAVE, group, nowNs);
    }
    reporter = false;
  }

  /**
   * {@code igmp_mod_timer}: a router asks. RFC 2236 3: a time that runs already stands, unless it
   * would end later than the router wants.
   */
  void queried(long maxDelayNs, long nowNs) {
    if (!isReported() || !dev.isUp()) {
      return;
    }
    unsolicited = 0;
    if (!isSet() || reportNs - nowNs > maxDelayNs) {
      startAt(nowNs + igmp.drawDelay(maxDelayNs));
    }
  }

  /** {@code igmp_stop_timer}: another host has reported it, which is enough. RFC 2236 3. */
  void reported() {
    igmp.timers().cancel(this);
    unsolicited = 0;
    reporter = false;
  }

  private void startAt(long reportNs) {
    this.reportNs = reportNs;
    igmp.timers().set(this, reportNs);
  }

  /** {@code igmp_timer_expire}. */
  @Override
  protected void fire(long nowNs) {
    if (unsolicited > 0 && --unsolicited > 0) {
      startAt(nowNs + igmp.drawDelay(UNSOLICITED_REPORT_INTERVAL_NS));
    }
    reporter = true;
    int type = igmp.isV1(dev, nowNs) ? IgmpHdr.V1_REPORT : IgmpHdr.V2_REPORT;
    igmp.send(dev, group, type, group, nowNs);
  }
}
