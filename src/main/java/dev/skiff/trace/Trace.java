package dev.skiff.trace;

import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import dev.skiff.skb.Tracer;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Follows packets through the functions and tells each one's story when it has ended.
 *
 * <p>While it is installed the loop thread allocates and walks its own stack at each step: it is
 * for looking, a few packets at a time. {@link #hop} and {@link #ended} run on the loop thread,
 * {@link #poll} on any one other.
 */
public final class Trace implements Tracer {
  /** Stories that may wait to be read; further ones are lost and counted. */
  public static final int MAX_WAITING = 64;

  private final Filter filter;
  private final List<String> devices;
  private final LongSupplier turnNs;
  private final IdentityHashMap<SkBuff, Story> stories = new IdentityHashMap<>();
  private final Queue<String> told = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicInteger lost = new AtomicInteger();
  private int toTell;
  private int number;

  /**
   * A trace.
   *
   * @param filter which packets; one that was changed on its way (an echo) matches as it came or as
   *     it went
   * @param count how many stories to tell
   * @param devices the devices' names, by index
   * @param turnNs the time of the loop's turn
   */
  public Trace(Filter filter, int count, List<String> devices, LongSupplier turnNs) {
    this.filter = filter;
    this.devices = List.copyOf(devices);
    this.turnNs = turnNs;
    toTell = count;
  }

  @Override
  public void hop(SkBuff skb, String point) {
    if (toTell > 0) {
      stories
          .computeIfAbsent(skb, s -> new Story(turnNs.getAsLong(), devices))
          .hop(skb, point, turnNs.getAsLong());
    }
  }

  @Override
  public void held(SkBuff skb, String holder) {
    Story story = stories.get(skb);
    if (story != null) {
      story.held(holder);
    }
  }

  @Override
  public void ended(SkBuff skb, DropReason reason) {
    Story story = stories.remove(skb);
    if (story == null || toTell == 0 || !story.matches(filter, reason)) {
      return;
    }
    if (waiting.get() >= MAX_WAITING) {
      lost.incrementAndGet();
      return;
    }
    toTell--;
    number++;
    waiting.incrementAndGet();
    told.add(story.text(number, skb, reason, turnNs.getAsLong()));
    if (toTell == 0) {
      stories.clear();
    }
  }

  /** Takes the next story; null if there is none now. */
  public @Nullable String poll() {
    String story = told.poll();
    if (story != null) {
      waiting.decrementAndGet();
    }
    return story;
  }

  /** Stories that matched and could not be kept since their reader was too slow. Any thread. */
  public int lost() {
    return lost.get();
  }
}
