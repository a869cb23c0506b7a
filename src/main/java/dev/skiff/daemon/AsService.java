package dev.skiff.daemon;

import dev.skiff.control.HeldEntry;
import dev.skiff.control.Reply;
import dev.skiff.dev.NetDevice;
import dev.skiff.loop.PollLoop;
import dev.skiff.time.TimerQueue;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The daemon as a program among others: whom it runs as, its process number in a file, and what it
 * tells the service manager. Thread: the main thread, unless a method says otherwise.
 */
final class AsService implements Closeable {
  private final RunAs user;
  private final @Nullable PidFile pidFile;
  private final SdNotify manager;

  /** What the manager was told last; empty until it was told that we are ready. */
  private String told = "";

  private AsService(RunAs user, @Nullable PidFile pidFile, SdNotify manager) {
    this.user = user;
    this.pidFile = pidFile;
    this.manager = manager;
  }

  /**
   * Before anything else is opened.
   *
   * @throws IllegalArgumentException with one line, if there is no user of the name
   * @throws IOException with one line, if the file of the process number cannot be had
   */
  static AsService open(Service service) throws IOException {
    RunAs user = RunAs.of(service.user());
    PidFile pidFile = PidFile.take(service.pidFile());
    return new AsService(
        user, pidFile, SdNotify.open(System::getenv, ProcessHandle.current().pid()));
  }

  /**
   * All is open: lets go of what is not needed any more.
   *
   * @param made files and directories that are to be gone at the end
   * @return what the start line says of it, or nothing
   * @throws IOException if it went wrong half-way: the daemon must end
   */
  String settle(List<HeldEntry> made) throws IOException {
    List<HeldEntry> all = new ArrayList<>(made);
    if (pidFile != null) {
      all.addAll(pidFile.made());
    }
    user.drop(all);
    return user.reproach();
  }

  /** It answers. */
  void ready(List<NetDevice> devices, PollLoop loop, TimerQueue timers) {
    told = status(devices);
    manager.ready(told, loop, timers);
  }

  /** Something may be other than it was. */
  void changed(List<NetDevice> devices) {
    String now = status(devices);
    if (!told.isEmpty() && !told.equals(now)) {
      told = now;
      manager.status(now);
    }
  }

  /** It reads its config anew; {@link #reloaded} follows. */
  void reloading() {
    manager.reloading();
  }

  /** It has, whatever came of it. */
  void reloaded() {
    manager.reloaded(told);
  }

  /** It ends. */
  void stopping() {
    manager.stopping();
  }

  /** As in "skiff0 answers as 198.51.100.2/24; skiff1 is down: TAP skiff1 is gone". */
  static String status(List<NetDevice> devices) {
    List<String> words = new ArrayList<>();
    for (NetDevice dev : devices) {
      List<String> addresses =
          dev.inDev().addresses().stream().map(ifa -> ifa.local().toString()).toList();
      words.add(
          dev.failure().isEmpty()
              ? dev.name() + " answers as " + String.join(" and ", addresses)
              : dev.name() + " is down: " + dev.failure());
    }
    return String.join("; ", words);
  }

  /** Who the process is, as of now; null if the system does not tell. Any thread. */
  Reply.@Nullable Credentials credentials() {
    return user.credentials();
  }

  /** After everything else. */
  @Override
  public void close() {
    manager.close();
    if (pidFile != null) {
      pidFile.close();
    }
  }
}
