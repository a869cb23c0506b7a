package dev.skiff.trace;

import dev.skiff.dev.Resolve;
import dev.skiff.header.EtherType;
import dev.skiff.header.IpHdr;
import dev.skiff.header.IpProto;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import dev.skiff.wire.Wire;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One packet's way: a step for each function that it passed, nested as the calls were, and what
 * became of it after each stage.
 *
 * <p>Which function called which is read off the thread's stack at each step, so that the tree
 * shows the calls that were made and not those that somebody believes in. Thread: the loop thread.
 */
final class Story {
  /** A packet that goes round further than this is in a loop; the rest is not kept. */
  private static final int MAX_STEPS = 200;

  private static final StackWalker STACK =
      StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

  /** One function on the stack: its place counted from the bottom, and which it is. */
  private record Call(int place, String method, Class<?> returns) {}

  /**
   * A function that the packet passed.
   *
   * @param call the function
   * @param depth how many steps of this packet it was called under
   * @param keeper who kept the packet since the step before, or empty
   */
  private record Step(
      String point,
      Call call,
      int depth,
      String keeper,
      String offsets,
      String fields,
      long atNs) {}

  private final long startNs;
  private final List<String> devices;
  private final List<Step> steps = new ArrayList<>();
  private final List<Step> open = new ArrayList<>();
  private final Keys in = new Keys();
  private final Keys out = new Keys();
  private boolean cameIn;
  private boolean wentOut;
  private String what = "";

  /** Who was given the packet first since the last step. */
  private String keeper = "";

  Story(long startNs, List<String> devices) {
    this.startNs = startNs;
    this.devices = devices;
  }

  // ---- On the way -------------------------------------------------------------------------------

  void hop(SkBuff skb, String point, long nowNs) {
    if (steps.size() >= MAX_STEPS) {
      return;
    }
    List<Call> stack = stack();
    if (!keeper.isEmpty()) {
      open.clear(); // Who kept it has let go of it since: whatever calls now is another call.
    }
    // Steps whose function is not on the stack any more have returned.
    while (!open.isEmpty() && !stack.contains(open.getLast().call)) {
      open.removeLast();
    }
    Step step =
        new Step(point, stack.getFirst(), open.size(), keeper, offsets(skb), fields(skb), nowNs);
    steps.add(step);
    open.add(step);
    keeper = "";
    note(skb, point);
  }

  void held(String holder) {
    if (keeper.isEmpty()) {
      keeper = holder;
    }
  }

  /** The stack from the function that the packet is in down to the bottom. */
  private static List<Call> stack() {
    List<StackWalker.StackFrame> frames = STACK.walk(all -> all.dropWhile(Story::isOurs).toList());
    List<Call> calls = new ArrayList<>();
    for (int i = 0; i < frames.size(); i++) {
      StackWalker.StackFrame frame = frames.get(i);
      calls.add(
          new Call(
              frames.size() - i,
              frame.getClassName() + "." + frame.getMethodName(),
              frame.getMethodType().returnType()));
    }
    return calls;
  }

  /** The frames between the function and here: SkBuff.hop, its pool, the trace. */
  private static boolean isOurs(StackWalker.StackFrame frame) {
    Class<?> type = frame.getDeclaringClass();
    return type == Story.class || type == Trace.class || frame.getMethodName().equals("hop");
  }

  private void note(SkBuff skb, String point) {
    if (point.equals("eth_type_trans")) {
      cameIn = true;
      in.read(skb, skb.data(), true, deviceName(skb));
      what = Decoded.line(skb, skb.data());
    } else if (point.equals("hard_start_xmit")) {
      wentOut = true;
      out.read(skb, skb.data(), false, deviceName(skb));
      what = what.isEmpty() ? Decoded.line(skb, skb.data()) : what;
    }
  }

  private String deviceName(SkBuff skb) {
    int index = skb.deviceIndex();
    return index >= 0 && index < devices.size() ? devices.get(index) : "";
  }

  private static String offsets(SkBuff skb) {
    return String.format(
        "head 0, data %d, tail %d, end %d, len %d", skb.data(), skb.tail(), skb.end(), skb.len());
  }

  /** The fields of the header that stands at data now. */
  private static String fields(SkBuff skb) {
    int data = skb.data();
    if (skb.len() == 0) {
      return "empty";
    }
    boolean knowsNetwork = skb.protocol() != 0;
    if (knowsNetwork && data == skb.networkHeader()) {
      return switch (skb.protocol()) {
        case EtherType.IP -> Decoded.ip(skb, data);
        case EtherType.ARP -> Decoded.arp(skb, data);
        default -> "";
      };
    }
    if (knowsNetwork && data > skb.networkHeader()) {
      boolean icmp =
          data == skb.transportHeader()
              && skb.protocol() == EtherType.IP
              && IpHdr.protocol(skb, skb.networkHeader()) == IpProto.ICMP;
      return icmp ? Decoded.icmp(skb, data) : "";
    }
    return Decoded.eth(skb, data);
  }

