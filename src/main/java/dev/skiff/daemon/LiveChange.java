package dev.skiff.daemon;

import dev.skiff.dev.Iff;
import dev.skiff.dev.InIfaddr;
import dev.skiff.dev.NetDevice;
import dev.skiff.header.Ip4Addr;
import dev.skiff.ip.Route;
import dev.skiff.ip.RoutePrefix;
import dev.skiff.ip.RouteSpec;
import dev.skiff.ip.RouteType;
import dev.skiff.ip.Routes;
import dev.skiff.stack.NetStack;
import dev.skiff.wire.FaultSpec;
import dev.skiff.wire.FaultyWire;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * From one configuration to the next while packets flow: all of it or nothing. Used once; {@link
 * #apply} on the loop thread.
 */
final class LiveChange {
  private final NetStack stack;
  private final RunConfig before;
  private RunConfig after;
  private long nowNs;
  private final Deque<Runnable> undo = new ArrayDeque<>();
  private final List<String> notes = new ArrayList<>();

  /**
   * Nothing is done yet.
   *
   * @param before what was said of the devices that there are
   * @param after what is said of the same devices now, in the same order
   */
  LiveChange(NetStack stack, RunConfig before, RunConfig after) {
    this.stack = stack;
    this.before = before;
    this.after = after;
  }

  /**
   * Does it.
   *
   * @return what could not be done and harms nobody, a line each
   * @throws IllegalArgumentException if something cannot be: all is as it was
   * @throws IllegalStateException the same
   */
  List<String> apply(long nowNs) {
    this.nowNs = nowNs;
    try {
      parms();
      List<DeviceSpec> reached = new ArrayList<>();
      for (int i = 0; i < after.devices().size(); i++) {
        DeviceSpec spec = after.devices().get(i);
        NetDevice dev = stack.netDevices().get(spec.tap());
        if (dev != null && dev.failure().isEmpty()) {
          spec = device(dev, before.devices().get(i), spec);
        }
        reached.add(spec);
      }
      routes();
      after = after.withDevices(reached);
      return notes;
    } catch (RuntimeException e) {
      for (Runnable step : undo) {
        undo(step, e);
      }
      throw e;
    }
  }

  /** One that fails keeps none of the others from being undone, and the reason stays the first. */
  private static void undo(Runnable step, RuntimeException why) {
    try {
      step.run();
    } catch (RuntimeException e) {
      why.addSuppressed(e);
    }
  }

  /** What holds now: {@code after}, apart from what there are notes about. */
  RunConfig reached() {
    return after;
  }

  private void done(Runnable undone) {
    undo.push(undone);
  }

  private void parms() {
    int room = stack.neighbours().capacity();
    if (after.neighbours().gcThresh3() > room) {
      notes.add(
          "reload: neigh changes at the next start: there is room for gc_thresh3=" + room + " now");
      after = after.withNeighbours(before.neighbours());
    }
    if (!after.neighbours().equals(before.neighbours())) {
      stack.setNeighbours(after.neighbours());
      done(() -> stack.setNeighbours(before.neighbours()));
    }
    if (!after.ipv4().equals(before.ipv4())) {
      stack.setIpv4(after.ipv4());
      done(() -> stack.setIpv4(before.ipv4()));
    }
  }

  /** What holds of the device then. */
  private DeviceSpec device(NetDevice dev, DeviceSpec old, DeviceSpec spec) {
    if (!after.arp().equals(before.arp())) {
      dev.inDev().setArpConf(after.arp());
      done(() -> dev.inDev().setArpConf(before.arp()));
    }
    if (!spec.ips().equals(old.ips())) {
      List<InIfaddr> addresses = dev.inDev().addresses();
      dev.inDev().replace(old.ips(), spec.ips());
      done(() -> dev.inDev().restore(addresses));
    }
    if ((dev.flags() & Iff.MULTICAST) != 0) {
      groups(dev);
    }
    if (after.rxCopybreak() != before.rxCopybreak()) {
      dev.setRxCopybreak(after.rxCopybreak());
      done(() -> dev.setRxCopybreak(before.rxCopybreak()));
    }
    if (!after.fault().equals(before.fault())) {
      FaultyWire faulty = dev.fault();
      FaultSpec was = faulty == null ? FaultSpec.OFF : faulty.spec();
      dev.setFault(after.fault(), nowNs);
      done(() -> dev.setFault(was, nowNs));
    }
    Integer mtu = spec.mtu();
    if (mtu == null || mtu.equals(old.mtu()) || mtu(dev, mtu)) {
      return spec;
    }
    return spec.withMtu(old.mtu());
  }

  private boolean mtu(NetDevice dev, int mtu) {
    int was = dev.mtu();
    try {
      dev.changeMtu(mtu);
      done(() -> dev.changeMtu(was));
      return true;
    } catch (IllegalArgumentException | IllegalStateException e) {
      notes.add("reload: " + dev.name() + ": mtu stays " + was + ": " + e.getMessage());
      return false;
    }
  }

  private void groups(NetDevice dev) {
    for (int group : after.groups()) {
      if (!before.groups().contains(group)) {
        stack.igmp().join(dev, group);
        done(() -> stack.igmp().leave(dev, group));
      }
    }
    for (int group : before.groups()) {
      if (!after.groups().contains(group) && dev.inDev().isMember(group)) {
        stack.igmp().leave(dev, group);
        done(() -> stack.igmp().join(dev, group));
      }
    }
  }

  // ---- Routes -----------------------------------------------------------------------------------

  /**
   * What is no longer said goes, what is new comes; those for one prefix and metric stand in the
   * order in which they are said, as after a start.
   */
  private void routes() {
    List<RouteSpec> old = said(before);
    List<RouteSpec> now = said(after);
    if (now.equals(old)) {
      return;
    }
    Routes routes = stack.routes();
    List<Route> all = routes.entered();
    done(() -> routes.restore(all));
    for (RouteSpec route : old) {
      if (!alike(old, route).equals(alike(now, route)) && !routes.list(route).isEmpty()) {
        var _ = routes.delete(route);
      }
    }
    for (RouteSpec route : now) {
      if (!alike(old, route).equals(alike(now, route))) {
        append(routes, route);
      }
    }
  }

  private static void append(Routes routes, RouteSpec route) {
    try {
      if (routes.list(route).isEmpty()) {
        var _ = routes.append(route);
      }
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw new IllegalArgumentException("route '" + route + "': " + e.getMessage(), e);
    }
  }

  /** Those for the same prefix and metric, in their order. */
  private static List<RouteSpec> alike(List<RouteSpec> routes, RouteSpec route) {
    return routes.stream()
        .filter(r -> Objects.equals(r.dst(), route.dst()))
        .filter(r -> Objects.equals(r.metric(), route.metric()))
        .toList();
  }

  /** The devices' gateways and the routes, each with all that follows from what is said. */
  private static List<RouteSpec> said(RunConfig config) {
    List<RouteSpec> all = new ArrayList<>();
    for (DeviceSpec device : config.devices()) {
      Integer gateway = device.gateway();
      if (gateway != null) {
        all.add(whole(new RouteSpec(null, ANYWHERE, gateway, device.tap(), null, null, null)));
      }
    }
    config.routes().forEach(route -> all.add(whole(route)));
    return all;
  }

  private static final RoutePrefix ANYWHERE = RoutePrefix.parse("default");

  private static RouteSpec whole(RouteSpec route) {
    RouteType type = Objects.requireNonNullElse(route.type(), RouteType.UNICAST);
    @Nullable Integer via = route.via();
    return new RouteSpec(
        type,
        route.dst(),
        via == null && type == RouteType.UNICAST ? (Integer) Ip4Addr.ANY : via,
        route.dev(),
        Objects.requireNonNullElse(route.metric(), 0),
        route.src(),
        route.origin());
  }
}
