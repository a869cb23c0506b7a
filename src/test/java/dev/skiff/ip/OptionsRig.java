package dev.skiff.ip;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.skiff.header.Ip4Addr;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import dev.skiff.skb.SkBuffPool;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** A received header with options, the answer's, and what both say in bytes. */
final class OptionsRig implements AutoCloseable {
  static final int SENDER = Ip4Addr.parse("198.51.100.1");
  static final int OURS = Ip4Addr.parse("198.51.100.2");
  static final int OUT = Ip4Addr.parse("203.0.113.2");
  static final int MS_IN = 0x01020304;
  static final int MS_OUT = 0x01020309;
  static final IntPredicate IS_LOCAL = address -> address == OURS || address == OUT;

  private static final int MIN_LEN = 20;
  private static final int MAX_LEN = 60;

  final IpOptions received = new IpOptions();
  final IpOptions reply = new IpOptions();
  final int ip;
  private final SkBuffPool pool = new SkBuffPool(2, 2048, 1);
  private final SkBuff in = Objects.requireNonNull(pool.alloc(256, "options in"));
  private final SkBuff out = Objects.requireNonNull(pool.alloc(256, "options out"));

  OptionsRig() {
    in.reserve(64);
    out.reserve(64);
    ip = in.put(MAX_LEN);
    var _ = out.put(MAX_LEN);
  }

  static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  static String hex(byte[] bytes) {
    return HexFormat.ofDelimiter(" ").formatHex(bytes);
  }

  /** An address as it stands in a table of hexadecimal digits. */
  static String hex(int address) {
    return HexFormat.of().toHexDigits(address);
  }

  private byte[] header(int options) {
    byte[] header = new byte[MIN_LEN + options];
    header[0] = (byte) (0x40 + header.length / 4);
    for (int i = 0; i < 4; i++) {
      header[12 + i] = (byte) (SENDER >>> (24 - 8 * i));
    }
    return header;
  }

  /**
   * Puts these bytes where a header's options are, and has them read; the packet stays as it is.
   */
  @CanIgnoreReturnValue
  int compile(byte[] options) {
    byte[] header = Arrays.copyOf(header(options.length), MAX_LEN);
    System.arraycopy(options, 0, header, MIN_LEN, options.length);
    in.copyFrom(header, ip, MAX_LEN);
    int wrong = received.compile(in, ip);
    byte[] after = new byte[MAX_LEN];
    in.copyTo(ip, after, MAX_LEN);
    assertTrue(Arrays.equals(header, after), "the packet has changed");
    return wrong;
  }

  @CanIgnoreReturnValue
  int compile(String options) {
    return compile(bytes(options));
  }

  /** What stands in the header of the answer to what was read last; null if there is none. */
  @CanIgnoreReturnValue
  byte @Nullable [] answer() {
    return reply.echo(received, OURS, IS_LOCAL, MS_IN) ? built(reply) : null;
  }

  /** What these are in a header to be sent. */
  byte[] built(IpOptions options) {
    out.copyFrom(Arrays.copyOf(header(options.length()), MAX_LEN), ip, MAX_LEN);
    options.build(out, ip, OUT, SENDER, MS_OUT);
    byte[] area = new byte[options.length()];
    out.copyTo(ip + MIN_LEN, area, area.length);
    return area;
  }

  /** What later fragments carry of options. */
  @CanIgnoreReturnValue
  byte[] fragmented(byte[] options) {
    compile(options);
    IpOptions.fragment(in, ip);
    byte[] area = new byte[options.length];
    in.copyTo(ip + MIN_LEN, area, area.length);
    return area;
  }

  @Override
  public void close() {
    in.free(DropReason.CONSUMED);
    out.free(DropReason.CONSUMED);
    pool.close();
  }
}
