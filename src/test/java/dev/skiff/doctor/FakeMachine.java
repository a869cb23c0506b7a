package dev.skiff.doctor;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A machine as a test wants it: a healthy one with root on it, until it is changed. */
final class FakeMachine implements Machine, Attempts {
  static final String ALL_CAPABILITIES = "000001ffffffffff";

  final Map<String, String> files = new HashMap<>();
  final Map<String, Stat> stats = new HashMap<>();
  final Map<String, String> links = new HashMap<>();
  final Map<String, String> properties = new HashMap<>();
  final Map<String, String> environment = new HashMap<>();
  final Map<String, Ran> programs = new HashMap<>();
  final Set<String> writable = new HashSet<>(Set.of("/run", "/tmp"));
  boolean nativeAccess = true;

  /** What the attempts end with; null: well. */
  @Nullable LinkageError libraryError;

  java.io.@Nullable IOException openError;
  java.io.@Nullable IOException tapError;
  int features = 0x7173;
  String noRing = "";

  FakeMachine() {
    properties.put("os.name", "Linux");
    properties.put("os.arch", "amd64");
    properties.put("os.version", "6.18.0");
    properties.put("java.version", "25.0.3");
    properties.put("java.vm.name", "OpenJDK 64-Bit Server VM");
    properties.put("java.io.tmpdir", "/tmp");
    properties.put("user.name", "root");
    stats.put(TunCheck.PATH, new Stat(0020666, 10, 200, 0, 0));
    files.put("/proc/self/uid_map", "         0          0 4294967295");
    files.put("/proc/thread-self/net/dev", "Inter-|\n face |\n    lo: 0 0\n");
    become(0, ALL_CAPABILITIES);
  }

  /** Becomes a user with these capabilities. */
  @CanIgnoreReturnValue
  FakeMachine become(int uid, String capEff) {
    String ids = uid + "\t" + uid + "\t" + uid + "\t" + uid;
    files.put(
        "/proc/self/status",
        "Name:\tjava\nUid:\t"
            + ids
            + "\nGid:\t"
            + ids
            + "\nCapEff:\t"
            + capEff
            + "\nNoNewPrivs:\t0\nSeccomp:\t0\n");
    return this;
  }

  @CanIgnoreReturnValue
  FakeMachine docker() {
    stats.put("/.dockerenv", new Stat(0100644, 0, 0, 0, 0));
    return this;
  }

  /** What {@code ip -j -d link show dev skiff0} prints: a TAP with these members and this data. */
  @CanIgnoreReturnValue
  FakeMachine tap(String members, String data) {
    files.put("/proc/thread-self/net/dev", "Inter-|\n face |\n    lo: 0 0\nskiff0: 0 0\n");
    return program(
        "[{\"ifname\":\"skiff0\",\"mtu\":1500,"
            + (members.contains("txqlen") ? "" : "\"txqlen\":1000,")
            + members
            + ",\"linkinfo\":{\"info_kind\":\"tun\",\"info_data\":{"
            + (data.contains("type") ? "" : "\"type\":\"tap\",")
            + data
            + "}}}]",
        "ip -j -d link show dev skiff0");
  }

  @CanIgnoreReturnValue
  FakeMachine program(String output, String command) {
    programs.put(command, new Ran(0, output));
    return this;
  }

  Patient patient(Asked asked, RunningDaemon daemon) {
    String error = libraryError == null ? "" : String.valueOf(libraryError.getMessage());
    return new Patient(this, this, Credentials.of(this), asked, daemon, error);
  }

  @Override
  public @Nullable String read(String path) {
    return files.get(path);
  }

  @Override
  public @Nullable Stat stat(String path) {
    return stats.get(path);
  }

  @Override
  public boolean isWritable(String path) {
    return writable.contains(path);
  }

  @Override
  public List<String> list(String path) {
    Set<String> names = new TreeSet<>();
    for (String file : links.keySet()) {
      if (file.startsWith(path + "/")) {
        names.add(file.substring(path.length() + 1).replaceFirst("/.*", ""));
      }
    }
    return new ArrayList<>(names);
  }

  @Override
  public String link(String path) {
    return links.getOrDefault(path, "");
  }

  @Override
  public String property(String name) {
    return properties.getOrDefault(name, "");
  }

  @Override
  public String environment(String name) {
    return environment.getOrDefault(name, "");
  }

  @Override
  public boolean nativeAccess() {
    return nativeAccess;
  }

  @Override
  public Ran run(String... command) {
    return programs.getOrDefault(String.join(" ", command), Ran.NO_PROGRAM);
  }

  @Override
  public void loadLibrary() {
    if (libraryError != null) {
      throw libraryError;
    }
  }

  @Override
  public int features() throws java.io.IOException {
    if (openError != null) {
      throw openError;
    }
    return features;
  }

  @Override
  public String makeTap() throws java.io.IOException {
    if (tapError != null) {
      throw tapError;
    }
    return noRing;
  }

  @Override
  public String ring() {
    return noRing;
  }
}
