package dev.skiff.jmh;

import static java.nio.ByteOrder.BIG_ENDIAN;

import dev.skiff.Frames;
import dev.skiff.header.IpHdr;
import dev.skiff.skb.SkBuff;
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
