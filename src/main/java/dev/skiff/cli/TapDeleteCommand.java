package dev.skiff.cli;

import dev.skiff.sys.NetIf;
import dev.skiff.sys.TunTap;
import java.io.IOException;
import picocli.CommandLine.Command;

/** {@code skiff tap delete}: as {@code ip tuntap del mode tap}. */
@Command(
    name = "delete",
    mixinStandardHelpOptions = true,
    description = "Deletes a TAP device that nobody holds.")
final class TapDeleteCommand extends TapCommand.OnDevice {
  @Override
  String call(String name) throws IOException {
    try (NetIf netIf = NetIf.open(name)) {
      if (!netIf.exists()) {
        throw missing(name);
      }
    }
    // An interface of another kind, one that is held and one of somebody else are refused here.
    try (TunTap tap = TunTap.open(name)) {
      if (tap.created()) {
        throw missing(name); // It went just now; what was made in its place goes with this.
      }
      tap.setPersistent(false);
      return name;
    }
  }

  private static IOException missing(String name) {
    return new IOException("there is no interface " + name + ": see 'ip tuntap list'");
  }
}
