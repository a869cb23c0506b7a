package dev.skiff.doctor;

import dev.skiff.sys.Errno;
import dev.skiff.sys.SysException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What is said of what a process may: good, bad and unknown. */
class PrivilegeChecksTest extends CheckCase {
  @TestFactory
  Stream<DynamicTest> privileges() {
    Check check = new PrivilegeCheck();
    Asked netns = new Asked(null, List.of(), "lab", null);
    return Stream.of(
            row(check, "root", m -> {}, "OK capabilities", "OK privileges", "OK confinement: none"),
            row(
                check,
                "an ordinary user",
                m -> m.become(1000, NO_CAPABILITY),
                "WARN capabilities|user 1000|skiff tap create skiff0 --user 1000"),
            row(
                check,
                "root of a bare container",
                m -> m.docker().become(0, NO_CAPABILITY),
                "FAIL capabilities|--cap-add NET_ADMIN",
                "OK confinement|docker"),
            row(
                check,
                "root without it",
                m -> m.become(0, NO_CAPABILITY),
                "FAIL capabilities|CAP_NET_ADMIN"),
            row(
                check,
                "NET_ADMIN alone",
                m -> m.docker().become(0, NET_ADMIN_ALONE),
                "OK capabilities",
                "WARN privileges|--cap-add SETUID"),
            new Row(
                "no way into a namespace",
                check,
                netns,
                m -> m.become(0, NET_ADMIN_ALONE),
                "FAIL --netns|SYS_ADMIN"),
            new Row("a way into a namespace", check, netns, m -> {}, "OK --netns"),
            row(
                check,
                "a user namespace",
                m -> m.files.put("/proc/self/uid_map", "0 1000 1"),
                "OK capabilities|of a user namespace",
                "OK confinement|user namespace"),
            row(
                check,
                "confined",
                m ->
                    m.files.merge(
                        "/proc/self/status",
                        "",
                        (old, none) ->
                            old.replace("Privs:\t0", "Privs:\t1").replace("comp:\t0", "comp:\t2")),
                "OK confinement|no_new_privs, a seccomp filter"),
            row(
                check,
                "podman",
                m -> m.stats.put("/run/.containerenv", new Machine.Stat(0100644, 0, 0, 0, 0)),
                "OK confinement|podman"),
            row(
                check,
                "a container by its cgroup",
                m -> m.files.put("/proc/1/cgroup", "12:cpu:/kubepods/burstable/pod1"),
                "OK confinement|kubepods"),
            row(check, "no /proc", m -> m.files.clear(), "WARN capabilities|user -1"))
        .map(row -> row.test(RunningDaemon.NONE));
  }

  @TestFactory
  Stream<DynamicTest> theRing() {
    Check check = new IoUringCheck();
    String disabled = "/proc/sys/kernel/io_uring_disabled";
    return Stream.of(
            row(check, "good", m -> {}, "OK io_uring"),
            row(
                check,
                "switched off",
                m -> {
                  m.noRing = "io_uring_setup: Operation not permitted";
                  m.files.put(disabled, "2");
                },
                "WARN io_uring|not permitted|kernel.io_uring_disabled=0"),
            row(
                check,
                "a filter",
                m -> {
                  m.noRing = "io_uring_setup: Function not implemented";
                  m.files.merge(
                      "/proc/self/status", "", (old, none) -> old.replace("comp:\t0", "comp:\t2"));
                },
                "WARN io_uring|seccomp profile"),
            row(check, "old", m -> m.noRing = "no RWF_NOWAIT", "WARN io_uring|Linux 6.4"),
            row(
                check,
                "no TAP to try it on",
                m -> {
                  m.tapError = new SysException("no namespace", Errno.EPERM);
                  m.noRing = "no ring";
                },
                "WARN io_uring|no ring"),
            row(
                check,
                "no library",
                m -> m.libraryError = new UnsatisfiedLinkError("x"),
                "SKIP io_uring"))
        .map(row -> row.test(RunningDaemon.NONE));
  }

  @TestFactory
  Stream<DynamicTest> directories() {
    Check check = new DirectoryCheck();
    Machine.Stat directory = new Machine.Stat(0040750, 0, 0, 0, 0);
    return Stream.of(
            row(check, "root", m -> {}, "OK directory|/run/skiff can be made"),
            row(check, "read-only", m -> m.writable.clear(), "FAIL directory|--tmpfs /run"),
            row(
                check,
                "somebody else's",
                m -> m.stats.put("/run/skiff", directory),
                "FAIL directory|/run/skiff is not to be written to"),
            row(
                check,
                "a user without one",
                m -> m.become(1000, NO_CAPABILITY),
                "WARN directory|XDG_RUNTIME_DIR|--socket"),
            row(
                check,
                "a user with one",
                m -> {
                  m.become(1000, NO_CAPABILITY).environment.put("XDG_RUNTIME_DIR", "/run/user/1");
                  m.writable.add("/run/user/1");
                },
                "OK directory|/run/user/1/skiff"))
        .map(row -> row.test(RunningDaemon.NONE));
  }
}
