package dev.skiff.daemon;

import dev.skiff.header.Ip4Addr;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Where something is served to programs on this machine or others, as people write it: {@code
 * 127.0.0.1:9400}, {@code [::1]:9400}, or a port alone for this machine alone. Names are not looked
 * up: a start must not wait for a name server. Any thread.
 */
public final class ListenAddress {
  private static final String OFF = "off";
  private static final String LOCALHOST = "localhost";
  private static final int LOOPBACK = 0x7F00_0001;
  private static final int MAX_PORT = 65_535;

  private ListenAddress() {}

  /**
   * Reads one.
   *
   * @return null for {@code off}; port 0 is whichever is free
   * @throws IllegalArgumentException with one line that shows the form wanted
   */
  public static @Nullable InetSocketAddress parse(String text) {
    String stripped = text.strip();
    if (stripped.equals(OFF)) {
      return null;
    }
    int colon = stripped.lastIndexOf(':');
    String host = colon < 0 ? LOCALHOST : stripped.substring(0, colon);
    String port = stripped.substring(colon + 1);
    if (!port.matches("[0-9]{1,5}") || Integer.parseInt(port) > MAX_PORT) {
      throw wrong(text);
    }
    try {
      return new InetSocketAddress(address(host), Integer.parseInt(port));
    } catch (IllegalArgumentException e) {
      throw wrong(text);
    }
  }

  private static InetAddress address(String host) {
    if (host.startsWith("[") && host.endsWith("]") && host.indexOf('%') < 0) {
      return Inet6Address.ofLiteral(host);
    }
    int ip = host.equals(LOCALHOST) ? LOOPBACK : Ip4Addr.parse(host);
    try {
      return Inet4Address.getByAddress(ByteBuffer.allocate(Integer.BYTES).putInt(ip).array());
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes are an address", e);
    }
  }

  private static IllegalArgumentException wrong(String text) {
    return new IllegalArgumentException(
        "'"
            + text
            + "' is no place to listen: write it as 127.0.0.1:9400, [::1]:9400, 9400 or off");
  }

  /** As {@link #parse} reads it. */
  public static String format(@Nullable InetSocketAddress address) {
    if (address == null) {
      return OFF;
    }
    String host = address.getAddress().getHostAddress();
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
  }
}
