package dev.skiff.doctor;

import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that a check may look at.
 *
 * @param nativeError why the native library cannot be loaded; empty if it can
 */
record Patient(
    Machine machine,
    Attempts attempts,
    Credentials credentials,
    Asked asked,
    RunningDaemon daemon,
    String nativeError) {
  /** The TAP that is meant: the one that was named, else the running daemon's; null if neither. */
  @Nullable String tap() {
    return asked.tap() != null ? asked.tap() : daemon.firstDevice();
  }

  /** Our addresses that are meant: those that were named, else the running daemon's. */
  List<Ip4Prefix> ips() {
    return asked.ips().isEmpty() ? daemon.addresses() : asked.ips();
  }

  /** The example address, where none was named. */
  String anAddress() {
    List<Ip4Prefix> ips = ips();
    return ips.isEmpty() ? "198.51.100.2" : Ip4Addr.format(ips.getFirst().address());
  }

  /** A sysctl under net/ipv4/conf, of the TAP or of all: the greater counts, as in the kernel. */
  int greaterOf(String name) {
    String tap = tap();
    int all = number("/proc/sys/net/ipv4/conf/all/" + name);
    return tap == null ? all : Math.max(all, number("/proc/sys/net/ipv4/conf/" + tap + "/" + name));
  }

  /** The number in a file; 0 if it is not there. */
  int number(String path) {
    String word = machine.word(path);
    return word.matches("\\d{1,9}") ? Integer.parseInt(word) : 0;
  }
}
