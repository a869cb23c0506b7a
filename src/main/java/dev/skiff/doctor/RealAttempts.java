package dev.skiff.doctor;

import dev.skiff.sys.TunProbe;
import java.io.IOException;

/** Attempts on the machine that this process runs on. */
final class RealAttempts implements Attempts {
  @Override
  public void loadLibrary() {
    TunProbe.loadLibrary();
  }

  @Override
  public int features() throws IOException {
    return TunProbe.features(TunCheck.PATH);
  }

  @Override
  public String makeTap() throws IOException {
    return TunProbe.makeTap();
  }

  @Override
  public String ring() throws IOException {
    return TunProbe.ring();
  }
}
