package dev.skiff.wire;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a {@link FaultyWire} is to do to frames: the setting that people write as {@code
 * loss=3%,reorder=1%,delay=20ms,seed=7}. Immutable; any thread.
 *
 * @param lossPercent of frames that are lost, each by itself; 0 to 100
 * @param burstPercent of frames with which a burst of losses begins; 0 to 100
 * @param burstFrames how many frames in a row a burst loses, its first included; 1 to {@link
 *     #MAX_BURST}, and 0 without bursts
 * @param dupPercent of frames that arrive twice; 0 to 100
 * @param reorderPercent of frames that wait until the next one has passed; 0 to 100
 * @param corruptPercent of frames of which one bit is turned round; 0 to 100
 * @param delayNs how long each frame is under way, in nanoseconds; 0 to {@link #MAX_DELAY_NS}
 * @param jitterNs how far that may be off, either way, in nanoseconds; needs a delay
 * @param rateBits how fast frames go, in bits per second; 1 to {@link #MAX_RATE_BITS}, and 0 for no
 *     limit
 * @param direction which frames are meant
 * @param seed where the random numbers begin: the same seed and the same frames give the same
 *     faults
 */
public record FaultSpec(
    double lossPercent,
    double burstPercent,
    int burstFrames,
    double dupPercent,
    double reorderPercent,
    double corruptPercent,
    long delayNs,
    long jitterNs,
    long rateBits,
    FaultDirection direction,
    long seed) {
  /** The longest burst, in frames. */
  public static final int MAX_BURST = 1_000_000;

  /** The longest delay and jitter: an hour. */
  public static final long MAX_DELAY_NS = 3_600_000_000_000L;

  /** The highest rate: 1000 gbit. */
  public static final long MAX_RATE_BITS = 1_000_000_000_000L;

  /** No faults. */
  public static final FaultSpec OFF =
      new FaultSpec(0, 0, 0, 0, 0, 0, 0, 0, 0, FaultDirection.BOTH, 0);

  /**
   * @throws IllegalArgumentException if a value is out of range
   */
  public FaultSpec {
    lossPercent = percent("loss", lossPercent);
    burstPercent = percent("burst", burstPercent);
    dupPercent = percent("dup", dupPercent);
    reorderPercent = percent("reorder", reorderPercent);
    corruptPercent = percent("corrupt", corruptPercent);
    if (burstPercent == 0) {
      burstFrames = 0; // So that two settings that do the same are equal.
    } else {
      range("burst", burstFrames, 1, MAX_BURST);
    }
    range("delay", delayNs, 0, MAX_DELAY_NS);
    range("jitter", jitterNs, 0, MAX_DELAY_NS);
    range("rate", rateBits, 0, MAX_RATE_BITS);
    if (jitterNs > 0 && delayNs == 0) {
      throw new IllegalArgumentException("jitter needs a delay: say delay=20ms,jitter=5ms");
    }
  }

  private static double percent(String key, double value) {
    if (!(value >= 0 && value <= 100)) {
      throw new IllegalArgumentException(key + "=" + value + "% is out of range: use 0% to 100%");
    }
    return value + 0.0; // Of the two zeros, the one without a sign.
  }

  private static void range(String key, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          key + "=" + value + " is out of range: use " + least + " to " + most);
    }
  }

  /**
   * Reads a setting: {@code key=value} with commas between; empty, {@code off} or {@code none} for
   * no faults. Where it names no seed, one is chosen, which {@link #toString} shows.
   *
   * @throws IllegalArgumentException with one line that says what is wrong, in which column
   *     (counted from 1), and what to write instead
   */
  public static FaultSpec parse(String text) {
    return new FaultSpecParser(text).parse();
  }

  /** Whether there is nothing to be done to frames of any direction. */
  public boolean isOff() {
    return lossPercent == 0
        && burstPercent == 0
        && dupPercent == 0
        && reorderPercent == 0
        && corruptPercent == 0
        && delayNs == 0
        && rateBits == 0;
  }

  /** Whether frames may have to wait. */
  boolean holdsFrames() {
    return delayNs > 0 || rateBits > 0 || reorderPercent > 0 || dupPercent > 0;
  }

  /** The setting as {@link #parse} reads it. */
  @Override
  public String toString() {
    return equals(OFF) ? "off" : String.join(",", words());
  }

  /** What {@link #toString} says, by key; empty for no faults. */
  public Map<String, String> settings() {
    Map<String, String> all = new LinkedHashMap<>();
    for (String word : equals(OFF) ? List.<String>of() : words()) {
      int equals = word.indexOf('=');
      all.put(word.substring(0, equals), word.substring(equals + 1));
    }
    return all;
  }

  /** The same with another beginning of the random numbers. */
  public FaultSpec withSeed(long seed) {
    return new FaultSpec(
        lossPercent,
        burstPercent,
        burstFrames,
        dupPercent,
        reorderPercent,
        corruptPercent,
        delayNs,
        jitterNs,
        rateBits,
        direction,
        seed);
  }

  private List<String> words() {
    List<String> settings = new ArrayList<>();
    addPercent(settings, "loss", lossPercent, "");
    addPercent(settings, "burst", burstPercent, "/" + burstFrames);
    addPercent(settings, "dup", dupPercent, "");
    addPercent(settings, "reorder", reorderPercent, "");
    addPercent(settings, "corrupt", corruptPercent, "");
    addUnits(settings, "delay", delayNs, FaultText.TIMES);
    addUnits(settings, "jitter", jitterNs, FaultText.TIMES);
    addUnits(settings, "rate", rateBits, FaultText.RATES);
    if (direction != FaultDirection.BOTH) {
      settings.add("dir=" + direction.settingName());
    }
    settings.add("seed=" + seed);
    return settings;
  }

  private static void addPercent(List<String> to, String key, double value, String behind) {
    if (value > 0) {
      String number = new BigDecimal(Double.toString(value)).stripTrailingZeros().toPlainString();
      to.add(key + "=" + number + "%" + behind);
    }
  }

  /** In the greatest unit of which it is a whole number. */
  private static void addUnits(
      List<String> to, String key, long value, List<FaultText.Unit> units) {
    for (FaultText.Unit unit : units.reversed()) {
      if (value > 0 && value % unit.size() == 0) {
        to.add(key + "=" + value / unit.size() + unit.name());
        return;
      }
    }
  }
}
