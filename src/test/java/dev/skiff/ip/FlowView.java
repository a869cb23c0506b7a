package dev.skiff.ip;

import dev.skiff.dev.NetDevice;
import org.jspecify.annotations.Nullable;

/** What a protocol has said of a datagram: for tests of protocols above IP. */
public record FlowView(
    int daddr,
    int saddr,
    int protocol,
    int ttl,
    int tos,
    boolean routerAlert,
    @Nullable NetDevice dev) {
  public static FlowView of(Flow flow) {
    IpOptions options = flow.options;
    boolean alert = options != null && options.hasRouterAlert() && options.length() == 4;
    return new FlowView(flow.daddr, flow.saddr, flow.protocol, flow.ttl, flow.tos, alert, flow.dev);
  }
}
