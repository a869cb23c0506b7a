package dev.skiff.sys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the kernel says of threads, and which numbers a user namespace has. */
class CredentialsTest {
  private static final int NOBODY = 65_534;

  private static List<String> status(
      String uids, String groups, String effective, String permitted) {
    return List.of(
        "Name:\tskiff-loop",
        "Uid:\t" + uids,
        "Gid:\t65534\t65534\t65534\t65534",
        "Groups:\t" + groups,
        "CapInh:\t0000000000000000",
        "CapPrm:\t" + permitted,
        "CapEff:\t" + effective,
        "CapBnd:\t000001ffffffffff",
        "NoNewPrivs:\t1");
  }

  private static Credentials nobody() {
    return Credentials.parse(
        status("65534\t65534\t65534\t65534", "", "0000000000000000", "0000000000000000"));
  }

  @Test
  void whatTheKernelSaysIsRead() {
    Credentials some =
        Credentials.parse(
            status("1\t2\t3\t4294967294", "4 24 ", "00000000000010c0", "00000200000010c0"));
    assertEquals("skiff-loop", some.thread());
    assertEquals(List.of(1, 2, 3, -2), some.uids());
    assertEquals(2, some.uid());
    assertEquals(NOBODY, some.gid());
    assertEquals(List.of(4, 24), some.groups());
    assertTrue(some.has(Credentials.SETUID));
    assertTrue(some.has(Credentials.SETGID));
    assertFalse(some.has(0));
    assertEquals(0x1FFFFFFFFFFL, some.bounding());
    assertTrue(some.noNewPrivs());
    assertEquals(List.of("setgid", "setuid", "net_admin", "cap_41"), some.capabilities());
  }

  @Test
  void onlyNobodyIsOnlyNobody() {
    assertTrue(nobody().isOnly(NOBODY, NOBODY));
    assertFalse(nobody().isOnly(1, NOBODY));
    assertFalse(nobody().isOnly(NOBODY, 1));
    String none = "0000000000000000";
    String one = "0000000000001000";
    String ids = "65534\t65534\t65534\t65534";
    assertFalse(Credentials.parse(status(ids, "4", none, none)).isOnly(NOBODY, NOBODY), "a group");
    assertFalse(Credentials.parse(status(ids, "", one, one)).isOnly(NOBODY, NOBODY), "effective");
    assertFalse(Credentials.parse(status(ids, "", none, one)).isOnly(NOBODY, NOBODY), "permitted");
    String saved = "65534\t65534\t0\t65534";
    assertFalse(Credentials.parse(status(saved, "", none, none)).isOnly(NOBODY, NOBODY), "saved");
  }

  @Test
  void ofItselfTheProcessKnowsAllThreads() throws IOException {
    Credentials here = Credentials.ofThisThread();
    List<Credentials> all = Credentials.ofAllThreads();
    assertTrue(all.size() > 5, "the JVM's own too: " + all.size());
    assertTrue(all.stream().allMatch(thread -> thread.uids().equals(here.uids())));
  }

  @ParameterizedTest
  @CsvSource({
    "0, '0 0 4294967295', true",
    "65534, '0 0 4294967295', true",
    "-2, '0 0 4294967295', true",
    "0, '         0       1000          1', true",
    "1, '         0       1000          1', false",
    "65534, '0 100000 65536', true",
    "65536, '0 100000 65536', false",
    "99, '100 100000 65536', false"
  })
  void aUserNamespaceHasTheNumbersThatItMaps(int id, String map, boolean mapped) {
    assertEquals(mapped, Privileges.isMapped(id, List.of(map)));
    assertEquals(mapped, Privileges.isMapped(id, List.of("4000000000 7 1", map)));
  }

  @Test
  void nobodyDropsToRoot() {
    assertThrows(IllegalArgumentException.class, () -> Privileges.become(0, 0));
  }
}
