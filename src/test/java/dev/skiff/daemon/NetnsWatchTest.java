package dev.skiff.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names that are lost; files of a test's own stand for namespaces here. */
class NetnsWatchTest {
  @TempDir Path directory;
  private final BlockingQueue<String> gone = new LinkedBlockingQueue<>();

  private Path file(String name) throws Exception {
    return Files.createFile(directory.resolve(name));
  }

  @Test
  void aNameThatIsDeletedIsToldOnceAndTheOthersAreNot() throws Exception {
    Path one = file("one");
    Path other = file("other");
    Map<String, NetnsId> names =
        Map.of(one.toString(), NetnsId.of(one), other.toString(), NetnsId.of(other));
    try (NetnsWatch watch = NetnsWatch.start(names, gone::add)) {
      Files.delete(one);
      assertEquals(one.toString(), gone.poll(10, TimeUnit.SECONDS));
      Files.delete(file("third"));
      Files.delete(other);
      assertEquals(other.toString(), gone.poll(10, TimeUnit.SECONDS));
      assertNull(gone.poll());
      assertEquals(true, watch != null);
    }
  }

  @Test
  void aNameThatIsAnothersByNowIsLostTooEvenBeforeItIsWatched() throws Exception {
    Path name = file("one");
    NetnsId before = NetnsId.of(name);
    Files.move(file("two"), name, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    try (NetnsWatch watch = NetnsWatch.start(Map.of(name.toString(), before), gone::add)) {
      assertEquals(name.toString(), gone.poll(10, TimeUnit.SECONDS));
      assertEquals(true, watch != null);
    }
  }

  @Test
  void theNamespaceOfAThreadIsThatOfItsFile() throws Exception {
    assertEquals(NetnsId.of(Path.of("/proc/self/ns/net")), NetnsId.ofThisThread());
    try (NetnsWatch watch =
        NetnsWatch.start(Map.of("/proc/self/ns/net", new NetnsId(0, 0)), gone::add)) {
      assertNull(gone.poll(), "what cannot be watched is not");
      assertEquals(true, watch != null);
    }
  }
}
