package dev.skiff.docs;

import dev.skiff.skb.SkBuff;
import java.util.ArrayList;
import java.util.List;

/**
 * Some bytes of a block and what they are, read out of the buffer: behind data from the bytes
 * themselves, in front of it from where the layers noted their headers.
 *
 * @param pulled whether they stand in the headroom: gone for this layer, and still there
 */
record Part(String name, int from, int to, String colour, boolean pulled) {
  /** What stands at data. */
  enum Layer {
    NOTHING,
    LINK,
    NETWORK,
    TRANSPORT,
    PAYLOAD
  }

  // Colours of Okabe and Ito, which the colour-blind can tell apart.
  private static final String SKY_BLUE = "#56b4e9";
  private static final String ORANGE = "#e69f00";
  private static final String GREEN = "#009e73";
  private static final String YELLOW = "#f0e442";

  private static final int ETH_HLEN = 14;
  private static final int UDP_HLEN = 8;

  int len() {
    return to - from;
  }

  /**
   * The parts of a buffer with a UDP datagram in it, in the order of their offsets.
   *
   * @param at what the caller says stands at data; the bytes there must agree
   */
  static List<Part> of(SkBuff skb, Layer at) {
    List<Part> parts = new ArrayList<>();
    int mac = skb.macHeader();
    int network = skb.networkHeader();
    int transport = skb.transportHeader();
    if (at.compareTo(Layer.LINK) > 0 && mac != 0) {
      parts.add(new Part("Ethernet", mac, network, SKY_BLUE, true));
    }
    if (at.compareTo(Layer.NETWORK) > 0 && network != 0) {
      parts.add(new Part("IP", network, transport, ORANGE, true));
    }
    if (at.compareTo(Layer.TRANSPORT) > 0 && transport != 0) {
      parts.add(new Part("UDP", transport, transport + UDP_HLEN, GREEN, true));
    }
    if (at != Layer.NOTHING) {
      upwards(skb, at, parts);
    }
    return parts;
  }

  private static void upwards(SkBuff skb, Layer at, List<Part> parts) {
    int from = skb.data();
    if (at.compareTo(Layer.LINK) <= 0) {
      check(skb.u16(from + 12) == 0x0800, "Ethernet that carries IP", skb);
      parts.add(new Part("Ethernet", from, from + ETH_HLEN, SKY_BLUE, false));
      from += ETH_HLEN;
    }
    if (at.compareTo(Layer.NETWORK) <= 0) {
      check(skb.u8(from) >> 4 == 4 && skb.u8(from + 9) == 17, "IPv4 that carries UDP", skb);
      int len = (skb.u8(from) & 0xF) * 4;
      parts.add(new Part("IP", from, from + len, ORANGE, false));
      from += len;
    }
    if (at.compareTo(Layer.TRANSPORT) <= 0) {
      check(skb.u16(from + 4) == skb.tail() - from, "a UDP header with its length", skb);
      parts.add(new Part("UDP", from, from + UDP_HLEN, GREEN, false));
      from += UDP_HLEN;
    }
    parts.add(new Part("payload", from, skb.tail(), YELLOW, false));
  }

  private static void check(boolean holds, String what, SkBuff skb) {
    if (!holds) {
      throw new AssertionError("there is no " + what + " where there should be: " + skb);
    }
  }
}
