package dev.skiff.doctor;

import java.io.IOException;

/** What only a real attempt tells; each is undone at once, and none touches what is there. */
interface Attempts {
  /**
   * Loads the native library.
   *
   * @throws LinkageError if it cannot be loaded
   */
  void loadLibrary();

  /**
   * Asks the kernel's TUN driver what it can do.
   *
   * @return flags of {@code TUNSETIFF}
   * @throws IOException if {@code /dev/net/tun} cannot be opened, or is no such driver
   */
  int features() throws IOException;

  /**
   * Makes a TAP in a network namespace of its own.
   *
   * @return why there is no io_uring on it; empty if there is one
   * @throws IOException if there can be no namespace, or no TAP in it
   */
  String makeTap() throws IOException;

  /**
   * Makes an io_uring on a file of another kind.
   *
   * @return why there is none; empty if there is one
   */
  String ring() throws IOException;
}
