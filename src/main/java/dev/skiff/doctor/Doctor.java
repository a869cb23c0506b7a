package dev.skiff.doctor;

import dev.skiff.sys.Netns;
import dev.skiff.sys.SysException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Looks at everything, one after the other; what goes wrong in one check stops no other. */
public final class Doctor {
  /** Those that look at the process and the machine. */
  private static final List<Check> HERE =
      List.of(
          new PlatformCheck(),
          new TunCheck(),
          new PrivilegeCheck(),
          new IoUringCheck(),
          new DirectoryCheck());

  /** Those that look at a network namespace. */
  private static final List<Check> IN_NAMESPACE =
      List.of(new TapCheck(), new AddressCheck(), new SysctlCheck(), new FirewallCheck());

  private final Machine machine;
  private final Attempts attempts;

  /** One that looks at this machine. */
  public Doctor() {
    this(new ThisMachine(), new RealAttempts());
  }

  Doctor(Machine machine, Attempts attempts) {
    this.machine = machine;
    this.attempts = attempts;
  }

  /** Looks. It takes some tenths of a second, and some seconds more if a daemon does not answer. */
  public List<Finding> look(Asked asked) {
    return look(asked, RunningDaemon.find(asked));
  }

  List<Finding> look(Asked asked, RunningDaemon daemon) {
    Patient patient =
        new Patient(machine, attempts, Credentials.of(machine), asked, daemon, nativeError());
    List<Finding> all = new ArrayList<>();
    HERE.forEach(check -> look(check, patient, all));
    if (asked.netns() != null && !patient.nativeError().isEmpty()) {
      all.add(Finding.skip("--netns", "the native library does not load"));
    } else {
      try {
        all.addAll(Netns.call(asked.netns(), () -> inNamespace(patient)));
      } catch (SysException e) {
        all.add(Finding.fail("--netns", String.valueOf(e.getMessage()), "then ask again"));
      } catch (IOException e) {
        all.add(Finding.skip("--netns", String.valueOf(e.getMessage())));
      }
    }
    look(new DaemonCheck(), patient, all);
    return all;
  }

  private static List<Finding> inNamespace(Patient patient) {
    List<Finding> all = new ArrayList<>();
    IN_NAMESPACE.forEach(check -> look(check, patient, all));
    return all;
  }

  private static void look(Check check, Patient patient, List<Finding> all) {
    try {
      all.addAll(check.look(patient));
    } catch (IOException | RuntimeException | LinkageError e) {
      String name = check.getClass().getSimpleName().replace("Check", "");
      all.add(Finding.skip(name, e.getMessage() == null ? e.toString() : oneLine(e)));
    }
  }

  /** Why JNR-FFI cannot load its library; empty if it can. */
  private String nativeError() {
    try {
      attempts.loadLibrary();
      return "";
    } catch (RuntimeException | LinkageError e) {
      Throwable cause = e;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      return oneLine(cause);
    }
  }

  private static String oneLine(Throwable e) {
    return String.valueOf(e.getMessage()).strip().replaceAll("\\s*\\R.*", "");
  }
}
