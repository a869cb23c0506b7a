package dev.skiff.sys;

/** Opens rings of the kernel's that fail when a test says so. Not for use by several threads. */
public final class FailingRing {
  private boolean fails;
  private boolean once;
  private int takes;
  private Runnable meanwhile = () -> {};
  private int error;

  /** Opens one. */
  public IoUring open(int entries, int fd) throws SysException {
    return IoUring.open(entries, fd, this::enter);
  }

  /**
   * From here on the kernel takes so many requests, and then no more.
   *
   * @param errno what it says then
   */
  public void fail(int most, int errno) {
    fails = true;
    takes = most;
    error = errno;
  }

  /**
   * The same, of which one error is all: after it the kernel takes what it is given.
   *
   * @param then what happens meanwhile
   */
  public void failOnce(int most, int errno, Runnable then) {
    fail(most, errno);
    once = true;
    meanwhile = then;
  }

  private int enter(int fd, int toSubmit, int minComplete) {
    if (!fails) {
      return IoUringSyscall.enter(fd, toSubmit, minComplete);
    }
    int n = Math.min(toSubmit, takes);
    takes -= n;
    if (n > 0) {
      return IoUringSyscall.enter(fd, n, 0);
    }
    fails = !once;
    meanwhile.run();
    return -error;
  }
}
