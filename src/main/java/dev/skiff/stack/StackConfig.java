package dev.skiff.stack;

import dev.skiff.ip.IpParms;
import dev.skiff.neigh.NeighbourParms;
import dev.skiff.time.TimeOfDay;
import java.security.SecureRandom;

/**
 * How a stack is made, beside its devices.
 *
 * @param memory how its pool is made; it has buffers for the greatest MTU among the devices
 * @param neighbours times and bounds of its neighbour table
 * @param ipv4 the switches of IPv4 and ICMP
 * @param timeOfDay what timestamps are made of
 * @param seed of all that is random in it, so that a run can be repeated
 */
public record StackConfig(
    PoolConfig memory, NeighbourParms neighbours, IpParms ipv4, TimeOfDay timeOfDay, long seed) {
  /** What it is unless it is told otherwise, with a seed of its own. */
  public static StackConfig usual() {
    return new StackConfig(
        PoolConfig.usual(),
        NeighbourParms.USUAL,
        IpParms.USUAL,
        TimeOfDay.system(),
        new SecureRandom().nextLong());
  }

  /** The same with another pool. */
  public StackConfig withMemory(PoolConfig memory) {
    return new StackConfig(memory, neighbours, ipv4, timeOfDay, seed);
  }

  /** The same with another neighbour table. */
  public StackConfig withNeighbours(NeighbourParms neighbours) {
    return new StackConfig(memory, neighbours, ipv4, timeOfDay, seed);
  }

  /** The same with other switches of IPv4. */
  public StackConfig withIpv4(IpParms ipv4) {
    return new StackConfig(memory, neighbours, ipv4, timeOfDay, seed);
  }

  /** The same with another time of day. */
  public StackConfig withTimeOfDay(TimeOfDay timeOfDay) {
    return new StackConfig(memory, neighbours, ipv4, timeOfDay, seed);
  }

  /** The same with another seed. */
  public StackConfig withSeed(long seed) {
    return new StackConfig(memory, neighbours, ipv4, timeOfDay, seed);
  }
}
