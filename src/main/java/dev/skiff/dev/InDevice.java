package dev.skiff.dev;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * {@code struct in_device}: what IPv4 knows of a device: its addresses, the first of which is the
 * primary one, its groups, and how it speaks ARP. After each change of an address {@link
 * NetdevEvent#CHANGEINET} tells of it.
 *
 * <p>Thread: the loop thread, or before it starts; what it says may be read by any.
 */
public final class InDevice {
  /** The most addresses of one device. */
  public static final int MAX_ADDRESSES = 64;

  /** {@code igmp_max_memberships}: the most groups of one device, beside 224.0.0.1. */
  public static final int MAX_GROUPS = 20;

  /** The address while there is none: 0.0.0.0/32, which matches nothing. */
  static final Ip4Prefix NO_ADDRESS = new Ip4Prefix(Ip4Addr.ANY, 32);

  private final NetDevice dev;
  private final NetDevices devices;
  private final McList mcList;
  private volatile List<InIfaddr> all = List.of();

  /** Those of {@link #all} that are used. Never written to. */
  private volatile Ip4Prefix[] used = {};

  private volatile ArpConf arpConf;

  InDevice(NetDevice dev, NetDevices devices, List<Ip4Prefix> addresses, ArpConf arpConf) {
    this.dev = dev;
    this.devices = devices;
    this.arpConf = arpConf;
    mcList = new McList(dev);
    become(addresses.stream().map(this::fresh).toList());
  }

  // ---- The addresses ----------------------------------------------------------------------------

  /** {@code inet_insert_ifa}: a new address is not used before it was looked for, if so told. */
  private InIfaddr fresh(Ip4Prefix local) {
    boolean probes = arpConf.acd() == Acd.PROBE && !dev.isNoArp();
    return new InIfaddr(local, probes ? InIfaddr.State.TENTATIVE : InIfaddr.State.VALID);
  }

  private void become(List<InIfaddr> addresses) {
    all = List.copyOf(addresses);
    used =
        addresses.stream()
            .filter(ifa -> ifa.state() == InIfaddr.State.VALID)
            .map(InIfaddr::local)
            .toArray(Ip4Prefix[]::new);
    devices.addressesChanged();
  }

  private void change(List<InIfaddr> addresses) {
    become(addresses);
    devices.notify(NetdevEvent.CHANGEINET, dev);
  }

  /**
   * {@code SIOCSIFADDR}: this address in place of all others. One that it has already stays as much
   * used as it is.
   *
   * @throws IllegalArgumentException if no host can have it
   */
  public void set(Ip4Prefix local) {
    DeviceConfig.checkAddress(local);
    InIfaddr before = find(local.address());
    change(List.of(before == null ? fresh(local) : new InIfaddr(local, before.state())));
  }

  /**
   * {@code SIOCSIFNETMASK}: the first address, used or not, is in a network of another size.
   *
   * @throws IllegalArgumentException if there is no address, or it can be no host's there
   */
  public void setPrefix(int prefix) {
    if (all.isEmpty()) {
      throw new IllegalArgumentException(dev.name() + " has no address that could have a mask");
    }
    InIfaddr first = all.getFirst();
    Ip4Prefix local = new Ip4Prefix(first.local().address(), prefix);
    DeviceConfig.checkAddress(local);
    List<InIfaddr> addresses = new ArrayList<>(all);
    addresses.set(0, new InIfaddr(local, first.state()));
    change(addresses);
  }

  /**
   * {@code RTM_NEWADDR}: one more address.
   *
   * @throws IllegalArgumentException if no host can have it, the device has it already, or too many
   */
  public void add(Ip4Prefix local) {
    DeviceConfig.checkAddress(local);
    if (find(local.address()) != null) {
      throw new IllegalArgumentException(
          dev.name() + " has " + Ip4Addr.format(local.address()) + " already");
    }
    if (all.size() == MAX_ADDRESSES) {
      throw new IllegalArgumentException(
          dev.name() + " has " + MAX_ADDRESSES + " addresses already: take one away");
    }
    List<InIfaddr> more = new ArrayList<>(all);
    more.add(fresh(local));
    change(more);
  }

  /**
   * {@code RTM_DELADDR}: takes an address away.
   *
   * @throws IllegalArgumentException if the device does not have it
   */
  public void delete(int address) {
    InIfaddr gone = find(address);
    if (gone == null) {
      List<String> own = all.stream().map(ifa -> ifa.local().toString()).toList();
      throw new IllegalArgumentException(
          dev.name()
              + " does not have "
              + Ip4Addr.format(address)
              + ": it has "
              + (own.isEmpty() ? "none" : String.join(", ", own)));
    }
    change(all.stream().filter(ifa -> !ifa.equals(gone)).toList());
  }

  /**
   * Has these addresses in place of others, in this order; what it has beside those stays, behind
   * them. One that it has already stays as much used as it is, and one that was among the others
   * and has been taken away since stays away.
   *
   * @throws IllegalArgumentException if no host can have one of them, or they are too many
   */
  public void replace(List<Ip4Prefix> others, List<Ip4Prefix> locals) {
    List<InIfaddr> addresses = new ArrayList<>();
    for (Ip4Prefix local : locals) {
      InIfaddr there = find(local.address());
      if (there != null) {
        addresses.add(new InIfaddr(local, there.state()));
      } else if (!others.contains(local)) {
        addresses.add(fresh(local));
      }
    }
    for (InIfaddr there : all) {
      int address = there.local().address();
      if (Stream.concat(others.stream(), locals.stream()).noneMatch(p -> p.address() == address)) {
        addresses.add(there);
      }
    }
    DeviceConfig.checkAddresses(addresses.stream().map(InIfaddr::local).toList());
    change(addresses);
  }

  /** Has exactly these again, as {@link #addresses} said. */
  public void restore(List<InIfaddr> before) {
    change(before);
  }

  /** Takes all addresses away. */
  public void clear() {
    change(List.of());
  }

  /** Says whether an address is used from now on; of one that is not there nothing is heard. */
  public void setState(int address, InIfaddr.State state) {
    InIfaddr before = find(address);
    if (before != null && before.state() != state) {
      InIfaddr after = new InIfaddr(before.local(), state);
      change(all.stream().map(ifa -> ifa.equals(before) ? after : ifa).toList());
    }
  }

  // ---- What they say ----------------------------------------------------------------------------

  /** All addresses that it was given, in that order. */
  public List<InIfaddr> addresses() {
    return all;
  }

  /** The address that it was given, whether it is used or not; null if it was not. */
  public @Nullable InIfaddr find(int address) {
    for (InIfaddr ifa : all) {
      if (ifa.local().address() == address) {
        return ifa;
      }
    }
    return null;
  }

  /** The first address that is used; 0.0.0.0/32 if there is none. */
  public Ip4Prefix primary() {
    Ip4Prefix[] own = used;
    return own.length == 0 ? NO_ADDRESS : own[0];
  }

  /** Whether {@code ip} is an address of this device that is used. */
  public boolean has(int ip) {
    for (Ip4Prefix own : used) {
      if (own.address() == ip) {
        return true;
      }
    }
    return false;
  }

  /** {@code inet_addr_type} is {@code RTN_LOCAL}: an address of this device, or of another. */
  public boolean isLocal(int ip) {
    if (has(ip)) {
      return true;
    }
    for (NetDevice other : devices.all()) {
      if (other != dev && other.isUp() && other.inDev().has(ip)) {
        return true;
      }
    }
    return false;
  }

  /** Whether {@code ip} is the directed broadcast address of a network of this device. */
  public boolean isBroadcast(int ip) {
    for (Ip4Prefix own : used) {
      if (own.isBroadcast(ip)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether {@code ip} is the directed broadcast address of a network of another device that is up.
   */
  public boolean isBroadcastOfAnother(int ip) {
    for (NetDevice other : devices.all()) {
      if (other != dev && other.isUp() && other.inDev().isBroadcast(ip)) {
        return true;
      }
    }
    return false;
  }

  /** Whether {@code ip} was such an address before CIDR: {@link Ip4Prefix#isOldBroadcast}. */
  public boolean isOldBroadcast(int ip) {
    for (Ip4Prefix own : used) {
      if (own.isOldBroadcast(ip)) {
        return true;
      }
    }
    return false;
  }

  /** Whether {@code ip} is in a network of this device, and no host can have it there. */
  public boolean isNoHost(int ip) {
    for (Ip4Prefix own : used) {
      if (own.contains(ip) && !own.canBeHost(ip)) {
        return true;
      }
    }
    return false;
  }

  /** {@code inet_addr_onlink}: whether one network of this device has both. */
  public boolean isOnLink(int a, int b) {
    for (Ip4Prefix own : used) {
      if (own.contains(a) && own.contains(b)) {
        return true;
      }
    }
    return false;
  }

  /**
   * {@code inet_select_addr}: the address to speak to {@code dst} from: one in its network, else
   * the first one that is not link-local, else the primary one; 0.0.0.0 if there is none. RFC 1122
   * 3.3.4.3; RFC 3927 2.6.1, a link-local source is only for want of another.
   */
  public int selectAddress(int dst) {
    for (Ip4Prefix own : used) {
      if (own.contains(dst)) {
        return own.address();
      }
    }
    for (Ip4Prefix own : used) {
      if (!Ip4Addr.isLinkLocal(own.address())) {
        return own.address();
      }
    }
    return primary().address();
  }

  /**
   * {@code dev_addr_genid}: as long as it is the same number, {@link #has}, {@link #isLocal},
   * {@link #isBroadcast}, {@link #isBroadcastOfAnother} and {@link #isOldBroadcast} say the same.
   * Loop thread.
   */
  public int devAddrGenid() {
    return devices.devAddrGenid();
  }

  // ---- Its groups -------------------------------------------------------------------------------

  /** {@code ip_check_mc}: whether the device is a member of this group. RFC 1112 7.1. */
  public boolean isMember(int group) {
    return mcList.has(group);
  }

  /** The groups that it is a member of, in the order in which it joined them. */
  public int[] groups() {
    return mcList.groups();
  }

  /** How many want this group; 0 if the device is not a member. Loop thread. */
  public int groupUsers(int group) {
    return mcList.users(group);
  }

  /**
   * {@code ip_mc_inc_group}: one more wants the datagrams of a group. For IGMP, which tells routers
   * of it: programs call {@code Skiff.joinGroup}.
   *
   * @return whether the device has become a member now
   * @throws IllegalArgumentException if it is no group's address, or there are {@link #MAX_GROUPS}
   */
  @CanIgnoreReturnValue
  public boolean join(int group) {
    return mcList.add(group);
  }

  /**
   * {@code ip_mc_dec_group}: one fewer wants them. For IGMP, as {@link #join}.
   *
   * @return whether the device is no member any more
   * @throws IllegalArgumentException if it is not a member
   */
  @CanIgnoreReturnValue
  public boolean leave(int group) {
    return mcList.delete(group);
  }

  // ---- How it speaks ARP ------------------------------------------------------------------------

  /** How it speaks ARP. */
  public ArpConf arpConf() {
    return arpConf;
  }

  /** Has it speak ARP otherwise from now on; what was probed for already stays used. */
  public void setArpConf(ArpConf conf) {
    arpConf = conf;
    devices.notify(NetdevEvent.CHANGEINET, dev);
  }

  @Override
  public String toString() {
    return dev.name() + Arrays.toString(used);
  }
}
