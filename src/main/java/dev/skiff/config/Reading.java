package dev.skiff.config;

import dev.skiff.daemon.ConfigSource;
import dev.skiff.daemon.DeviceSpec;
import dev.skiff.daemon.RunConfig;
import dev.skiff.wire.FaultSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A file that is read again and again, under the same flags. */
public final class Reading implements ConfigSource {
  private static final String SEED = "seed";

  private final Path file;
  private final Flags flags;

  /** Of a file and flags, which have the last word. */
  public Reading(Path file, Flags flags) {
    this.file = file.toAbsolutePath(); // Whatever becomes of the working directory.
    this.flags = flags;
  }

  @Override
  public String name() {
    return file.toString();
  }

  @Override
  public RunConfig read(RunConfig now) {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      // A FIFO would keep the main thread, and with it the end, until somebody writes into it.
      throw new IllegalArgumentException(file + " is no file that can be read again");
    }
    Config config = Config.of(file, flags);
    RunConfig run = config.run();
    Key seed = Objects.requireNonNull(Keys.find(Table.FAULT, SEED));
    FaultSpec same = run.fault().withSeed(now.fault().seed());
    // One that was chosen is no other fault than the one that was chosen before.
    boolean kept = config.said().get(seed) == null && same.equals(now.fault());
    return kept ? run.withFault(same) : run;
  }

  @Override
  public List<String> changed(RunConfig before, RunConfig after, boolean live) {
    List<String> names = new ArrayList<>();
    Map<Key, List<String>> old = Effective.of(before, true);
    Map<Key, List<String>> now = Effective.of(after, true);
    add(names, "", old, now, live);
    for (DeviceSpec spec : after.devices()) {
      DeviceSpec was = find(before, spec.tap());
      if (was != null) {
        add(names, spec.tap() + ": ", Effective.of(was), Effective.of(spec), live);
      } else if (!live) {
        names.add("device " + spec.tap() + ", which is new,");
      }
    }
    for (DeviceSpec spec : before.devices()) {
      if (!live && find(after, spec.tap()) == null) {
        names.add("device " + spec.tap() + ", which is no longer there,");
      }
    }
    return names;
  }

  private static void add(
      List<String> names,
      String prefix,
      Map<Key, List<String>> old,
      Map<Key, List<String>> now,
      boolean live) {
    for (Key key : Keys.list()) {
      if (key.live() == live && !Objects.equals(old.get(key), now.get(key))) {
        names.add(prefix + (key.table() == Table.DEVICE ? key.name() : key.path()));
      }
    }
  }

  private static @Nullable DeviceSpec find(RunConfig config, String tap) {
    return config.devices().stream()
        .filter(spec -> spec.tap().equals(tap))
        .findFirst()
        .orElse(null);
  }
}
