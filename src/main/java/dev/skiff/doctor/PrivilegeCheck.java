package dev.skiff.doctor;

import dev.skiff.doctor.Credentials.Capability;
import java.util.ArrayList;
import java.util.List;

/** Who we are, what we may, and what confines us. */
final class PrivilegeCheck implements Check {
  private static final String TOPIC = "capabilities";
  private static final int FILTER = 2;

  @Override
  public List<Finding> look(Patient patient) {
    Credentials us = patient.credentials();
    Container container = Container.of(patient.machine());
    List<Finding> all = new ArrayList<>();
    all.add(netAdmin(patient, us, container));
    if (us.isRoot() && us.has(Capability.NET_ADMIN)) {
      all.add(drop(us, container));
    }
    if (patient.asked().netns() != null) {
      all.add(netns(us));
    }
    all.add(confinement(us, container));
    return all;
  }

  private static Finding netAdmin(Patient patient, Credentials us, Container container) {
    String who = "user " + us.uid() + (us.userNamespace() ? " of a user namespace" : "");
    if (us.has(Capability.NET_ADMIN)) {
      return Finding.ok(TOPIC, who + " with NET_ADMIN");
    }
    String tap = patient.tap();
    String found = who + " without NET_ADMIN: can make no TAP, and set nothing on the host's side";
    if (container.isOne() && us.isRoot()) {
      return Finding.fail(TOPIC, found, "start the container with --cap-add NET_ADMIN");
    }
    if (us.isRoot()) {
      return Finding.fail(TOPIC, found, "run it with CAP_NET_ADMIN (it was taken from root here)");
    }
    // Of a TAP that is there TapCheck says whether it is ours.
    String name = tap == null ? "skiff0" : tap;
    return Finding.warn(
        TOPIC,
        found,
        "attach to a TAP of your own: sudo skiff tap create " + name + " --user " + us.uid());
  }

  /** The daemon becomes an ordinary user once all is open, where it can. */
  private static Finding drop(Credentials us, Container container) {
    if (us.has(Capability.SETUID) && us.has(Capability.SETGID)) {
      return Finding.ok("privileges", "SETUID and SETGID are there, to become an ordinary user");
    }
    return Finding.warn(
        "privileges",
        "without SETUID and SETGID the daemon cannot become an ordinary user, and keeps its uid",
        container.isOne()
            ? "start the container with --cap-add SETUID --cap-add SETGID, or leave it so"
            : "give it CAP_SETUID and CAP_SETGID, or leave it so");
  }

  private static Finding netns(Credentials us) {
    return us.has(Capability.SYS_ADMIN)
        ? Finding.ok("--netns", "SYS_ADMIN is there, to enter a network namespace")
        : Finding.fail(
            "--netns",
            "without SYS_ADMIN no network namespace can be entered",
            "run as root, or start it inside: ip netns exec NAME skiff run ...");
  }

  private static Finding confinement(Credentials us, Container container) {
    List<String> words = new ArrayList<>();
    if (container.isOne()) {
      words.add("in a container (" + container.engine() + ")");
    }
    if (us.userNamespace()) {
      words.add("in a user namespace");
    }
    if (us.noNewPrivs()) {
      words.add("no_new_privs");
    }
    if (us.seccomp() > 0) {
      words.add(us.seccomp() == FILTER ? "a seccomp filter" : "strict seccomp");
    }
    return Finding.ok("confinement", words.isEmpty() ? "none" : String.join(", ", words));
  }
}
