package dev.skiff.neigh;

/** The kinds of ARP packets that a neighbour is heard to send in {@link NeighbourModelTest}. */
enum Heard {
  /** It asks all for our MAC address, as usual. */
  REQUEST(true, Target.US, true),
  /** It asks us alone, as one does who knows us already. */
  REQUEST_TO_US(true, Target.US, false),
  /** It asks for its own address: RFC 5227 3, an announcement. */
  ANNOUNCEMENT(true, Target.ITSELF, true),
  /** It asks all for the MAC address of a third. */
  REQUEST_FOR_ANOTHER(true, Target.ANOTHER, true),
  /** It answers us. */
  REPLY(false, Target.US, false),
  /** It answers us, and all others hear it. */
  REPLY_TO_ALL(false, Target.US, true),
  /** It answers its own question: a gratuitous reply. */
  GRATUITOUS_REPLY(false, Target.ITSELF, true),
  /** Its answer to a third comes to us. */
  REPLY_FOR_ANOTHER(false, Target.ANOTHER, false),
  /** Somebody without an address asks for ours: RFC 5227 2.1.1. */
  PROBE(true, Target.US, true);

  /** Whose address stands in the target field. */
  enum Target {
    US,
    ITSELF,
    ANOTHER
  }

  final boolean request;
  final Target target;
  final boolean broadcast;

  Heard(boolean request, Target target, boolean broadcast) {
    this.request = request;
    this.target = target;
    this.broadcast = broadcast;
  }

  boolean asksUs() {
    return request && target == Target.US;
  }
}
