package dev.skiff.trace;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.skb.DropReason;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WholeBlocksTest {
  private static final int PACKETS = 2000;
  private static final int FRAME = 98;

  @TempDir Path directory;

  /** Packets with headers before and statistics behind them. */
  private static void write(java.io.OutputStream out, int packets, int frame) throws IOException {
    var device = new PcapngWriter.Interface("skiff0", 0x0200_5E10_0001L);
    PcapngWriter writer = new PcapngWriter(out, "test", List.of(device), 0);
    for (int i = 0; i < packets; i++) {
      writer.packet(0, i, new byte[frame], frame, true, i, 0, DropReason.CONSUMED);
    }
    writer.statistics(0, packets, 0);
    writer.flush();
  }

  private static byte[] whole(int packets, int frame) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    write(all, packets, frame);
    return all.toByteArray();
  }

  private static int packets(byte[] file) throws IOException {
    ByteArrayInputStream in = new ByteArrayInputStream(file);
    PcapngReader reader = new PcapngReader(in);
    int packets = 0;
    int bytes = 0;
    for (var block = reader.next(); block != null; block = reader.next()) {
      packets += block.packet() == null ? 0 : 1;
      bytes += block.bytes().length;
    }
    assertEquals(file.length, bytes, "nothing but whole blocks");
    return packets;
  }

  @ParameterizedTest
  @ValueSource(ints = {FRAME, 9014, Scratch.MAX_FRAME})
  void whatIsWrittenIsInTheFile(int frame) throws IOException {
    Path file = directory.resolve("x.pcapng");
    LimitedFile channel = new LimitedFile(file, Long.MAX_VALUE);
    try (WholeBlocks blocks = new WholeBlocks(channel)) {
      write(blocks, 20, frame);
      assertEquals(20, blocks.packets());
    }
    assertArrayEquals(whole(20, frame), Files.readAllBytes(file));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 27, 28, 29, 64, 5000, 65_535, 65_536, 65_537, 100_000, 131_072})
  void aDiskThatIsFullLeavesWholeBlocksAndTheyAreCounted(int room) throws IOException {
    byte[] all = whole(PACKETS, FRAME);
    assertTrue(room < all.length);
    Path file = directory.resolve("x.pcapng");
    WholeBlocks blocks = new WholeBlocks(new LimitedFile(file, room));
    IOException full = assertThrows(IOException.class, () -> write(blocks, PACKETS, FRAME));
    blocks.close();
    assertEquals(LimitedFile.FULL, full.getMessage());
    byte[] kept = Files.readAllBytes(file);
    assertEquals(packets(kept), blocks.packets());
    assertTrue(kept.length <= room && room - kept.length < 400, kept.length + " of " + room);
    assertArrayEquals(java.util.Arrays.copyOf(all, kept.length), kept);
  }

  @Test
  void whatCannotBeShortenedIsStillCounted() throws IOException {
    Path file = directory.resolve("x.pcapng");
    LimitedFile channel = new LimitedFile(file, 5000);
    channel.isPipe = true;
    WholeBlocks blocks = new WholeBlocks(channel);
    IOException full = assertThrows(IOException.class, () -> write(blocks, PACKETS, FRAME));
    blocks.close();
    assertEquals(LimitedFile.FULL, full.getMessage());
    assertEquals(5000, Files.size(file));
    ByteArrayInputStream in = new ByteArrayInputStream(Files.readAllBytes(file));
    PcapngReader reader = new PcapngReader(in);
    int packets = 0;
    for (var block = reader.next(); block != null; block = reader.next()) {
      packets += block.packet() == null ? 0 : 1;
    }
    assertEquals(packets, blocks.packets());
  }
}
