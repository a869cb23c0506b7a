package dev.skiff.sys;

import org.jspecify.annotations.Nullable;

/**
 * Which TAP to open, and how.
 *
 * @param name its name; with "%d" in it, as in "skiff%d", a new one whose number the kernel picks
 * @param netns the network namespace it is in, as {@link Netns#call} takes it; null for the
 *     caller's
 * @param txQueueLen how many frames the kernel keeps for us before it drops, 1 or more; null leaves
 *     it
 * @param sndbuf how many bytes of frames that we sent may wait inside the host before it has no
 *     more room, 1 or more; null leaves it, which by default is without bound
 */
public record TapOptions(
    String name, @Nullable String netns, @Nullable Integer txQueueLen, @Nullable Integer sndbuf) {
  /**
   * Checks them.
   *
   * @throws IllegalArgumentException with one line that says what is wrong
   */
  public TapOptions {
    if (!TunTap.isValidName(name) && !TunTap.isNamePattern(name)) {
      throw new IllegalArgumentException(TunTap.badName(name));
    }
    if (netns != null && (netns.isEmpty() || netns.indexOf('\0') >= 0)) {
      throw new IllegalArgumentException(
          "the network namespace has no name: give one of 'ip netns list', or a file");
    }
    if (txQueueLen != null && txQueueLen < 1) {
      throw new IllegalArgumentException(
          "a txqueuelen of " + txQueueLen + " would lose every frame: use 1 or more");
    }
    if (sndbuf != null && sndbuf < 1) {
      throw new IllegalArgumentException(
          "a sndbuf of " + sndbuf + " bytes is out of range: use 1 or more");
    }
  }

  /** The TAP called {@code name}, in the caller's namespace, all else as it is. */
  public static TapOptions of(String name) {
    return new TapOptions(name, null, null, null);
  }

  /** The same in another network namespace; null for the caller's. */
  public TapOptions withNetns(@Nullable String netns) {
    return new TapOptions(name, netns, txQueueLen, sndbuf);
  }

  /** The same with another queue length, in frames; null leaves it. */
  public TapOptions withTxQueueLen(@Nullable Integer frames) {
    return new TapOptions(name, netns, frames, sndbuf);
  }

  /** The same with another bound on what waits inside the host, in bytes; null leaves it. */
  public TapOptions withSndbuf(@Nullable Integer bytes) {
    return new TapOptions(name, netns, txQueueLen, bytes);
  }
}
