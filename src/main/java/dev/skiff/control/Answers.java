package dev.skiff.control;

import dev.skiff.dev.NetDevice;
import dev.skiff.header.MacAddr;
import dev.skiff.loop.PollLoop;
import dev.skiff.skb.DropReason;
import dev.skiff.stack.NetStack;
import dev.skiff.wire.FaultSpec;
import dev.skiff.wire.FaultyWire;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Answers commands about one stack. Any thread but the loop's. */
public final class Answers {
  private static final Duration LOOP_TIMEOUT = Duration.ofSeconds(2);
  private static final long NS_PER_S = 1_000_000_000L;

  private final NetStack stack;
  private final PollLoop loop;
  private final String version;
  private final Map<String, Supplier<Map<String, Long>>> moreCounters = new LinkedHashMap<>();
  private @Nullable LogLevels logLevels;
  private Supplier<Reply.@Nullable Credentials> credentials = () -> null;
  private Map<String, Reply.Uplink> uplinks = Map.of();
  private final long startNs = System.nanoTime();
  private final Map<String, Own> owns = new LinkedHashMap<>();

  /** Answers about {@code stack}, which {@code loop} runs. */
  public Answers(NetStack stack, PollLoop loop, String version) {
    this.stack = stack;
    this.loop = loop;
    this.version = version;
  }

  /** What a daemon does itself, with its stack or without. Any thread but the loop's. */
  public interface Own {
    /**
     * Does it.
     *
     * @param request its members, "v" and "cmd" among them; those that it does not know it refuses
     * @throws IllegalArgumentException with one line that says what is wrong with the request
     * @throws IllegalStateException with one line that says why it cannot be done now
     * @throws ExecutionException with one of them as its cause, or with a bug
     * @throws TimeoutException if the loop did not answer
     */
    Reply answer(Map<String, Object> request)
        throws ExecutionException, TimeoutException, InterruptedException;
  }

  /** Has one more command answered. To be called before anybody can ask. */
  public Answers with(String word, Own own) {
    owns.put(word, own);
    return this;
  }

  /** The commands that were added. */
  Set<String> words() {
    return owns.keySet();
  }

  private Reply own(Command.Own command)
      throws ExecutionException, TimeoutException, InterruptedException {
    Own own = owns.get(command.word());
    return own == null
        ? new Reply.Failure("unknown \"cmd\" '" + command.word() + "'")
        : own.answer(command.arguments());
  }

  /** Lets it be asked, and told, how much is logged. Before it is asked anything. */
  public Answers withLog(LogLevels levels) {
    logLevels = levels;
    return this;
  }

  /** Says who the process is to the system; asked by any thread. Before it is asked anything. */
  public Answers withCredentials(Supplier<Reply.@Nullable Credentials> who) {
    credentials = who;
    return this;
  }

  /** Says whose network devices are on, by their names. Before it is asked anything. */
  public Answers withUplinks(Map<String, Reply.Uplink> all) {
    uplinks = Map.copyOf(all);
    return this;
  }

  /** Counts one more group in {@code stat}. Before it is asked anything. */
  public Answers withCounters(String group, Supplier<Map<String, Long>> counters) {
    moreCounters.put(group, counters);
    return this;
  }

  /** Carries a command out. */
  public Reply answer(Command.Asked command) {
    try {
      return switch (command) {
        case Command.Status s -> status();
        case Command.Stat s -> stat();
        case Command.Drops d -> drops();
        case Command.Neigh n -> neigh(n.request());
        case Command.Route r -> route(r.request());
        case Command.Addr a -> addr(a.request());
        case Command.Fault f -> fault(f);
        case Command.Link l -> link(l);
        case Command.Maddr m -> maddr(m);
        case Command.Own o -> own(o);
        case Command.LogLevel l -> logLevel(l);
      };
    } catch (TimeoutException e) {
      return new Reply.Failure(
          "the loop did not answer within "
              + LOOP_TIMEOUT.toSeconds()
              + " s: it is busy or ending");
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof IllegalStateException
          || cause instanceof IllegalArgumentException
          || cause instanceof IOException) {
        return new Reply.Failure(String.valueOf(cause.getMessage()));
      }
      return new Reply.Failure("a bug: the command threw " + e.getCause());
    } catch (IllegalStateException e) {
      return new Reply.Failure(String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Reply.Failure("the daemon is ending");
    }
  }

  private Reply status() {
    List<Reply.Device> devices = new ArrayList<>();
    for (NetDevice dev : stack.devices()) {
      devices.add(
          new Reply.Device(
              dev.name(),
              dev.isUp(),
              MacAddr.format(dev.macAddress()),
              dev.inDev().addresses(),
              dev.mtu(),
              dev.failure(),
              uplinks.get(dev.name())));
    }
    long uptimeS = (System.nanoTime() - startNs) / NS_PER_S;
    return new Reply.Status(
        version,
        ProcessHandle.current().pid(),
        uptimeS,
        devices,
        stack.faults().count(),
        credentials.get());
  }

