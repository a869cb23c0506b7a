package dev.skiff.eth;

import dev.skiff.dev.HhCache;
import dev.skiff.dev.NetDevice;
import dev.skiff.dev.Resolve;
import dev.skiff.skb.SkBuff;
import org.jspecify.annotations.Nullable;

/**
 * Who finds the MAC address of a next hop; implemented by {@code neigh}. Thread: the loop thread.
 */
@FunctionalInterface
public interface Resolver {
  /**
   * {@code arp_find}: writes the MAC address of {@code paddr} at {@code haddr}, or keeps the frame
   * until it is known.
   *
   * @param skb lent: kept if the result is QUEUED; after REFUSED {@code skb.verdict()} says why
   * @param haddr offset in {@code skb} where the address is to be written
   * @param paddr the next hop's IPv4 address
   */
  Resolve arpFind(SkBuff skb, NetDevice dev, int haddr, int paddr, long nowNs);

  /** {@code arp_bind_cache}: the header cache of a next hop; null if it is not known yet. */
  default @Nullable HhCache bindCache(NetDevice dev, int paddr) {
    return null;
  }
}
