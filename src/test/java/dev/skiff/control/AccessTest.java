package dev.skiff.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.attribute.UserPrincipal;
import org.junit.jupiter.api.Test;

/** Who may ask, by his number. */
class AccessTest {
  private static UserPrincipal user(int number) throws IOException {
    return FileSystems.getDefault()
        .getUserPrincipalLookupService()
        .lookupPrincipalByName(Integer.toString(number));
  }

  @Test
  void rootAndWhomTheDaemonHasBecomeMayAskAndNobodyElse() throws IOException {
    Access access = Access.ofStarter();
    int above31Bits = (int) 3_000_000_000L;
    assertNull(access.refusal(user(0), above31Bits));
    assertNull(access.refusal(user(above31Bits), above31Bits));
    assertEquals(
        "user 54321 may not ask this daemon: only root, its own user and the one that started it"
            + " may",
        access.refusal(user(54_321), above31Bits));
    assertNull(access.refusal(user(54_321), 54_321));
    assertEquals(false, access.refusal(user(above31Bits), 54_321) == null, "it is another by now");
  }
}
