/**
 * ARP and the neighbour table: which MAC address an IPv4 next hop has, and the packets that wait
 * for the answer.
 *
 * <p>Read first: RFC 826, RFC 1122 2.3.2, RFC 4861 7.3.2 (the states); net/ipv4/arp.c and
 * net/core/neighbour.c of Linux. Nothing is learnt from IP datagrams. Programs have the table from
 * {@code Skiff.neighbours()}: {@link dev.skiff.neigh.NeighbourTable}, {@link
 * dev.skiff.neigh.NeighbourState} and their counters are for them, the rest is internal. Thread:
 * the loop thread.
 */
@NullMarked
@CheckReturnValue
package dev.skiff.neigh;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
