package dev.skiff.doctor;

import java.io.IOException;
import java.util.List;

/** Whether frames can go through an io_uring; without one Skiff works, with more system calls. */
final class IoUringCheck implements Check {
  private static final String TOPIC = "io_uring";

  @Override
  public List<Finding> look(Patient patient) throws IOException {
    if (!patient.nativeError().isEmpty()) {
      return List.of(Finding.skip(TOPIC, "the native library does not load"));
    }
    return List.of(judge(whyNot(patient), patient));
  }

  private static String whyNot(Patient patient) throws IOException {
    try {
      return patient.attempts().makeTap();
    } catch (IOException e) {
      return patient.attempts().ring(); // No TAP to try it on: the kernel has it or not.
    }
  }

  private static Finding judge(String whyNot, Patient patient) {
    if (whyNot.isEmpty()) {
      return Finding.ok(TOPIC, "works: many frames with one system call");
    }
    String disabled = patient.machine().word("/proc/sys/kernel/io_uring_disabled");
    String cure = "needs Linux 6.4 or newer; else leave it so";
    if (disabled.equals("1") || disabled.equals("2")) {
      cure = "sysctl -w kernel.io_uring_disabled=0, or leave it so";
    } else if (patient.credentials().seccomp() > 0) {
      cure =
          "let the seccomp profile pass io_uring_setup, io_uring_enter and io_uring_register"
              + " (docker: --security-opt seccomp=FILE), or leave it so";
    }
    return Finding.warn(TOPIC, "none, so a system call for each frame: " + whyNot, cure);
  }
}
