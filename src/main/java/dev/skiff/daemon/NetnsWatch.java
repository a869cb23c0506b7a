package dev.skiff.daemon;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Notices that named network namespaces are deleted. Nothing else would tell: a TAP that we hold
 * keeps its namespace alive, without a name and out of everybody's reach. Has a thread of its own.
 */
final class NetnsWatch implements Closeable {
  private static final Path DIRECTORY = Path.of("/run/netns");

  private final WatchService service;
  private final Set<String> names;
  private final Consumer<String> deleted;

  private NetnsWatch(WatchService service, Set<String> names, Consumer<String> deleted) {
    this.service = service;
    this.names = new TreeSet<>(names);
    this.deleted = deleted;
  }

  /**
   * Watches from now on.
   *
   * @param names as in {@code ip netns}; those that are files ("/proc/PID/ns/net") are not watched
   * @param deleted told each name once, on a thread of the watch's own
   * @throws IOException if the system does not let us watch
   */
  static NetnsWatch start(Set<String> names, Consumer<String> deleted) throws IOException {
    WatchService service = DIRECTORY.getFileSystem().newWatchService();
    NetnsWatch watch = new NetnsWatch(service, names, deleted);
    watch.names.removeIf(name -> name.indexOf('/') >= 0);
    if (!watch.names.isEmpty()) {
      DIRECTORY.register(service, StandardWatchEventKinds.ENTRY_DELETE);
      Thread.ofPlatform().name("skiff-netns-watch").daemon().start(watch::run);
    }
    return watch;
  }

  private void run() {
    try {
      while (!names.isEmpty()) {
        // At first too: it may have gone before we watched. What the events say is not looked at.
        for (String name : Set.copyOf(names)) {
          if (!Files.exists(DIRECTORY.resolve(name))) {
            names.remove(name);
            deleted.accept(name);
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

  @Override
  public void close() throws IOException {
    service.close();
  }
}
