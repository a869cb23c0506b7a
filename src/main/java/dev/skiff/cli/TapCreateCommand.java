package dev.skiff.cli;

import dev.skiff.sys.Accounts;
import dev.skiff.sys.NetIf;
import dev.skiff.sys.TapOptions;
import dev.skiff.sys.TunTap;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code skiff tap create}: as {@code ip tuntap add mode tap}. */
@Command(
    name = "create",
    mixinStandardHelpOptions = true,
    description = {
      "Makes a TAP device that stays until it is deleted.",
      "A NAME with %%d in it, as in skiff%%d, gets a number, and is printed."
    })
final class TapCreateCommand extends TapCommand.OnDevice {
  @Option(
      names = "--user",
      paramLabel = "USER",
      description = "Who may use it without being root: a name or a number.")
  private @Nullable String user;

  @Option(
      names = "--group",
      paramLabel = "GROUP",
      description = "The group whose members may use it: a name or a number.")
  private @Nullable String group;

  @Option(names = "--mtu", paramLabel = "N", description = "Its MTU on the host, 68 to 65521.")
  private @Nullable Integer mtu;

  @Option(
      names = "--txqueuelen",
      paramLabel = "N",
      description = "How many frames the kernel keeps for a reader that is slow, 1 or more.")
  private @Nullable Integer txQueueLen;

  @Override
  boolean isValid(String name) {
    return TunTap.isValidName(name) || TunTap.isNamePattern(name);
  }

  @Override
  void check(String name) {
    if (mtu != null && (mtu < TunTap.MIN_MTU || mtu > TunTap.MAX_MTU)) {
      throw new IllegalArgumentException(
          "MTU " + mtu + " is out of range: use " + TunTap.MIN_MTU + " to " + TunTap.MAX_MTU);
    }
    var _ = options(name);
  }

  private TapOptions options(String name) {
    return TapOptions.of(name).withTxQueueLen(txQueueLen);
  }

  @Override
  String call(String name) throws IOException {
    Integer owner = user == null ? null : Accounts.user(user);
    Integer owners = group == null ? null : Accounts.group(group);
    if (TunTap.isValidName(name)) {
      refuseWhatExists(name);
    }
    try (TunTap tap = TunTap.open(options(name))) {
      if (!tap.created()) {
        throw exists(name); // Somebody was faster.
      }
      if (owner != null) {
        tap.setOwner(owner);
      }
      if (owners != null) {
        tap.setGroup(owners);
      }
      if (mtu != null) {
        try (NetIf netIf = NetIf.open(tap.name())) {
          netIf.setMtu(mtu);
        }
      }
      tap.setPersistent(true); // Last: what fails before that leaves nothing.
      return tap.name();
    }
  }

  private static void refuseWhatExists(String name) throws IOException {
    try (NetIf netIf = NetIf.open(name)) {
      if (netIf.exists()) {
        throw exists(name);
      }
    }
  }

  private static IOException exists(String name) {
    return new IOException(
        name
            + " exists already: choose another name, or delete it (skiff tap delete "
            + name
            + ")");
  }
}
