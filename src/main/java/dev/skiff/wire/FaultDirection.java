package dev.skiff.wire;

import java.util.Locale;

/** Which way frames go that faults are done to. */
public enum FaultDirection {
  /** Those that come in. */
  IN,
  /** Those that go out. */
  OUT,
  /** Both. */
  BOTH;

  /** Whether frames of {@code direction}, {@link #IN} or {@link #OUT}, are meant. */
  public boolean covers(FaultDirection direction) {
    return this == BOTH || this == direction;
  }

  /** Its name in a fault setting and in front of a counter. */
  public String settingName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
