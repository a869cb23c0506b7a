package dev.skiff.doctor;

import java.util.List;

/** The operating system, the processor and the Java that runs this. */
final class PlatformCheck implements Check {
  private static final int LEAST_JAVA = 25;

  @Override
  public List<Finding> look(Patient patient) {
    return List.of(system(patient.machine()), java(patient.machine()), library(patient));
  }

  static Finding system(Machine machine) {
    String os = machine.property("os.name");
    String arch = machine.property("os.arch");
    String found = os + " " + machine.property("os.version") + " on " + arch;
    if (!os.equals("Linux")) {
      return Finding.fail("system", found, "use a Linux machine or a Linux container");
    }
    return switch (arch) {
      case "amd64" -> Finding.ok("system", found);
      case "aarch64" ->
          Finding.warn(
              "system",
              found + ", where Skiff has not been run yet",
              "tell of anything that differs from x86-64");
      default -> Finding.fail("system", found, "use a machine with x86-64 or aarch64");
    };
  }

  static Finding java(Machine machine) {
    String version = machine.property("java.version");
    String found = version + " (" + machine.property("java.vm.name") + ")";
    String feature = version.replaceFirst("\\D.*", "");
    if (feature.isEmpty() || Integer.parseInt(feature) < LEAST_JAVA) {
      return Finding.fail("java", found, "set JAVA_HOME to a Java " + LEAST_JAVA + " or newer");
    }
    if (!machine.nativeAccess()) {
      return Finding.warn(
          "java",
          found + ", not told that native code may be used",
          "start it by the skiff launcher, or add --enable-native-access=ALL-UNNAMED");
    }
    return Finding.ok("java", found + ", native access enabled");
  }

  /** jffi unpacks its library to java.io.tmpdir, unless jffi.boot.library.path has it. */
  static Finding library(Patient patient) {
    if (patient.nativeError().isEmpty()) {
      return Finding.ok("native code", "the C library answers through JNR-FFI");
    }
    Machine machine = patient.machine();
    String tmp = machine.property("java.io.tmpdir");
    String mounts = machine.read("/proc/self/mountinfo");
    String options = MountTable.optionsOf(tmp, mounts == null ? "" : mounts);
    String cure =
        "unpack jffi's library where it may be run and name that place:"
            + " -Djffi.boot.library.path=DIR";
    if (MountTable.has(options, "noexec")) {
      cure =
          tmp
              + " is mounted noexec, and JNR-FFI unpacks its library there: say"
              + " SKIFF_JVM_OPTIONS=-Djava.io.tmpdir=DIR of another place (in a container --tmpfs"
              + " /tmp:exec)";
    } else if (MountTable.has(options, "ro")) {
      cure =
          tmp
              + " is read-only, and JNR-FFI unpacks its library there: say"
              + " SKIFF_JVM_OPTIONS=-Djava.io.tmpdir=DIR of another place (in a container --tmpfs"
              + " /tmp:exec)";
    } else if (!machine.isWritable(tmp)) {
      cure = tmp + " is not to be written to, and JNR-FFI unpacks its library there: chmod 1777 it";
    }
    return Finding.fail(
        "native code", "the native library does not load: " + patient.nativeError(), cure);
  }
}
