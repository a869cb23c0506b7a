package dev.skiff.daemon;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Notices that network namespaces lose their names. Nothing else would tell: a TAP that we hold
 * keeps its namespace alive, without a name and out of everybody's reach. Has a thread of its own.
 */
final class NetnsWatch implements Closeable {
  private static final Path DIRECTORY = Path.of("/run/netns");

  private final WatchService service;
  private final Map<String, NetnsId> names;
  private final Consumer<String> gone;

  private NetnsWatch(WatchService service, Map<String, NetnsId> names, Consumer<String> gone) {
    this.service = service;
    this.names = new TreeMap<>(names);
    this.gone = gone;
  }

  /**
   * Watches from now on.
   *
   * @param names names as in {@code ip netns}, or files, and which namespace each was; files of
   *     {@code /proc} are not watched, since they go with their process and tell nobody
   * @param gone told each name once, on a thread of the watch's own, when it is no longer that
   *     namespace's: deleted, or another's
   * @throws IOException if the system does not let us watch
   */
  static NetnsWatch start(Map<String, NetnsId> names, Consumer<String> gone) throws IOException {
    WatchService service = FileSystems.getDefault().newWatchService();
    NetnsWatch watch = new NetnsWatch(service, names, gone);
    watch.names.keySet().removeIf(name -> fileOf(name).startsWith("/proc"));
    Set<Path> directories = new HashSet<>();
    for (String name : watch.names.keySet()) {
      Path directory = fileOf(name).toAbsolutePath().getParent();
      if (directory != null && directories.add(directory)) {
        try {
          directory.register(
              service, StandardWatchEventKinds.ENTRY_DELETE, StandardWatchEventKinds.ENTRY_CREATE);
        } catch (IOException e) {
          service.close();
          throw new IOException(
              "network namespaces in " + directory + " cannot be watched: " + e.getMessage(), e);
        }
      }
    }
    if (!watch.names.isEmpty()) {
      Thread.ofPlatform().name("skiff-netns-watch").daemon().start(watch::run);
    }
    return watch;
  }

  private static Path fileOf(String name) {
    return name.indexOf('/') >= 0 ? Path.of(name) : DIRECTORY.resolve(name);
  }

  private void run() {
    try {
      while (!names.isEmpty()) {
        // At first too: it may have gone before we watched. What the events say is not looked at.
        for (String name : Set.copyOf(names.keySet())) {
          if (!isStill(name)) {
            names.remove(name);
            gone.accept(name);
          }
        }
        WatchKey key = service.take();
        key.pollEvents().clear();
        var _ = key.reset();
      }
    } catch (ClosedWatchServiceException | InterruptedException e) {
      // The daemon ends.
    }
  }

  private boolean isStill(String name) {
    try {
      return NetnsId.of(fileOf(name)).equals(names.get(name));
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    service.close();
  }
}