  private Reply stat() {
    Map<String, Map<String, Long>> groups = stack.counters();
    groups.put("Loop", loop.counters());
    moreCounters.forEach((group, counters) -> groups.put(group, counters.get()));
    return new Reply.Stat(groups);
  }

  private Reply logLevel(Command.LogLevel command) {
    LogLevels levels = logLevels;
    if (levels == null) {
      return new Reply.Failure("this one has no log of its own");
    }
    String wanted = command.level();
    if (wanted != null) {
      levels.set(wanted, command.logger());
    }
    return new Reply.Logs(levels.level(), levels.exceptions());
  }

  private Reply drops() {
    List<Reply.Drop> drops = new ArrayList<>();
    for (DropReason reason : DropReason.values()) {
      long count = stack.pool().verdicts().of(reason);
      if (reason.isDrop() && count > 0) {
        drops.add(new Reply.Drop(reason.name(), count, reason.text()));
      }
    }
    return new Reply.Drops(drops);
  }

  private Reply neigh(NeighRequest request)
      throws ExecutionException, TimeoutException, InterruptedException {
    boolean aboutOne = request.action().sets() || request.action() == NeighRequest.Action.DEL;
    NetDevice dev = request.dev() == null && !aboutOne ? null : device(request.dev());
    return loop.call(
        () -> new Neighbours(stack.neighbours(), loop.turnNs()).carryOut(request, dev),
        LOOP_TIMEOUT);
  }

  private Reply route(RouteRequest request)
      throws ExecutionException, TimeoutException, InterruptedException {
    String dev = request.spec().dev();
    if (dev != null) {
      var _ = device(dev); // What is shown by a device that is not there would be nothing.
    }
    return loop.call(
        () -> new RouteAnswers(stack.routes(), stack.devices()).carryOut(request), LOOP_TIMEOUT);
  }

  private Reply addr(AddrRequest request)
      throws ExecutionException, TimeoutException, InterruptedException {
    boolean all = request.action() == AddrRequest.Action.SHOW && request.dev() == null;
    List<NetDevice> meant = all ? stack.devices() : List.of(device(request.dev()));
    return meant.isEmpty()
        ? new Reply.Addresses(List.of())
        : loop.call(() -> Addresses.carryOut(request, meant), LOOP_TIMEOUT);
  }

  private Reply fault(Command.Fault command)
      throws ExecutionException, TimeoutException, InterruptedException {
    NetDevice dev = device(command.dev());
    String wanted = command.spec();
    if (wanted != null) {
      FaultSpec spec = FaultSpec.parse(wanted);
      var _ =
          loop.call(
              () -> {
                dev.setFault(spec, loop.turnNs());
                return true;
              },
              LOOP_TIMEOUT);
    }
    FaultyWire fault = dev.fault();
    return new Reply.Fault(
        dev.name(),
        (fault == null ? FaultSpec.OFF : fault.spec()).toString(),
        stack.counters().getOrDefault(NetStack.faultGroup(dev), Map.of()));
  }

  private Reply link(Command.Link command)
      throws ExecutionException, TimeoutException, InterruptedException {
    LinkSettings settings = command.set();
    List<NetDevice> shown =
        command.dev() == null && settings == null
            ? stack.devices()
            : List.of(device(command.dev()));
    return loop.call(
        () -> {
          if (settings != null) {
            Links.set(shown.getFirst(), settings);
          }
          return new Reply.Links(shown.stream().map(Links::show).toList());
        },
        LOOP_TIMEOUT);
  }

  private Reply maddr(Command.Maddr command)
      throws ExecutionException, TimeoutException, InterruptedException {
    List<NetDevice> shown =
        command.dev() == null && !command.sets() ? stack.devices() : List.of(device(command.dev()));
    return loop.call(
        () -> {
          if (command.sets()) {
            Groups.set(stack.igmp(), shown.getFirst(), command);
          }
          return new Reply.Maddrs(shown.stream().map(Groups::show).toList());
        },
        LOOP_TIMEOUT);
  }

  /**
   * The device of this name, or the only one there is.
   *
   * @throws IllegalArgumentException with one line that names them
   */
  private NetDevice device(@Nullable String name) {
    List<NetDevice> all = stack.devices();
    NetDevice dev = name == null ? null : stack.netDevices().get(name);
    if (dev != null) {
      return dev;
    }
    if (name == null && all.size() == 1) {
      return all.getFirst();
    }
    String names = String.join(", ", all.stream().map(NetDevice::name).toList());
    throw new IllegalArgumentException(
        name == null
            ? "there are several devices, name one: " + names
            : "no device is called '" + name + "': there are " + names);
  }
}
