package dev.skiff.docs;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.NoLeaks;
import dev.skiff.Rig;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import dev.skiff.skb.SkBuffPool;
import dev.skiff.skb.SkBuffQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Who owns a buffer, and what is said to those who forget it: docs/ownership.md. */
class OwnershipTest {
  private static final String PAGE = "ownership.md";

  private @Nullable ExtensionContext context;

  @RegisterExtension final BeforeEachCallback keepContext = current -> context = current;

  private static void receive(Rig rig) {
    rig.exchange(Frames.udpToUs(40_000, 7, "Hello from the far end".getBytes(US_ASCII)));
  }

  /** What the extension that watches every test says of the rigs that are open now. */
  private String leaks() {
    ExtensionContext test = Objects.requireNonNull(context);
    String message =
        assertThrows(AssertionError.class, () -> new NoLeaks().afterEach(test)).getMessage();
    return Objects.requireNonNull(message).replaceAll("\\.java:\\d+", ".java:N");
  }

  @Test
  void aForgottenBufferFailsTheTest() {
    Rig rig = new Rig(builder -> builder.paranoid(true));
    rig.handleUdp((skb, dev, nowNs) -> DropReason.NOT_DROPPED); // And forgets it.
    receive(rig);
    Golden.shownOn(PAGE, "aForgottenBuffer", leaks());
  }

  @Test
  void aHandlerThatKeepsABufferAnswersForIt() {
    SkBuffQueue kept = new SkBuffQueue("my handler");
    try (Rig rig = new Rig(builder -> builder.paranoid(false))) {
      rig.handleUdp(
          (skb, dev, nowNs) -> {
            kept.queueTail(skb);
            return DropReason.NOT_DROPPED;
          });
      receive(rig);
      String line = Objects.requireNonNull(kept.peek()).toString();
      assertTrue(rig.stack().pool().report().contains(line));
      Golden.shownOn(PAGE, "aKeptBuffer", line);
      assertEquals(1, kept.purge(DropReason.CONSUMED));
    }
    Golden.codeIsFrom(PAGE, OwnershipTest.class);
  }

  private static String thrown(Runnable mistake) {
    String message = assertThrows(IllegalStateException.class, mistake::run).getMessage();
    return Objects.requireNonNull(message);
  }

  @Test
  void everyMistakeIsToldWhatToDo() {
    List<String> texts = new ArrayList<>();
    try (SkBuffPool pool = SkBuffPool.ofOneSize(4, 128, 1, false)) {
      SkBuff skb = Objects.requireNonNull(pool.alloc(128, "you"));
      SkBuffQueue queue = new SkBuffQueue("yours");
      queue.queueTail(skb);
      texts.add(thrown(() -> queue.queueTail(skb)));
      texts.add(thrown(() -> skb.free(DropReason.CONSUMED)));
      queue.unlink(skb);
      SkBuff clone = Objects.requireNonNull(skb.skbClone());
      texts.add(thrown(() -> skb.copyFrom(new byte[1], 0, 1)));
      clone.free(DropReason.CONSUMED);
      texts.add(thrown(() -> skb.free(DropReason.NOT_DROPPED)));
      skb.free(DropReason.CONSUMED);
      texts.add(thrown(() -> skb.free(DropReason.CONSUMED)));
      texts.add(thrown(() -> queue.queueTail(skb)));
      assertEquals(0, pool.held());
    }
    Golden.shownOn(PAGE, "mistakes", String.join("\n", texts));
  }

  @Test
  void paranoidModeSaysWhere() {
    try (SkBuffPool pool = SkBuffPool.ofOneSize(4, 128, 1, true)) {
      SkBuff skb = Objects.requireNonNull(pool.alloc(128, "you"));
      skb.free(DropReason.CONSUMED);
      Throwable twice =
          assertThrows(IllegalStateException.class, () -> skb.free(DropReason.CONSUMED));
      Throwable where = twice.getCause();
      assertNotNull(where);
      assertEquals("freed here, by thread " + Thread.currentThread().getName(), where.getMessage());
    }
  }
}
