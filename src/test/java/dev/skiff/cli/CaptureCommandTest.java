package dev.skiff.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.skiff.trace.PcapngWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code skiff capture} beside a daemon that does not do as it should. */
@Execution(ExecutionMode.CONCURRENT)
class CaptureCommandTest {
  private static final int ENHANCED_PACKET = 6;

  @TempDir Path directory;

  /** A stream with this many packets and without an end. */
  private static byte[] stream(int packets) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    var device = new PcapngWriter.Interface("skiff0", 0x0200_5E10_0001L);
    var _ = new PcapngWriter(out, "test", List.of(device), 0);
    for (int i = 0; i < packets; i++) {
      out.writeBytes(packet());
    }
    return out.toByteArray();
  }

  private static byte[] packet() {
    int length = 12 + 20 + 16;
    return ByteBuffer.allocate(length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(0, ENHANCED_PACKET)
        .putInt(4, length)
        .putInt(20, 14)
        .putInt(24, 14)
        .putInt(length - 4, length)
        .array();
  }

  /** Serves one client: a stream that it then neither ends nor, if it hangs, closes. */
  private static void serve(
      ServerSocketChannel server, int packets, boolean hangs, CountDownLatch end) {
    try (SocketChannel client = server.accept()) {
      while (Channels.newInputStream(client).read() != '\n') {
        // The request, whatever it is.
      }
      ByteArrayOutputStream answer = new ByteArrayOutputStream();
      answer.writeBytes(
          "{\"v\":1,\"ok\":true,\"stream\":\"pcapng\"}\n".getBytes(StandardCharsets.UTF_8));
      answer.writeBytes(stream(packets));
      ByteBuffer bytes = ByteBuffer.wrap(answer.toByteArray());
      while (bytes.hasRemaining()) {
        var _ = client.write(bytes);
      }
      if (hangs) {
        end.await();
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private int capture(int packets, boolean hangs, String... more) throws IOException {
    Path socket = directory.resolve("s");
    CountDownLatch end = new CountDownLatch(1);
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      Thread.ofPlatform().daemon().start(() -> serve(server, packets, hangs, end));
      List<String> args =
          new java.util.ArrayList<>(List.of("capture", "--socket", socket.toString()));
      args.addAll(List.of(more));
      return Main.execute(args.toArray(String[]::new));
    } finally {
      end.countDown();
    }
  }

  @Test
  void framesThatAreHereAreNotLostToADaemonThatIsSlowToClose() throws IOException {
    Path file = directory.resolve("x.pcapng");
    assertEquals(0, capture(3, true, "-c", "2", "-w", file.toString()));
    assertArrayEquals(stream(2), Files.readAllBytes(file));
  }

  @ParameterizedTest
  @CsvSource({"2,0", "3,1"})
  void aDaemonThatGoesAwayIsAFailureUnlessAllIsHere(int count, int exitCode) throws IOException {
    Path file = directory.resolve("x.pcapng");
    String wanted = Integer.toString(count);
    assertEquals(exitCode, capture(2, false, "-c", wanted, "-w", file.toString()));
    assertArrayEquals(stream(2), Files.readAllBytes(file));
  }
}
