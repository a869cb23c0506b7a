package dev.skiff.docs;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.dev.NetDevice;
import dev.skiff.ip.IpHandler;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import dev.skiff.skb.SkBuffQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A socket's limit and a driver's buffers, F01 of the 1996 design: docs/socket-buffers.md. */
class SocketBufferTest {
  private static final String PAGE = "socket-buffers.md";
  private static final int RMEM_DEFAULT = 212_992;
  private static final byte[] PAYLOAD = "Hello from the far end".getBytes(US_ASCII);

  private final List<String> lines = new ArrayList<>();

  /** {@code struct sock}, as far as memory goes: a list and two numbers. */
  private static final class Sock implements IpHandler {
    private final SkBuffQueue receiveQueue = new SkBuffQueue("a socket");
    private final int rcvbuf;
    private int rmemAlloc;

    Sock(int rcvbuf) {
      this.rcvbuf = rcvbuf;
    }

    @Override
    public DropReason receive(SkBuff skb, NetDevice dev, long nowNs) {
      return skb.pull(Frames.UDP_HLEN) < 0 ? DropReason.PKT_TOO_SMALL : queueRcvSkb(skb);
    }

    /** {@code sock_queue_rcv_skb}: charges the socket for the buffer and queues it, or refuses. */
    private DropReason queueRcvSkb(SkBuff skb) {
      int charge = skb.truesize();
      if (rmemAlloc + charge >= rcvbuf) {
        return DropReason.NOMEM;
      }
      rmemAlloc += charge;
      skb.setDestructor(ended -> rmemAlloc -= charge);
      receiveQueue.queueTail(skb);
      return DropReason.NOT_DROPPED;
    }

    /** {@code recv}: the only copy, out of the driver's buffer into the program's memory. */
    private byte[] recv() {
      SkBuff skb = Objects.requireNonNull(receiveQueue.dequeue("recv"));
      byte[] data = new byte[skb.len()];
      skb.copyTo(skb.data(), data, data.length);
      skb.free(DropReason.CONSUMED);
      return data;
    }

    private void readAll() {
      while (!receiveQueue.isEmpty()) {
        assertEquals(PAYLOAD.length, recv().length);
      }
    }
  }

  private void say(String format, Object... args) {
    lines.add(Svg.at(format, args));
  }

  private static void flood(Rig rig, int datagrams) {
    for (int i = 0; i < datagrams; i++) {
      rig.inject(Frames.udpToUs(40_000, 7, PAYLOAD));
    }
    rig.turn();
  }

  private Sock fill(Rig rig, int datagrams) {
    Sock sock = new Sock(RMEM_DEFAULT);
    rig.handleUdp(sock);
    flood(rig, datagrams);
    SkBuff first = Objects.requireNonNull(sock.receiveQueue.peek());
    int truesize = first.truesize();
    say(
        "  %d bytes of payload, truesize %d = %d + a block of %d",
        first.len(), truesize, SkBuff.HEAD_BYTES, truesize - SkBuff.HEAD_BYTES);
    int queued = sock.receiveQueue.len();
    say(
        "  of %d datagrams %d are queued and %d refused for %s; rmem_alloc %d",
        datagrams, queued, rig.verdicts(DropReason.NOMEM), DropReason.NOMEM, sock.rmemAlloc);
    assertEquals(queued * truesize, sock.rmemAlloc);
    assertEquals(datagrams - queued, rig.verdicts(DropReason.NOMEM));
    assertTrue(sock.rmemAlloc < RMEM_DEFAULT);
    assertTrue(sock.rmemAlloc + truesize >= RMEM_DEFAULT);
    say(
        "  one more would make it %d, and less than %d is allowed",
        sock.rmemAlloc + truesize, RMEM_DEFAULT);
    return sock;
  }

  @Test
  void theLimitIsANumberAndTheMemoryIsTheDrivers() {
    try (Rig rig = new Rig(128)) {
      say("Frames stay in the buffers that the driver posted:");
      Sock sock = fill(rig, 100);
      sock.recv();
      say("  one read: rmem_alloc %d", sock.rmemAlloc);
      flood(rig, 2);
      say("  two more come: rmem_alloc %d, one of them is refused", sock.rmemAlloc);
      assertEquals(9, rig.verdicts(DropReason.NOMEM));
      sock.readAll();
      say("  all read: rmem_alloc %d", sock.rmemAlloc);
      assertEquals(0, sock.rmemAlloc);
    }
    try (Rig rig = new Rig(512, builder -> builder.rxCopybreak(256))) {
      say("With --rx-copybreak 256, small frames move to small buffers:");
      fill(rig, 300).readAll();
    }
    Golden.shownOn(PAGE, "SocketBufferTest", String.join("\n", lines));
    Golden.codeIsFrom(PAGE, SocketBufferTest.class);
  }

  @Test
  void whatTheReaderReadsIsTheBlockThatTheDriverReceivedInto() {
    try (Rig rig = new Rig()) {
      Sock sock = new Sock(RMEM_DEFAULT);
      rig.handleUdp(sock);
      rig.inject(Frames.udpToUs(40_000, 7, PAYLOAD));
      List<Long> addresses = new ArrayList<>();
      rig.stack().pool().setTracer(new Addresses(addresses));
      rig.turn();
      SkBuff queued = Objects.requireNonNull(sock.receiveQueue.peek());
      assertNotEquals(List.of(), addresses);
      addresses.forEach(address -> assertEquals(queued.address(0), address));
      sock.readAll();
    }
  }

  /** Where the block of each buffer lies that passes a function. */
  private record Addresses(List<Long> addresses) implements dev.skiff.skb.Tracer {
    @Override
    public void hop(SkBuff skb, String point) {
      addresses.add(skb.address(0));
    }

    @Override
    public void held(SkBuff skb, String holder) {}

    @Override
    public void ended(SkBuff skb, DropReason reason) {}
  }
}
