package dev.skiff.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.skb.DropReason;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FilterTest {
  private final Scratch scratch = new Scratch();
  private final Keys keys = new Keys();

  @AfterEach
  void close() {
    scratch.close();
  }

  private int test(String filter, byte[] frame, boolean in, @Nullable DropReason verdict) {
    keys.read(scratch.load(frame, frame.length), 0, in, "skiff0");
    return Filter.parse(filter).test(keys, verdict);
  }

  private static byte[] udp(int sport, int dport, int fragOff) {
    ByteBuffer udp = ByteBuffer.allocate(12);
    udp.putShort((short) sport).putShort((short) dport).putShort((short) 12);
    byte[] ip = Frames.ipv4(Rig.PEER_IP, Rig.OUR_IP, 17, 64, udp.array());
    ByteBuffer.wrap(ip).putShort(6, (short) fragOff);
    return Frames.padded(Frames.ethernet(Rig.OUR_MAC, Rig.PEER_MAC, 0x0800, ip));
  }

  private static byte[] frame(String kind) {
    return switch (kind) {
      case "echo" -> Frames.echoRequest(7, 1, Frames.data(56));
      case "arp" -> Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_IP);
      case "udp" -> udp(5353, 53, 0);
      case "fragment" -> udp(5353, 53, 10);
      case "runt" -> new byte[] {1, 2, 3};
      default -> throw new IllegalArgumentException(kind);
    };
  }

  @ParameterizedTest
  @CsvSource({
    "'',echo,2",
    "icmp,echo,2",
    "dev skiff0,echo,2",
    "ifname skiff0 and icmp,echo,2",
    "dev skiff1,echo,0",
    "not dev skiff1,runt,2",
    "ICMP,echo,2",
    "arp,echo,0",
    "arp,arp,2",
    "ip,arp,0",
    "not ip,arp,2",
    "!ip,arp,2",
    "ip6,echo,0",
    "host 198.51.100.1,echo,2",
    "host 198.51.100.1,arp,2",
    "host 198.51.100.9,arp,0",
    "src host 198.51.100.1,echo,2",
    "dst host 198.51.100.1,echo,0",
    "dst host 198.51.100.2,arp,2",
    "net 198.51.100.0/25,echo,2",
    "src net 198.51.100.128/25,echo,0",
    "udp,udp,2",
    "port 53,udp,2",
    "src port 53,udp,0",
    "dst port 53,udp,2",
    "port 53,fragment,0",
    "port 53,echo,0",
    "tcp,udp,0",
    "proto 17,udp,2",
    "udp port 53,udp,2",
    "UDP DST PORT 53,udp,2",
    "udp src port 53,udp,0",
    "udp port 54,udp,0",
    "tcp port 53,udp,0",
    "tcp port 53 or udp,udp,2",
    "not tcp port 53,udp,2",
    "ip host 198.51.100.1,echo,2",
    "ip host 198.51.100.1,arp,0",
    "ip host 198.51.100.9,echo,0",
    "ip src 198.51.100.1,echo,2",
    "ip proto 17,udp,2",
    "ip proto 17,echo,0",
    "arp host 198.51.100.1,arp,2",
    "arp net 198.51.100.0/25,echo,0",
    "src 198.51.100.1,echo,2",
    "src 198.51.100.2,echo,0",
    "dst 198.51.100.2 and src 198.51.100.1,arp,2",
    "dst 198.51.100.1,echo,0",
    "src 198.51.100.0/30,echo,2",
    "dst 198.51.100.128/25,echo,0",
    "ether host 02:00:5e:10:00:02,echo,2",
    "ether dst 02:00:5e:10:00:02,echo,0",
    "ether dst ff:ff:ff:ff:ff:ff,arp,2",
    "ether proto 0x0806,arp,2",
    "less 60,echo,0",
    "less 60,arp,2",
    "greater 98,echo,2",
    "greater 99,echo,0",
    "in,echo,2",
    "out,echo,0",
    "icmp and host 198.51.100.1 and in,echo,2",
    "arp or icmp,echo,2",
    "arp or icmp and out,arp,2", // "and" binds closer.
    "(arp or icmp) and out,arp,0",
    "not (arp or icmp),echo,0",
    "arp || icmp && out,arp,2",
    "icmp,runt,0",
    "not icmp,runt,2",
    "drop,echo,1",
    "not drop,echo,1",
    "reason OTHERHOST,echo,1",
    "held,echo,1",
    "drop and arp,echo,0", // It cannot match any more, however it ends.
    "drop or icmp,echo,2",
  })
  void aFrameMatchesOrNotOrThatDependsOnItsEnd(String filter, String kind, int expected) {
    assertEquals(expected, test(filter, frame(kind), true, null));
  }

  @ParameterizedTest
  @CsvSource({
    "drop,OTHERHOST,2",
    "drop,CONSUMED,0",
    "drop,NOT_DROPPED,0",
    "held,NOT_DROPPED,2",
    "held,CONSUMED,0",
    "reason otherhost,OTHERHOST,2",
    "reason SKB_DROP_REASON_OTHERHOST,OTHERHOST,2",
    "reason OTHERHOST,IP_CSUM,0",
    "reason CONSUMED,CONSUMED,2",
    "not drop,IP_CSUM,0",
    "not reason OTHERHOST,IP_CSUM,2",
  })
  void onceItsEndIsKnownTheAnswerIsYesOrNo(String filter, DropReason verdict, int expected) {
    assertEquals(expected, test(filter, frame("echo"), true, verdict));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "icpm | at column 1: unknown word 'icpm': did you mean 'icmp'?",
        "arp or | at column 7: it ends where a condition, such as 'icmp' or 'host 198.51.100.1' should stand",
        "arp icmp | at column 5: 'icmp' comes unexpected: put 'and' or 'or' before it",
        "(arp | at column 1: this '(' is never closed: add ')'",
        "arp) | at column 4: ')' without '('",
        "port 70000 | at column 6: 70000 is not a port, 0 to 65535",
        "port x | at column 6: 'x' is not a port, 0 to 65535",
        "reason OTHERHSOT | did you mean 'OTHERHOST'?",
        "src icmp | at column 1: 'src' and 'dst' want 'host', 'net', 'port' or an address, not 'icmp'",
        "src | at column 4: it ends where 'host', 'net', 'port' or an address after 'src' should stand",
        "src 198.51.100 | at column 5: ",
        "dst 198.51.100.0/33 | at column 5: ",
        "tcp port http | at column 10: 'http' is not a port, 0 to 65535",
        "icmp host 198.51.100.1 | at column 6: 'host' comes unexpected: put 'and' or 'or' before it",
        "ether 5 | 'ether' wants 'src', 'dst', 'host' or 'proto', not '5'",
        "host 1.2.3 | at column 6: ",
        "net 198.51.100.0/33 | at column 5: ",
        "ether host 02:00 | at column 12: ",
      })
  void aMistakeGetsItsPlaceAndASuggestion(String filter, String says) {
    var e = assertThrows(IllegalArgumentException.class, () -> Filter.parse(filter));
    String message = String.valueOf(e.getMessage());
    assertEquals(1, message.lines().count(), message);
    if (!message.contains(says)) {
      assertEquals(says, message);
    }
  }

  @Test
  void aFilterThatIsAbsurdlyDeepOrLongIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> Filter.parse("(".repeat(900)));
    assertThrows(IllegalArgumentException.class, () -> Filter.parse("not ".repeat(100) + "ip"));
    assertThrows(IllegalArgumentException.class, () -> Filter.parse("ip or ".repeat(500) + "ip"));
  }
}
