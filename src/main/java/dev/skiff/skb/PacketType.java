package dev.skiff.skb;

/**
 * For whom a frame was, by its destination address: {@code skb->pkt_type}, set by {@code
 * eth_type_trans}. The constants stand in the order of the kernel's numbers, 0 to 3.
 */
public enum PacketType {
  /** {@code PACKET_HOST}: to this device's own address. */
  HOST,
  /** {@code PACKET_BROADCAST}: to every station. */
  BROADCAST,
  /** {@code PACKET_MULTICAST}: to a group. */
  MULTICAST,
  /** {@code PACKET_OTHERHOST}: to another station; the wire showed it to us all the same. */
  OTHERHOST
}
