package dev.skiff.dev;

/** What a {@link NetdevNotifier} is told of: the {@code NETDEV_} events. */
public enum NetdevEvent {
  /** It is there, and down. */
  REGISTER,
  /** It is up. */
  UP,
  /** It is about to go down, and can still send. */
  GOING_DOWN,
  /** It is down; its queues are empty. */
  DOWN,
  /** Its flags are others, or somebody is at the far end now, or nobody any more. */
  CHANGE,
  /** Its MTU is another. */
  CHANGEMTU,
  /** Its MAC address is another. */
  CHANGEADDR,
  /** Its IPv4 address is another: {@code inetaddr_chain}. */
  CHANGEINET,
  /** It is down, and about to be no device any more. */
  UNREGISTER
}
