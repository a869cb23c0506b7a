package dev.skiff.container;

import com.github.dockerjava.api.model.Capability;
import java.io.IOException;
import java.util.Objects;

/** A container in which nothing runs: a host whose stack is the kernel's, with ip and ping. */
final class KernelInContainer extends HostInContainer<KernelInContainer> {
  static final String IMAGE = "skiff-local/base";

  KernelInContainer(Wire wire, int number) {
    super(IMAGE);
    withCommand("/bin/sleep", "1000");
    // With an init of the engine's own: what is PID 1 without a handler ignores a TERM.
    with(config -> config.withInit(true).withCapAdd(Capability.NET_ADMIN));
    wire.put(this, number);
  }

  /** What its neighbour table says of an address, without what the others say. */
  String neighbour(String address) throws IOException, InterruptedException {
    return Objects.requireNonNull(output("/bin/ip", "neigh", "show", "to", address)).strip();
  }

  /** It knows nobody any more. */
  void forgetNeighbours() throws IOException, InterruptedException {
    output("/bin/ip", "neigh", "flush", "all");
  }
}
