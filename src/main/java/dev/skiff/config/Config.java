package dev.skiff.config;

import dev.skiff.daemon.RunConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What {@code skiff run} is to do, and where each part of it was said. Any thread.
 *
 * @param run what it is to do
 * @param warmUp whether the code is exercised first
 * @param said where
 */
public record Config(RunConfig run, boolean warmUp, Said said) {
  /** The file that is read where nobody names another, nor a device. */
  public static final Path STANDARD = Path.of("/etc/skiff/skiff.toml");

  /**
   * By a file and flags, which have the last word.
   *
   * @param file null for none
   * @throws ConfigException if something is wrong
   */
  public static Config of(@Nullable Path file, Flags flags) {
    Problems problems = new Problems();
    Said said = file == null ? new Said() : TomlFile.read(file, problems);
    flags.override(said, problems);
    return read(said, file == null ? null : file.toString(), problems);
  }

  /** By the text of a file. */
  static Config of(String text, String name) {
    Problems problems = new Problems();
    return read(TomlFile.read(text, name, problems), name, problems);
  }

  private static Config read(Said said, @Nullable String file, Problems problems) {
    ConfigReader reader = new ConfigReader(said, problems);
    RunConfig run = reader.read();
    boolean warmUp = reader.warmUp();
    if (said.devices().isEmpty() && problems.isEmpty()) {
      problems.add(
          file == null ? Place.ofFlag("--tap") : Place.of(file, 1, 1),
          file == null
              ? "say on what to run: --tap NAME --ip ADDR/PREFIX, or --config FILE"
              : "there is no device: write [[device]], and below it tap and ip");
    }
    problems.check();
    return new Config(Objects.requireNonNull(run), warmUp, said);
  }

  /**
   * The file that flags alone do not make unnecessary: the standard one, if it is there.
   *
   * @param named what {@code --config} says
   */
  public static @Nullable Path file(@Nullable Path named, Flags flags, Path standard) {
    if (named != null || flags.nameDevice()) {
      return named;
    }
    return Files.exists(standard) ? standard : null;
  }

  // ---- Shown ------------------------------------------------------------------------------------

  /** All keys but devices' with their values; those without one are left out. */
  Map<Key, List<String>> values() {
    return Effective.of(run, warmUp);
  }

  /** The same of each device. */
  List<Map<Key, List<String>>> devices() {
    return run.devices().stream().map(Effective::of).toList();
  }

  /** All of it as TOML that reads back to the same; each line tells where it was said. */
  public String toml() {
    return new TomlText(this).text();
  }

  /** The same for JSON. */
  public Map<String, Object> json() {
    Map<String, Object> all = new LinkedHashMap<>();
    values()
        .forEach(
            (key, texts) -> {
              if (key.table() == Table.TOP) {
                all.put(key.name(), key.kind().json(texts));
              } else {
                table(all, key.table()).put(key.name(), key.kind().json(texts));
              }
            });
    List<Object> devices = new ArrayList<>();
    for (Map<Key, List<String>> device : devices()) {
      Map<String, Object> members = new LinkedHashMap<>();
      device.forEach((key, texts) -> members.put(key.name(), key.kind().json(texts)));
      devices.add(members);
    }
    all.put(Table.DEVICE.word(), devices);
    return all;
  }

  @SuppressWarnings("unchecked") // Nobody else puts anything there.
  private static Map<String, Object> table(Map<String, Object> all, Table table) {
    return (Map<String, Object>)
        all.computeIfAbsent(table.word(), word -> new LinkedHashMap<String, Object>());
  }
}
