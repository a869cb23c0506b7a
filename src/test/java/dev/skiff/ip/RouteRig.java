package dev.skiff.ip;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.skiff.Rig;
import dev.skiff.Skiff;
import dev.skiff.dev.ArpConf;
import dev.skiff.dev.DeviceConfig;
import dev.skiff.dev.NetDevice;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import dev.skiff.wire.PipeWire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** The routes of a rig, said and read as by {@code ip route}. */
final class RouteRig {
  final Rig rig;
  final Routes routes;
  final NetDevice dev;

  /** With skiff0, 198.51.100.2/24. */
  RouteRig() {
    this(builder -> {});
  }

  RouteRig(Consumer<Skiff.Builder> settings) {
    rig = new Rig(settings);
    routes = rig.stack().routes();
    dev = rig.device();
  }

  /** One more device, up, nobody at the far end. */
  @CanIgnoreReturnValue
  NetDevice device(String name, String... addresses) {
    try {
      NetDevice more =
          rig.skiff.register(
              DeviceConfig.of(name, new PipeWire(2048, 16).a())
                  .withAddress(
                      Arrays.stream(addresses).map(Ip4Prefix::parse).toArray(Ip4Prefix[]::new))
                  .withArp(ArpConf.USUAL));
      more.open();
      return more;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @CanIgnoreReturnValue
  Route add(String words) {
    return routes.add(RouteSpec.parse(words));
  }

  @CanIgnoreReturnValue
  Route append(String words) {
    return routes.append(RouteSpec.parse(words));
  }

  void delete(String words) {
    routes.delete(RouteSpec.of(List.of(words.split(" ", -1))));
  }

  /** The route for an address, as {@code ip route} prints it; "none" if there is none. */
  String lookup(String daddr) {
    return String.valueOf(routes.lookup(Ip4Addr.parse(daddr))).replace("null", "none");
  }

  /** The source for an address by its route. */
  String source(String daddr) {
    int ip = Ip4Addr.parse(daddr);
    Route route = routes.lookup(ip);
    return route == null ? "none" : Ip4Addr.format(routes.sourceFor(route, ip));
  }

  List<String> list() {
    return routes.list().stream().map(Route::toString).toList();
  }
}
