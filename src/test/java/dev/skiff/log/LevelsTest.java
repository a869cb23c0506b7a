package dev.skiff.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class LevelsTest {
  /** A tree of its own in the place of dev.skiff, and another one in that of all libraries. */
  private final String ours = "levels.test" + System.identityHashCode(this);

  private final Logger neigh = Logger.getLogger(ours + ".neigh.Claim");
  private final Logger arp = Logger.getLogger(ours + ".neigh.Arp");
  private final Logger stack = Logger.getLogger(ours + ".stack.NetStack");
  private final Logger all = Logger.getLogger("levels.others" + System.identityHashCode(this));
  private final Logger library = Logger.getLogger(all.getName() + ".library");
  private final Levels levels = new Levels(all, List.of(ours));

  @Test
  void allOfOursGetALevelAndLibrariesNothingBelowWarn() {
    levels.setAll(Level.FINE);
    assertTrue(neigh.isLoggable(Level.FINE));
    assertFalse(neigh.isLoggable(Level.FINER));
    assertFalse(library.isLoggable(Level.INFO));
    assertTrue(library.isLoggable(Level.WARNING));
    levels.setAll(Level.SEVERE);
    assertEquals(Level.SEVERE, levels.level());
    assertFalse(neigh.isLoggable(Level.WARNING));
    assertFalse(library.isLoggable(Level.WARNING));
  }

  @Test
  void oneLoggerAndWhatIsBelowItGetsALevelOfItsOwnUntilAllGetOne() {
    levels.setAll(Level.WARNING);
    levels.set("neigh", Level.FINEST);
    levels.set(library.getName(), Level.INFO);
    assertTrue(neigh.isLoggable(Level.FINEST));
    assertTrue(arp.isLoggable(Level.FINEST));
    assertFalse(stack.isLoggable(Level.INFO));
    assertTrue(library.isLoggable(Level.INFO));
    assertEquals(
        Map.of(ours + ".neigh", Level.FINEST, library.getName(), Level.INFO), levels.exceptions());
    assertEquals(Level.WARNING, levels.level());
    levels.setAll(Level.INFO);
    assertFalse(neigh.isLoggable(Level.FINEST));
    assertTrue(neigh.isLoggable(Level.INFO));
    assertFalse(library.isLoggable(Level.INFO));
    assertEquals(Map.of(), levels.exceptions());
  }

  @Test
  void aLoggerThatIsNotThereIsRefusedAndTheNearestNamed() {
    levels.setAll(Level.WARNING);
    for (String wrong : List.of("neihg", "", "neigh.", "neigh.Clam", "nothing like it")) {
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> levels.set(wrong, Level.FINE));
      String said = String.valueOf(e.getMessage());
      assertTrue(said.startsWith("no logger is called '" + wrong + "'"), said);
    }
    assertEquals(Map.of(), levels.exceptions());
    levels.set("neigh.Claim", Level.FINE);
    assertTrue(neigh.isLoggable(Level.FINE));
    assertFalse(arp.isLoggable(Level.FINE));
  }
}