  // ---- At its end -------------------------------------------------------------------------------

  boolean matches(Filter filter, DropReason reason) {
    return (cameIn && filter.test(in, reason) == Filter.YES)
        || (wentOut && filter.test(out, reason) == Filter.YES)
        || (!cameIn && !wentOut && filter.equals(Filter.ALL));
  }

  /** The story as a tree of text. */
  String text(int number, SkBuff skb, DropReason reason, long nowNs) {
    StringBuilder text = new StringBuilder();
    String device = deviceName(skb);
    text.append('#')
        .append(number)
        .append(cameIn || skb.receivedOn() >= 0 ? " In  " : " Out ")
        .append(device.isEmpty() ? "-" : device)
        .append(": ")
        .append(what.isEmpty() ? "never came to a link header" : what)
        .append('\n');
    int from = 0;
    while (from < steps.size()) {
      int to = from + 1;
      while (to < steps.size() && steps.get(to).depth > 0) {
        to++;
      }
      stage(text, from, to, reason, nowNs);
      from = to;
    }
    if (steps.size() >= MAX_STEPS) {
      text.append("(more than ").append(MAX_STEPS).append(" steps; the rest was not kept)\n");
    }
    return text.append('\n').toString();
  }

  /** A stage: from one top function to the moment when the packet was kept, or ended. */
  private void stage(StringBuilder text, int from, int to, DropReason reason, long nowNs) {
    Step keptUntil = to < steps.size() ? steps.get(to) : null;
    String outcome = keptUntil == null ? reason.name() : DropReason.NOT_DROPPED.name();
    for (int i = from; i < to; i++) {
      Step step = steps.get(i);
      String tree = rails(i, to, step.depth - 1);
      String branch = step.depth == 0 ? "" : hasLater(i, to, step.depth) ? "├─ " : "└─ ";
      text.append(String.format("  %-44s %s", tree + branch + step.point, step.offsets));
      text.append(result(i, to, outcome, keptUntil)).append('\n');
      if (!step.fields.isEmpty()) {
        boolean hasChild = i + 1 < to && steps.get(i + 1).depth > step.depth;
        text.append("  ").append(rails(i, to, step.depth)).append(hasChild ? "│  " : "   ");
        text.append("   ").append(step.fields).append('\n');
      }
    }
    text.append("  => ");
    if (keptUntil == null) {
      text.append(reason.name()).append(": ").append(reason.text()).append(elapsed(nowNs));
    } else {
      text.append("NOT_DROPPED: kept by ").append(keptUntil.keeper).append(elapsed(keptUntil.atNs));
    }
    text.append('\n');
  }

  /** The lines of the tree that pass a step on its left, for levels 1 to {@code levels}. */
  private String rails(int step, int to, int levels) {
    StringBuilder rails = new StringBuilder();
    for (int level = 1; level <= levels; level++) {
      rails.append(hasLater(step, to, level) ? "│  " : "   ");
    }
    return rails.toString();
  }

  /** Whether another step of this depth follows under the same caller. */
  private boolean hasLater(int step, int to, int depth) {
    for (int i = step + 1; i < to && steps.get(i).depth >= depth; i++) {
      if (steps.get(i).depth == depth) {
        return true;
      }
    }
    return false;
  }

  /** What a function returned, where that follows from what became of the packet. */
  private String result(int i, int to, String outcome, @Nullable Step keptUntil) {
    Step step = steps.get(i);
    for (int j = i + 1; j < to; j++) {
      if (steps.get(j).depth <= step.depth) {
        return ""; // It returned, and the packet went on.
      }
    }
    Class<?> returns = step.call.returns;
    if (returns == DropReason.class) {
      return " = " + outcome;
    }
    if (returns == Resolve.class) {
      Resolve kept =
          keptUntil != null && keptUntil.keeper.startsWith("neighbour")
              ? Resolve.QUEUED
              : Resolve.RESOLVED;
      return " = " + (keptUntil == null ? Resolve.REFUSED : kept);
    }
    if (returns == Wire.Xmit.class) {
      boolean busy = keptUntil != null && keptUntil.keeper.startsWith("transmit band");
      return " = " + (busy ? Wire.Xmit.BUSY : Wire.Xmit.OK);
    }
    return "";
  }

  private String elapsed(long atNs) {
    return atNs == startNs ? "" : String.format(" (+%.3f ms)", (atNs - startNs) / 1e6);
  }
}
