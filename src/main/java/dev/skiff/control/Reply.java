package dev.skiff.control;

import dev.skiff.dev.InIfaddr;
import dev.skiff.text.OneLine;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a daemon answers. Each has a form in JSON, whose names are part of the protocol. */
public sealed interface Reply {
  /** The members that this reply adds to {@code "v"} and {@code "ok"}. */
  Map<String, Object> body();

  /**
   * What the daemon is.
   *
   * @param version Skiff's
   * @param pid the process
   * @param uptimeS seconds since it began to answer
   * @param devices its devices
   * @param faults exceptions caught: bugs
   * @param credentials who it is to the system; null if that is not known
   */
  record Status(
      String version,
      long pid,
      long uptimeS,
      List<Device> devices,
      long faults,
      @Nullable Credentials credentials)
      implements Reply {
    @Override
    public Map<String, Object> body() {
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("version", version);
      body.put("pid", pid);
      body.put("uptime_s", uptimeS);
      body.put("devices", devices.stream().map(Device::body).toList());
      body.put("faults", faults);
      if (credentials != null) {
        body.put("credentials", credentials.body());
      }
      return Map.of("status", body);
    }
  }

  /**
   * Who the daemon is to the system, and what it may.
   *
   * @param user its name, or its number if it has none
   * @param uid its number, 0 to 4,294,967,294
   * @param gid its group's
   * @param dropped whether it began as root and is that no more
   * @param kept why it is still who it was at the start; empty if it is not
   * @param capabilities what it may beyond an ordinary user, as in capabilities(7)
   * @param noNewPrivs whether no program that it starts could get more
   */
  record Credentials(
      String user,
      long uid,
      long gid,
      boolean dropped,
      String kept,
      List<String> capabilities,
      boolean noNewPrivs) {
    Map<String, Object> body() {
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("user", user);
      body.put("uid", uid);
      body.put("gid", gid);
      body.put("dropped", dropped);
      put(body, "kept", kept);
      body.put("capabilities", capabilities);
      body.put("no_new_privs", noNewPrivs);
      return body;
    }
  }

  /**
   * One device of a {@link Status}.
   *
   * @param inet its IPv4 addresses
   * @param failure why it is down for good; empty if it is not
   * @param uplink whose network it is on; null if nobody has put it there
   */
  record Device(
      String name,
      boolean up,
      String mac,
      List<InIfaddr> inet,
      int mtu,
      String failure,
      @Nullable Uplink uplink) {
    Map<String, Object> body() {
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("name", name);
      body.put("up", up);
      body.put("mac", mac);
      body.put("address", inet.isEmpty() ? "" : inet.getFirst().local().toString());
      body.put("addresses", inet.stream().map(Reply::address).toList());
      body.put("mtu", mtu);
      if (!failure.isEmpty()) {
        body.put("failure", failure);
      }
      if (uplink != null) {
        body.put("uplink", uplink.body());
      }
      return body;
    }
  }

  /**
   * How a device is on another interface's network.
   *
   * @param dev the interface
   * @param bridge the bridge that it and the TAP are ports of
   */
  record Uplink(String dev, String bridge) {
    Map<String, Object> body() {
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("dev", dev);
      body.put("bridge", bridge);
      return body;
    }
  }

  /** The devices, as {@code ip -s link} shows them. */
  record Links(List<Link> links) implements Reply {
    @Override
    public Map<String, Object> body() {
      return Map.of("link", links.stream().map(Link::body).toList());
    }
  }

  /**
   * One of {@link Links}.
   *
   * @param ifindex its number, from 1
   * @param flags names of its flags
   * @param txqueuelen frames that a transmit band holds
   * @param queued frames that wait to be sent
   * @param operstate UP or DOWN
   * @param inet its IPv4 addresses
   * @param failure why it is down for good; empty if it is not
   * @param io how its wire asks the system for frames; empty if there is but one way
   * @param stats its counters
   * @param host what the far end counts; empty if it does not say
   */
  record Link(
      int ifindex,
      String ifname,
      List<String> flags,
      int mtu,
      String qdisc,
      int txqueuelen,
      int queued,
      String operstate,
      String address,
      String broadcast,
      List<InIfaddr> inet,
      String failure,
      String io,
      Map<String, Long> stats,
      Map<String, Long> host) {
    Map<String, Object> body() {
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("ifindex", ifindex);
      body.put("ifname", ifname);
      body.put("flags", flags);
      body.put("mtu", mtu);
      body.put("qdisc", qdisc);
      body.put("txqlen", txqueuelen);
      body.put("queued", queued);
      body.put("operstate", operstate);
      body.put("address", address);
      body.put("broadcast", broadcast);
      if (!inet.isEmpty()) {
        body.put("inet", inet.getFirst().local().toString());
        body.put("addresses", inet.stream().map(Reply::address).toList());
      }
      if (!failure.isEmpty()) {
        body.put("failure", failure);
      }
      put(body, "io", io);
      body.put("stats", stats);
      if (!host.isEmpty()) {
        body.put("host", host);
      }
      return body;
    }
  }

