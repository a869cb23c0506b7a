package dev.skiff.jmh;

import dev.skiff.Frames;
import dev.skiff.header.InetChecksum;
import dev.skiff.header.IpHdr;
import dev.skiff.skb.SkBuff;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;

/** The Internet checksum, RFC 1071. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ChecksumBenchmark {
  /** Of an IP header: 20 bytes. */
  @Benchmark
  public int ipHeader(OneFrame frame) {
    return InetChecksum.of(frame.skb, frame.skb.data() + Frames.ETH_HLEN, IpHdr.MIN_LEN);
  }

  /** Of the ICMP message: 8 bytes and the data. */
  @Benchmark
  public int icmpMessage(OneFrame frame) {
    SkBuff skb = frame.skb;
    int icmp = skb.data() + Frames.ETH_HLEN + IpHdr.MIN_LEN;
    return InetChecksum.of(skb, icmp, skb.tail() - icmp);
  }

  /** To compare: the same of a byte array, by RFC 1071's own loop. */
  @Benchmark
  public int icmpMessageByteByByte(OneFrame frame) {
    byte[] bytes = frame.bytes;
    int sum = 0;
    for (int i = Frames.ETH_HLEN + IpHdr.MIN_LEN; i + 1 < bytes.length; i += 2) {
      sum += (bytes[i] & 0xFF) << 8 | (bytes[i + 1] & 0xFF);
    }
    while (sum >> 16 != 0) {
      sum = (sum & 0xFFFF) + (sum >> 16);
    }
    return ~sum & 0xFFFF;
  }

  /** Carried on after one field has changed: RFC 1624. */
  @Benchmark
  public int replace(OneFrame frame) {
    SkBuff skb = frame.skb;
    int ip = skb.data() + Frames.ETH_HLEN;
    return InetChecksum.replace(IpHdr.check(skb, ip), IpHdr.ttl(skb, ip), IpHdr.id(skb, ip));
  }
}
