import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Runtime;
import jnr.ffi.types.size_t;
import jnr.ffi.types.ssize_t;
import jnr.ffi.types.u_int64_t;
import jnr.ffi.types.uintptr_t;

/**
 * A bare reflector on a TAP in Java over JNR-FFI: what reflector.c does in its blocking mode. It is
 * the measure for the memory that a stack takes beside a JVM that does the same system calls, with
 * the same flags.
 *
 * <p>Usage: BareReflector --tap NAME --ip ADDR --mac MAC --counter FILE. It prints "ready" and runs
 * until it is killed. FILE holds how many echo requests it has answered.
 */
final class BareReflector {
  /**
   * The functions of the C library that it calls; addresses are raw, as a call then allocates
   * nothing.
   */
  public interface LibC {
    int open(@uintptr_t long path, int flags);

    int ioctl(int fd, @u_int64_t long request, @uintptr_t long argument);

    @ssize_t
    long read(int fd, @uintptr_t long to, @size_t long n);

    @ssize_t
    long write(int fd, @uintptr_t long from, @size_t long n);
  }

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private static final int O_RDWR = 2;
  private static final long TUNSETIFF = 0x400454CAL;
  private static final short IFF_TAP_NO_PI = 0x1002;
  private static final int IFNAMSIZ = 16;
  private static final int IFREQ_SIZE = 40;
  private static final int ROOM = 65_535 + 14;

  private static final int ETH_HLEN = 14;
  private static final int ARP_LEN = 28;
  private static final int IP_HLEN = 20;
  private static final int ICMP_HLEN = 8;
  private static final int TYPE_IP = 0x0800;
  private static final int TYPE_ARP = 0x0806;
  private static final int ARPOP_REQUEST = 1;
  private static final int ARPOP_REPLY = 2;
  private static final int PROTO_ICMP = 1;
  private static final int ECHO_REQUEST = 8;

  private final LibC libc = LibraryLoader.create(LibC.class).load("c");
  private final Arena arena = Arena.global();
  private final MemorySegment frame = arena.allocate(ROOM);
  private final MemorySegment mac;
  private final int ip;
  private final MemorySegment answered;

  private BareReflector(Map<String, String> options) throws IOException {
    mac = arena.allocate(6);
    int at = 0;
    for (String octet : options.get("--mac").split(":")) {
      mac.set(ValueLayout.JAVA_BYTE, at++, (byte) Integer.parseInt(octet, 16));
    }
    int address = 0;
    for (String octet : options.get("--ip").split("\\.")) {
      address = address << 8 | Integer.parseInt(octet);
    }
    ip = address;
    try (FileChannel file =
        FileChannel.open(
            Path.of(options.get("--counter")),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      answered = file.map(FileChannel.MapMode.READ_WRITE, 0, Long.BYTES, arena);
    }
  }

  public static void main(String[] args) throws IOException {
    Map<String, String> options = new HashMap<>();
    for (int i = 0; i + 1 < args.length; i += 2) {
      options.put(args[i], args[i + 1]);
    }
    for (String needed : new String[] {"--tap", "--ip", "--mac", "--counter"}) {
      if (!options.containsKey(needed)) {
        System.err.println("usage: BareReflector --tap NAME --ip ADDR --mac MAC --counter FILE");
        System.exit(2);
      }
    }
    BareReflector reflector = new BareReflector(options);
    int fd = reflector.openTap(options.get("--tap"));
    System.out.println("ready");
    reflector.run(fd);
  }

  private int openTap(String name) throws IOException {
    int fd = libc.open(arena.allocateFrom("/dev/net/tun").address(), O_RDWR);
    must("/dev/net/tun", fd);
    MemorySegment ifreq = arena.allocate(IFREQ_SIZE);
    ifreq.setString(0, name, StandardCharsets.US_ASCII);
    ifreq.set(ValueLayout.JAVA_SHORT, IFNAMSIZ, IFF_TAP_NO_PI);
    must("TAP " + name, libc.ioctl(fd, TUNSETIFF, ifreq.address()));
    return fd;
  }

  private void run(int fd) throws IOException {
    long address = frame.address();
    while (true) {
      long n = libc.read(fd, address, ROOM);
      must("read", n);
      long reply = reply(n);
      if (reply > 0) {
        must("write", libc.write(fd, address, reply));
      }
    }
  }

  /** Makes a reply of the request, in place: its length; 0 if there is nothing to answer. */
  private long reply(long n) {
    int type = n < ETH_HLEN ? 0 : u16(ETH_HLEN - 2);
    if (type == TYPE_ARP && n >= ETH_HLEN + ARP_LEN) {
      return arpReply(n);
    }
    if (type != TYPE_IP || n < ETH_HLEN + IP_HLEN + ICMP_HLEN) {
      return 0;
    }
    int icmp = ETH_HLEN + (frame.get(ValueLayout.JAVA_BYTE, ETH_HLEN) & 0xF) * 4;
    if (frame.get(ValueLayout.JAVA_BYTE, ETH_HLEN + 9) != PROTO_ICMP
        || frame.get(INT, ETH_HLEN + 16) != ip
        || n < icmp + ICMP_HLEN
        || frame.get(ValueLayout.JAVA_BYTE, icmp) != ECHO_REQUEST) {
      return 0;
    }
    turnLinkRound();
    // The IP checksum does not mind that the addresses change places.
    frame.set(INT, ETH_HLEN + 16, frame.get(INT, ETH_HLEN + 12));
    frame.set(INT, ETH_HLEN + 12, ip);
    frame.set(ValueLayout.JAVA_BYTE, icmp, (byte) 0);
    int sum = u16(icmp + 2) + (ECHO_REQUEST << 8); // RFC 1624: type 8 has become 0.
    frame.set(SHORT, icmp + 2, (short) ((sum & 0xFFFF) + (sum >> 16)));
    answered.set(ValueLayout.JAVA_LONG, 0, answered.get(ValueLayout.JAVA_LONG, 0) + 1);
    return n;
  }

  private long arpReply(long n) {
    int arp = ETH_HLEN;
    if (u16(arp + 6) != ARPOP_REQUEST || frame.get(INT, arp + 24) != ip) {
      return 0;
    }
    turnLinkRound();
    frame.set(SHORT, arp + 6, (short) ARPOP_REPLY);
    MemorySegment.copy(frame, arp + 8, frame, arp + 18, 10); // The sender is the target now.
    MemorySegment.copy(mac, 0, frame, arp + 8, 6);
    frame.set(INT, arp + 14, ip);
    return n;
  }

  private void turnLinkRound() {
    MemorySegment.copy(frame, 6, frame, 0, 6);
    MemorySegment.copy(mac, 0, frame, 6, 6);
  }

  private int u16(long at) {
    return frame.get(SHORT, at) & 0xFFFF;
  }

  private void must(String what, long result) throws IOException {
    if (result < 0) {
      throw new IOException(what + ": errno " + Runtime.getRuntime(libc).getLastError());
    }
  }
}
