package dev.skiff.sys;

import java.io.IOException;

/** A system call failed; the message is one line that says what to do about it. */
public final class SysException extends IOException {
  private final int errno;

  /**
   * Makes one.
   *
   * @param message one line
   * @param errno the error number, 0 if there is none
   */
  public SysException(String message, int errno) {
    super(message);
    this.errno = errno;
  }

  /** The error number, 0 if there is none. */
  public int errno() {
    return errno;
  }
}
