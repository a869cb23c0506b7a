import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The peers: how they are called, in which order they stand in a table, their colours in a chart.
 */
final class Peers {
  static final String SKIFF = "skiff";
  static final String WATCHED = "skiff-watched";
  static final String C_BLOCKING = "c-blocking";
  static final String C_DRAIN = "c-drain";
  static final String C_URING = "c-uring";
  static final String KERNEL = "kernel";
  static final String LWIP = "lwip";
  static final String BARE_JAVA = "bare-java";

  private static final Map<String, String> NAMES = new LinkedHashMap<>();

  /** Okabe and Ito's colours, which the colour-blind tell apart. */
  private static final Map<String, String> COLOURS = new LinkedHashMap<>();

  static {
    add(SKIFF, "Skiff", "#D55E00");
    add(WATCHED, "Skiff, watched", "#B22222");
    add("skiff-pcap", "Skiff, capturing", "#E69F00");
    add("skiff-copybreak", "Skiff, rx_copybreak", "#000000");
    add("skiff-syscall", "Skiff, --io syscall", "#F0E442");
    add("skiff-adaptive", "Skiff, --idle adaptive", "#8B4513");
    add(C_BLOCKING, "C, blocking", "#56B4E9");
    add(C_DRAIN, "C, poll and drain", "#0072B2");
    add(C_URING, "C, drain and io_uring", "#009E73");
    add("c-exchange", "C, io_uring both ways", "#117733");
    add(KERNEL, "Linux over veth", "#999999");
    add(LWIP, "lwIP", "#CC79A7");
    add(BARE_JAVA, "Java over JNR-FFI, bare", "#666666");
  }

  private Peers() {}

  private static void add(String peer, String name, String colour) {
    NAMES.put(peer, name);
    COLOURS.put(peer, colour);
  }

  static List<String> all() {
    return List.copyOf(NAMES.keySet());
  }

  static String name(String peer) {
    return NAMES.getOrDefault(peer, peer);
  }

  static String colour(String peer) {
    return COLOURS.getOrDefault(peer, "#000000");
  }
}
