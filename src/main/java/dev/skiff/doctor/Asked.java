package dev.skiff.doctor;

import dev.skiff.header.Ip4Prefix;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the user wants to run, as far as he says.
 *
 * @param tap the TAP's name, or null
 * @param ips the addresses that Skiff is to answer as
 * @param netns the network namespace of the TAP, or null for ours
 * @param socket the control socket of the daemon to look at, or null for the usual place
 */
public record Asked(
    @Nullable String tap, List<Ip4Prefix> ips, @Nullable String netns, @Nullable Path socket) {
  /** Copies the list. */
  public Asked {
    ips = List.copyOf(ips);
  }
}
