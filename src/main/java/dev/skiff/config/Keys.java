package dev.skiff.config;

import static dev.skiff.config.Kind.NUMBER;
import static dev.skiff.config.Kind.SIZE;
import static dev.skiff.config.Kind.SWITCH;
import static dev.skiff.config.Kind.TEXT;
import static dev.skiff.config.Kind.TEXTS;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All that {@code skiff run} can be told: the one list of it. Any thread. */
public final class Keys {
  // ---- Of a device ------------------------------------------------------------------------------

  static final Key TAP =
      device(
          "tap",
          TEXT,
          "skiff0",
          "NAME",
          "The TAP device: attached to if it is there, created if not.");
  static final Key IP =
      live(
          device(
              "ip",
              TEXTS,
              "198.51.100.2/24",
              "ADDR/PREFIX",
              "The address to answer as, /1 to /32; once for each of several, the primary one first."));
  static final Key MAC =
      device(
          "mac",
          TEXT,
          "02:00:5e:10:00:01",
          "MAC",
          "The MAC address; by default a stable one made from this machine and NAME.");
  static final Key GATEWAY =
      live(
          device(
              "gateway",
              TEXT,
              "198.51.100.1",
              "ADDR",
              "The default gateway; --route tells of more."));
  static final Key HOST_IP =
      device(
          "host-ip",
          TEXT,
          "198.51.100.1/24",
          "ADDR/PREFIX",
          "Give the host's side of the TAP this address and bring it up.");
  static final Key UPLINK =
      device(
          "uplink",
          TEXT,
          "eth0",
          "IF",
          "Be a host on the network of this interface: it and the TAP become ports of one bridge."
              + " In place of host-ip.");
  static final Key MTU =
      live(
          device(
              "mtu",
              NUMBER,
              "1400",
              "N",
              "The MTU, 68 to 65521; by default the TAP's, or the uplink's on a TAP that is created."));
  static final Key NETNS =
      device(
          "netns",
          TEXT,
          "blue",
          "NAME",
          "The network namespace that the TAP is in, or is to be created in.");
  static final Key TXQUEUELEN =
      device(
          "txqueuelen",
          NUMBER,
          "500",
          "N",
          "How many frames the host keeps for us; by default the TAP's.");
  static final Key SNDBUF =
      device(
          "sndbuf",
          SIZE,
          "1M",
          "SIZE",
          "How much of what we sent may wait inside the host, as in 1M; by default any amount.");

  // ---- Of the daemon ----------------------------------------------------------------------------

