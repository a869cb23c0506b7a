package dev.skiff.doctor;

import dev.skiff.daemon.HostSide;
import dev.skiff.daemon.HostSide.HostAddress;
import dev.skiff.daemon.HostSide.HostRoute;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Whether Skiff's addresses clash with the host's, and whether the host's side leads to them. */
final class AddressCheck implements Check {
  private static final String TOPIC = "addresses";
  private static final int STRICT = 1;

  @Override
  public List<Finding> look(Patient patient) throws IOException {
    if (!patient.nativeError().isEmpty()) {
      return List.of(Finding.skip(TOPIC, "the native library does not load"));
    }
    List<Ip4Prefix> ips = patient.ips();
    if (ips.isEmpty()) {
      return List.of(Finding.skip(TOPIC, "no --ip, and no daemon that has one"));
    }
    return judge(patient, HostSide.addresses(), HostSide.routes());
  }

  static List<Finding> judge(Patient patient, List<HostAddress> addresses, List<HostRoute> routes) {
    String tap = patient.tap();
    String dev = tap == null ? "" : tap;
    String master = TapCheck.master(patient, dev);
    List<Finding> all = new ArrayList<>();
    for (Ip4Prefix ip : patient.ips()) {
      all.add(clash(ip, dev, master, addresses, routes));
      if (patient.daemon().answers()) {
        all.add(way(ip, dev, master, patient, addresses, routes));
      }
    }
    return all;
  }

  private static Finding clash(
      Ip4Prefix ip,
      String dev,
      String master,
      List<HostAddress> addresses,
      List<HostRoute> routes) {
    for (HostAddress host : addresses) {
      if (host.address().address() == ip.address()) {
        return Finding.fail(
            TOPIC,
            Ip4Addr.format(ip.address()) + " is the host's own (" + host.dev() + " has it)",
            "choose another --ip");
      }
    }
    for (HostAddress host : addresses) {
      boolean ours = host.dev().equals(dev) || host.dev().equals(master);
      if (!ours && HostSide.overlaps(ip, host.address().network(), host.address().prefix())) {
        return Finding.fail(
            TOPIC,
            ip + " overlaps " + host.address() + " on " + host.dev(),
            "choose another network for --ip and --host-ip");
      }
    }
    for (HostRoute route : routes) {
      boolean ours = route.dev().equals(dev) || route.dev().equals(master);
      if (!ours && route.prefix() > 0 && HostSide.overlaps(ip, route.network(), route.prefix())) {
        return Finding.fail(
            TOPIC,
            ip
                + " overlaps the route to "
                + Ip4Addr.format(route.network())
                + "/"
                + route.prefix()
                + " by "
                + route.dev(),
            "choose another network for --ip and --host-ip");
      }
    }
    return Finding.ok(TOPIC, ip + " clashes with none of the host's");
  }

  /** Of a daemon that runs: whether what the host sends to it leaves by its TAP. */
  private static Finding way(
      Ip4Prefix ip,
      String dev,
      String master,
      Patient patient,
      List<HostAddress> addresses,
      List<HostRoute> routes) {
    HostRoute best = null;
    for (HostRoute route : routes) {
      boolean matches = (ip.address() & Ip4Addr.mask(route.prefix())) == route.network();
      if (matches && (best == null || route.prefix() > best.prefix())) {
        best = route;
      }
    }
    if (best != null && (best.dev().equals(dev) || best.dev().equals(master))) {
      return Finding.ok(TOPIC, "the host's way to " + Ip4Addr.format(ip.address()) + " is " + dev);
    }
    boolean has = addresses.stream().anyMatch(host -> host.dev().equals(dev));
    String strict =
        patient.greaterOf("rp_filter") == STRICT ? ", and rp_filter=1 drops what comes by it" : "";
    return Finding.warn(
        TOPIC,
        "the host's way to "
            + Ip4Addr.format(ip.address())
            + (best == null ? " is none" : " is " + best.dev() + ", not " + dev)
            + strict,
        has
            ? "ip link set " + dev + " up, and see 'ip route get " + patient.anAddress() + "'"
            : "give the host's side an address: run --host-ip, or ip addr add ADDR/"
                + ip.prefix()
                + " dev "
                + dev
                + " and ip link set "
                + dev
                + " up");
  }
}
