package dev.skiff.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.skiff.Frames;
import dev.skiff.skb.DropReason;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** ECN of fragments: RFC 3168 5.3, {@code ip_frag_ecn_table}. */
class ReassemblyEcnTest {
  private static final int NOT_ECT = 0;
  private static final int CE = 3;

  private final FragRig rig = new FragRig();

  @AfterEach
  void nothingIsLeft() {
    rig.end();
  }

  /** All combinations of three fragments, whichever comes last. */
  @Test
  void congestionIsNeverLostAndNotEctIsNotMixed() {
    byte[] data = Fragment.data(24, 1);
    for (int codes = 0; codes < 1 << 8; codes++) {
      int last = codes >> 6;
      if (last == 3) {
        continue;
      }
      List<Fragment> parts = new ArrayList<>();
      List<Integer> seen = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        int code = codes >> 2 * i & 3;
        seen.add(code);
        parts.add(Fragment.part(data, 8 * i, 8 * i + 8).tos(0x28 | code));
      }
      int first = seen.getFirst();
      boolean mixed = seen.contains(NOT_ECT) && seen.stream().anyMatch(code -> code != NOT_ECT);
      int wanted = seen.contains(CE) ? CE : first;
      parts.add(parts.remove(last));
      rig.held(parts.get(0), parts.get(1));
      if (mixed) {
        assertEquals(DropReason.IP_FRAGMENT_ECN, rig.add(parts.get(2)), seen.toString());
      } else {
        var _ = rig.completed(parts.get(2));
        byte[] whole = rig.wholes.getLast();
        assertEquals(0x28 | wanted, Frames.u8(whole, 1), seen.toString());
        assertEquals(0, Frames.checksum(whole, 0, 20));
      }
      rig.assertEmpty();
    }
  }
}
