package dev.skiff.wire;

import dev.skiff.sys.FailingRing;
import dev.skiff.sys.TapOptions;
import dev.skiff.sys.TunTap;
import java.io.IOException;

/** A TAP whose ring fails when a test says so. */
public final class FailingTap {
  private FailingTap() {}

  /** Opens it. */
  public static TapWire open(TapOptions options, FailingRing ring) throws IOException {
    return new TapWire(TunTap.open(options), IoMode.URING, ring::open);
  }
}