  static final Key ROUTE =
      live(
          top(
              "route",
              TEXTS,
              "203.0.113.0/24 via 198.51.100.1 metric 10",
              "ROUTE",
              "A route, in the words of skiff route add, as '203.0.113.0/24 via 198.51.100.1 metric"
                  + " 10'; once for each of several. For one prefix the least metric is used, of"
                  + " one metric the first that is said."));
  static final Key ACD =
      live(
          top(
              "acd",
              TEXT,
              "probe",
              "off|defend|probe",
              "Other stations with our address (RFC 5227): defend, the default, announces and"
                  + " defends it; probe asks before it is used, and gives it up to one that defends"
                  + " it too."));
  static final Key GROUP =
      live(
          top(
              "group",
              TEXTS,
              "239.1.2.3",
              "GROUP",
              "Be a member of this group, as 239.1.2.3, and tell routers by IGMP; may be there"
                  + " several times. skiff maddr joins and leaves more."));
  static final Key IDLE =
      top(
          "idle",
          TEXT,
          "adaptive",
          "block|adaptive|spin",
          "While there is nothing to do: block, the default, sleeps; adaptive looks for more a short"
              + " time that it learns, and sleeps then; spin never sleeps, for a processor of its"
              + " own.");
  static final Key IO =
      top(
          "io",
          TEXT,
          "syscall",
          "auto|uring|syscall",
          "How frames get to the kernel and back: through an io_uring, many with one call; or with"
              + " a system call for each. auto, the default, takes an io_uring where it gets one.");
  static final Key RX_COPYBREAK =
      live(
          top(
              "rx-copybreak",
              NUMBER,
              "256",
              "BYTES",
              "Copy received frames of up to so many bytes into buffers of their size, and take their"
                  + " checksum on the way; 0, the default, copies none."));
  static final Key BUFFER_MEMORY =
      top(
          "buffer-memory",
          SIZE,
          "32M",
          "SIZE",
          "The most memory for packet buffers, as in 16M; taken as needed. Default: 16M.");
  static final Key WARM_UP =
      top(
          "warm-up",
          SWITCH,
          Kind.OFF,
          "",
          "Whether Skiff exercises its own code for some tenths of a second before it starts, so that"
              + " the first packets are not slower than those that follow. --no-warm-up starts at"
              + " once.");
  static final Key SOCKET =
      top(
          "socket",
          TEXT,
          "/run/skiff/skiff0.sock",
          "PATH",
          "The control socket; by default /run/skiff/NAME.sock, or $XDG_RUNTIME_DIR/skiff/NAME.sock"
              + " for an ordinary user.");
  static final Key PCAP =
      top(
          "pcap",
          TEXT,
          "/var/tmp/skiff0.pcapng",
          "FILE",
          "Write all frames and how each ended to FILE, as pcapng; one there is replaced.");
  static final Key USER =
      top(
          "user",
          TEXT,
          "nobody",
          "NAME",
          "Whom it becomes once all is open, where it is root: a name or a number. Default: skiff if"
              + " there is such a user, else nobody.");
  static final Key PID_FILE =
      top(
          "pid-file",
          TEXT,
          "/run/skiff/skiff.pid",
          "PATH",
          "Where its process number is written; by default nowhere.");
  static final Key METRICS =
      top(
          "metrics",
          TEXT,
          "127.0.0.1:9400",
          "ADDR:PORT|off",
          "Where metrics are served for Prometheus, as 127.0.0.1:9400; a port alone is on 127.0.0.1."
              + " Default: off.");
  static final Key LOG_LEVEL =
      live(
          top(
              "log-level",
              TEXT,
              "info",
              "error|warn|info|debug|trace",
              "How much is logged to standard error; by default warn."));

  private static final List<Key> ALL = all();

  private Keys() {}

  private static Key device(String name, Kind kind, String example, String label, String meaning) {
    return new Key(Table.DEVICE, name, kind, example, false, label, meaning);
  }

  private static Key top(String name, Kind kind, String example, String label, String meaning) {
    return new Key(Table.TOP, name, kind, example, false, label, meaning);
  }

  private static Key live(Key key) {
    return new Key(
        key.table(), key.name(), key.kind(), key.example(), true, key.label(), key.meaning());
  }

  private static List<Key> all() {
    List<Key> all = new ArrayList<>();
    all.addAll(List.of(SOCKET, PID_FILE, USER, LOG_LEVEL, METRICS));
    all.addAll(List.of(ROUTE, GROUP, ACD, IO, IDLE, BUFFER_MEMORY, RX_COPYBREAK, PCAP, WARM_UP));
    all.addAll(List.of(TAP, IP, MAC, GATEWAY, HOST_IP, UPLINK, MTU, NETNS, TXQUEUELEN, SNDBUF));
    all.addAll(TableKeys.all());
    return List.copyOf(all);
  }

  /** All of them, in the order of the file. */
  public static List<Key> list() {
    return ALL;
  }

  /** Those of one table. */
  public static List<Key> of(Table table) {
    return ALL.stream().filter(key -> key.table() == table).toList();
  }

  /** The key of this name; null if there is none. */
  static @Nullable Key find(Table table, String name) {
    for (Key key : ALL) {
      if (key.table() == table && key.name().equals(name)) {
        return key;
      }
    }
    return null;
  }
}
