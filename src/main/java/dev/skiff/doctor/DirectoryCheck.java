package dev.skiff.doctor;

import java.util.List;

/** Where the control socket goes. */
final class DirectoryCheck implements Check {
  private static final String TOPIC = "directory";

  @Override
  public List<Finding> look(Patient patient) {
    Machine machine = patient.machine();
    if (patient.credentials().isRoot()) {
      return List.of(judge(machine, "/run"));
    }
    String runtime = machine.environment("XDG_RUNTIME_DIR");
    if (runtime.isEmpty()) {
      return List.of(
          Finding.warn(
              TOPIC,
              "XDG_RUNTIME_DIR is not set: there will be no control socket",
              "name one: skiff run --socket PATH, and the same to the other commands"));
    }
    return List.of(judge(machine, runtime));
  }

  /** Whether {@code skiff/} is in a directory, or can be made there. */
  private static Finding judge(Machine machine, String parent) {
    String directory = parent + "/skiff";
    boolean there = machine.stat(directory) != null;
    if (machine.isWritable(there ? directory : parent)) {
      return Finding.ok(TOPIC, directory + (there ? " is there" : " can be made"));
    }
    return Finding.fail(
        TOPIC,
        directory + (there ? " is not to be written to" : " cannot be made"),
        "let this user write there (a read-only root wants --tmpfs /run), or name another place"
            + " with --socket");
  }
}
