package dev.skiff.igmp;

import dev.skiff.dev.NetDevice;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What IGMP knows of one device: a part of {@code struct in_device}. Thread: the loop thread. */
final class Memberships {
  private static final long NEVER = Long.MIN_VALUE;

  final NetDevice dev;
  private Membership[] all = {};

  /** {@code mr_v1_seen}: until then there is a router that knows only version 1. */
  private long v1UntilNs = NEVER;

  Memberships(NetDevice dev) {
    this.dev = dev;
  }

  /** Not to be written to. */
  Membership[] all() {
    return all;
  }

  @Nullable Membership find(int group) {
    for (Membership membership : all) {
      if (membership.group() == group) {
        return membership;
      }
    }
    return null;
  }

  void add(Membership membership) {
    Membership[] more = Arrays.copyOf(all, all.length + 1);
    more[all.length] = membership;
    all = more;
  }

  void remove(Membership membership) {
    all = Arrays.stream(all).filter(m -> !m.equals(membership)).toArray(Membership[]::new);
  }

  void heardV1(long untilNs) {
    v1UntilNs = untilNs;
  }

  void forgetRouters() {
    v1UntilNs = NEVER;
  }

  boolean isV1(long nowNs) {
    return v1UntilNs != NEVER && v1UntilNs - nowNs > 0;
  }
}
