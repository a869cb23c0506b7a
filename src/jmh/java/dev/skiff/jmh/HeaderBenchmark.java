package dev.skiff.jmh;

import static java.nio.ByteOrder.BIG_ENDIAN;

import dev.skiff.Frames;
import dev.skiff.header.IpHdr;
import dev.skiff.skb.SkBuff;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;

/** What the IP layer reads of a header, and the same from a byte array. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HeaderBenchmark {
  private static final ValueLayout.OfByte S8 = ValueLayout.JAVA_BYTE;
  private static final ValueLayout.OfShort S16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(BIG_ENDIAN);
  private static final ValueLayout.OfInt S32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(BIG_ENDIAN);
  private static final VarHandle U16 =
      MethodHandles.byteArrayViewVarHandle(short[].class, BIG_ENDIAN);
  private static final VarHandle U32 =
      MethodHandles.byteArrayViewVarHandle(int[].class, BIG_ENDIAN);

  /** Seven fields of the IP header in a buffer. */
  @Benchmark
  public int readIpHeader(OneFrame frame) {
    SkBuff skb = frame.skb;
    int ip = skb.data() + Frames.ETH_HLEN;
    return IpHdr.version(skb, ip)
        + IpHdr.ihl(skb, ip)
        + IpHdr.totLen(skb, ip)
        + IpHdr.fragOff(skb, ip)
        + IpHdr.protocol(skb, ip)
        + IpHdr.saddr(skb, ip)
        + IpHdr.daddr(skb, ip);
  }

  /** To compare: the same fields of the bare segment. */
  @Benchmark
  public int readSegment(OneFrame frame) {
    MemorySegment segment = frame.skb.segment();
    long ip = (long) frame.skb.data() + Frames.ETH_HLEN;
    int first = segment.get(S8, ip);
    return (first >> 4)
        + (first & 0xF)
        + (segment.get(S16, ip + 2) & 0xFFFF)
        + (segment.get(S16, ip + 6) & 0xFFFF)
        + (segment.get(S8, ip + 9) & 0xFF)
        + segment.get(S32, ip + 12)
        + segment.get(S32, ip + 16);
  }

  /** To compare: the same fields of a byte array. */
  @Benchmark
  public int readByteArray(OneFrame frame) {
    byte[] bytes = frame.bytes;
    int ip = Frames.ETH_HLEN;
    return (bytes[ip] >> 4)
        + (bytes[ip] & 0xF)
        + ((short) U16.get(bytes, ip + 2) & 0xFFFF)
        + ((short) U16.get(bytes, ip + 6) & 0xFFFF)
        + (bytes[ip + 9] & 0xFF)
        + (int) U32.get(bytes, ip + 12)
        + (int) U32.get(bytes, ip + 16);
  }
}
