package dev.skiff.dev;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * {@code struct ifreq}: what {@link NetDevice#ioctl} is asked, and its answer. netdevice(7). What
 * is a union in C is a member each here. Thread: the caller's.
 */
public final class IfReq {
  /** {@code struct ifmap}: where a card is on its bus. Skiff's wires are on none. */
  public record IfMap(long memStart, long memEnd, int baseAddr, int irq, int dma, int port) {
    /** On no bus. */
    public static final IfMap NONE = new IfMap(0, 0, 0, 0, 0, 0);
  }

  private String name;
  private int flags;
  private int value;
  private long hwaddr;
  private int addr;
  private IfMap map = IfMap.NONE;
  private @Nullable MemorySegment data;

  /** A request for the device of this name. */
  public IfReq(String name) {
    this.name = name;
  }

  /** {@code ifr_name}. */
  public String name() {
    return name;
  }

  /** Sets {@code ifr_name}. */
  public void setName(String name) {
    this.name = name;
  }

  /** {@code ifr_flags}: {@link Iff} bits. */
  public int flags() {
    return flags;
  }

  /** Sets {@code ifr_flags}. */
  public void setFlags(int flags) {
    this.flags = flags;
  }

  /** {@code ifr_mtu}, {@code ifr_qlen} or {@code ifr_ifindex}. */
  public int value() {
    return value;
  }

  /** Sets {@code ifr_mtu} or {@code ifr_qlen}. */
  public void setValue(int value) {
    this.value = value;
  }

  /** {@code ifr_hwaddr}: a MAC address, first byte on the wire highest. */
  public long hwaddr() {
    return hwaddr;
  }

  /** Sets {@code ifr_hwaddr}. */
  public void setHwaddr(long mac) {
    hwaddr = mac;
  }

  /** {@code ifr_addr}, {@code ifr_netmask} or {@code ifr_broadaddr}: an IPv4 address. */
  public int addr() {
    return addr;
  }

  /** Sets {@code ifr_addr} or {@code ifr_netmask}. */
  public void setAddr(int addr) {
    this.addr = addr;
  }

  /** {@code ifr_map}. */
  public IfMap map() {
    return map;
  }

  /** Sets {@code ifr_map}. */
  public void setMap(IfMap map) {
    this.map = map;
  }

  /** {@code ifr_data}: memory that a request of the wire's own reads and writes. */
  public @Nullable MemorySegment data() {
    return data;
  }

  /** Sets {@code ifr_data}. */
  public void setData(MemorySegment data) {
    this.data = data;
  }
}