  /** The groups of devices, as {@code ip maddr} shows them. */
  record Maddrs(List<Maddr> devices) implements Reply {
    @Override
    public Map<String, Object> body() {
      return Map.of("maddr", devices.stream().map(Maddr::body).toList());
    }
  }

  /**
   * One device of {@link Maddrs}.
   *
   * @param ifindex its number, from 1
   * @param groups how many want each group
   */
  record Maddr(int ifindex, String ifname, Map<String, Integer> groups) {
    Map<String, Object> body() {
      List<Map<String, Object>> addresses = new ArrayList<>();
      groups.forEach(
          (group, users) -> {
            Map<String, Object> address = new LinkedHashMap<>();
            address.put("family", "inet");
            address.put("address", group);
            if (users != 1) {
              address.put("users", users);
            }
            addresses.add(address);
          });
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("ifindex", ifindex);
      body.put("ifname", ifname);
      body.put("maddr", addresses);
      return body;
    }
  }

  /** An address and whether it is used. */
  private static Map<String, Object> address(InIfaddr ifa) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("local", ifa.local().toString());
    body.put("state", ifa.state().word());
    return body;
  }

  /** All counters, by group and name. */
  record Stat(Map<String, Map<String, Long>> groups) implements Reply {
    @Override
    public Map<String, Object> body() {
      return Map.of("stat", groups);
    }
  }

  /** How packets ended: only the reasons that have happened. */
  record Drops(List<Drop> drops) implements Reply {
    @Override
    public Map<String, Object> body() {
      return Map.of("drops", drops.stream().map(Drop::body).toList());
    }
  }

  /** One reason of {@link Drops}. */
  record Drop(String reason, long count, String text) {
    Map<String, Object> body() {
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("reason", reason);
      body.put("count", count);
      body.put("text", text);
      return body;
    }
  }

  /** The neighbour table. */
  record Neigh(List<Neighbour> neighbours) implements Reply {
    @Override
    public Map<String, Object> body() {
      return Map.of("neigh", neighbours.stream().map(Neighbour::body).toList());
    }
  }

  /** How many entries of the neighbour table, routes or addresses were taken away. */
  record Flushed(int entries) implements Reply {
    @Override
    public Map<String, Object> body() {
      return Map.of("flushed", entries);
    }
  }

  /**
   * One entry of {@link Neigh}.
   *
   * @param lladdr empty where it is not known
   * @param queued packets that wait for it
   * @param usedS seconds since it was last used
   * @param confirmedS seconds since it was last confirmed; -1 if it never was
   * @param updatedS seconds since something that was heard or set changed it
   * @param probes requests sent when it was last asked
   */
  record Neighbour(
      String dst,
      String dev,
      String lladdr,
      String state,
      int queued,
      long usedS,
      long confirmedS,
      long updatedS,
      int probes) {
    Map<String, Object> body() {
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("dst", dst);
      body.put("dev", dev);
      if (!lladdr.isEmpty()) {
        body.put("lladdr", lladdr);
      }
      body.put("state", state);
      body.put("queued", queued);
      body.put("used_s", usedS);
      if (confirmedS >= 0) {
        body.put("confirmed_s", confirmedS);
      }
      body.put("updated_s", updatedS);
      body.put("probes", probes);
      return body;
    }
  }

  /** Routes. */
  record Routes(List<RouteEntry> routes) implements Reply {
    @Override
    public Map<String, Object> body() {
      return Map.of("route", routes.stream().map(RouteEntry::body).toList());
    }
  }

  /**
   * One of {@link Routes}. What is empty is not said.
   *
   * @param type what becomes of datagrams
   * @param dst a prefix, {@code default}, or an address
   * @param protocol who made it
   * @param scope {@code link} where there is no gateway
   * @param prefsrc the address to send from
   * @param metric the least is used; 0 is not said
   * @param flags {@code dead} if its device is down, {@code unresponsive} if its gateway did not
   *     answer
   */
  record RouteEntry(
      String type,
      String dst,
      String gateway,
      String dev,
      String protocol,
      String scope,
      String prefsrc,
      int metric,
      List<String> flags) {
    Map<String, Object> body() {
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("type", type);
      body.put("dst", dst);
      put(body, "gateway", gateway);
      put(body, "dev", dev);
      put(body, "protocol", protocol);
      put(body, "scope", scope);
      put(body, "prefsrc", prefsrc);
      if (metric != 0) {
        body.put("metric", metric);
      }
      body.put("flags", flags);
      return body;
    }
  }

  /** What is empty is not said. */
  private static void put(Map<String, Object> body, String name, String value) {
    if (!value.isEmpty()) {
      body.put(name, value);
    }
  }

  /** The addresses of devices, as {@code ip addr} shows them. */
  record Addresses(List<DeviceAddresses> devices) implements Reply {
    @Override
    public Map<String, Object> body() {
      return Map.of("addr", devices.stream().map(DeviceAddresses::body).toList());
    }
  }

  /** One device of {@link Addresses}. */
  record DeviceAddresses(Link link, List<Address> addresses) {
    Map<String, Object> body() {
      Map<String, Object> body = new LinkedHashMap<>();
      Map<String, Object> all = link.body();
      for (String name :
          List.of(
              "ifindex",
              "ifname",
              "flags",
              "mtu",
              "qdisc",
              "operstate",
              "txqlen",
              "address",
              "broadcast")) {
        body.put(name, all.get(name));
      }
      body.put("addr_info", addresses.stream().map(Address::body).toList());
      return body;
    }
  }

  /**
   * One of {@link DeviceAddresses}.
   *
   * @param prefixlen 1 to 32
   * @param broadcast empty where the network has none
   * @param scope {@code link} for link-local addresses, else {@code global}
   * @param secondary whether another one in its network comes first
   * @param state whether it is used
   */
  record Address(
      String local,
      int prefixlen,
      String broadcast,
      String scope,
      boolean secondary,
      String state) {
    Map<String, Object> body() {
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("family", "inet");
      body.put("local", local);
      body.put("prefixlen", prefixlen);
      put(body, "broadcast", broadcast);
      body.put("scope", scope);
      body.put("secondary", secondary);
      body.put("state", state);
      return body;
    }
  }

  /**
   * What breaks a device's wire on purpose, and what it has done so far.
   *
   * @param spec as it may be given again
   * @param counters by name; empty if there was never a fault
   */
  record Fault(String dev, String spec, Map<String, Long> counters) implements Reply {
    @Override
    public Map<String, Object> body() {
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("dev", dev);
      body.put("spec", spec);
      body.put("counters", counters);
      return Map.of("fault", body);
    }
  }

  /**
   * What a {@link Command.Own} is answered with.
   *
   * @param name its only member, which is called as the command
   * @param value a string, number, boolean, list or map
   */
  record Own(String name, Object value) implements Reply {
    @Override
    public Map<String, Object> body() {
      return Map.of(name, value);
    }
  }

  /**
   * How much is logged.
   *
   * @param level by all but the exceptions
   * @param exceptions the loggers that have a level of their own, and which
   */
  record Logs(String level, Map<String, String> exceptions) implements Reply {
    @Override
    public Map<String, Object> body() {
      return Map.of("log_level", Map.of("level", level, "loggers", exceptions));
    }
  }

  /** A stream follows this line. */
  record StreamFollows(String kind) implements Reply {
    @Override
    public Map<String, Object> body() {
      return Map.of("stream", kind);
    }
  }

  /** It could not be done: on one line, whatever of the request it quotes. */
  record Failure(String error) implements Reply {
    public Failure {
      error = OneLine.of(error);
    }

    @Override
    public Map<String, Object> body() {
      return Map.of("error", error);
    }
  }
}
