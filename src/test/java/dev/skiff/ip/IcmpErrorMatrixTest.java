package dev.skiff.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.skiff.Datagram;
import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.header.Ip4Addr;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * X94, X53, X95, X100, X73: all that RFC 1122 3.2.2 lets no ICMP error be sent about, by every
 * error that Skiff sends; and by what is as it should be, that it is sent.
 */
class IcmpErrorMatrixTest {
  private static final long SECOND = 1_000_000_000L;

  /** RFC 1122 3.3.2 has 60 to 120 s, ipfrag_time is 30 s. */
  private static final int REASSEMBLY_S = 125;

  private static final long ALL_HOSTS_MAC = 0x0100_5E00_0001L;
  private static final int ALL_HOSTS = Ip4Addr.parse("224.0.0.1");
  private static final int DIRECTED = Ip4Addr.parse("198.51.100.255");
  private static final int ZERO_FORM = Ip4Addr.parse("198.51.100.0");
  private static final String BAD_OPTION = "07000000";
  private static final int MF = 0x2000;
  private static final int DATA = 56;

  /** The errors. */
  enum Error {
    PORT_UNREACHABLE(3, 3) {
      @Override
      Datagram provoke(Datagram datagram) {
        return datagram.udp(9, Frames.data(DATA));
      }
    },
    PROTOCOL_UNREACHABLE(3, 2) {
      @Override
      Datagram provoke(Datagram datagram) {
        return datagram.protocol(Datagram.UNKNOWN_PROTOCOL).payload(Frames.data(DATA));
      }
    },
    PARAMETER_PROBLEM(12, 0) {
      @Override
      Datagram provoke(Datagram datagram) {
        return datagram.options(BAD_OPTION).echo(DATA);
      }
    },
    REASSEMBLY_TIME_EXCEEDED(11, 1) {
      @Override
      Datagram provoke(Datagram datagram) {
        return datagram.echo(DATA).fragOff(MF);
      }
    };

    final int type;
    final int code;

    Error(int type, int code) {
      this.type = type;
      this.code = code;
    }

    /** Makes of a datagram that has its addresses what is answered by this error. */
    abstract Datagram provoke(Datagram datagram);
  }

  /** What no error is sent about, and which errors can be meant at all. */
  record About(
      String what, Consumer<Datagram> before, Consumer<Datagram> after, Set<Error> errors) {
    static About addressed(String what, Consumer<Datagram> before) {
      return new About(what, before, datagram -> {}, EnumSet.allOf(Error.class));
    }

    static About changed(String what, Set<Error> errors, Consumer<Datagram> after) {
      return new About(what, datagram -> {}, after, errors);
    }

    byte[] frame(Error error) {
      Datagram datagram = new Datagram();
      before.accept(datagram);
      datagram = error.provoke(datagram);
      after.accept(datagram);
      return datagram.frame();
    }

    @Override
    public String toString() {
      return what;
    }
  }

  private static List<About> allowed() {
    return List.of(
        About.addressed("a unicast", datagram -> {}),
        About.addressed("TTL 1", datagram -> datagram.ttl(1)),
        About.addressed("TTL 0", datagram -> datagram.ttl(0)),
        About.addressed("TOS 0x10", datagram -> datagram.tos(0x10)),
        About.addressed("through a gateway", d -> d.from(Ip4Addr.parse("203.0.113.7"))));
  }

  private static List<About> forbidden() {
    List<About> all = new ArrayList<>();
    all.add(to("limited broadcast", Ip4Addr.BROADCAST, Frames.BROADCAST));
    all.add(to("directed broadcast", DIRECTED, Frames.BROADCAST));
    all.add(to("broadcast in the 0-form", ZERO_FORM, Frames.BROADCAST));
    all.add(to("multicast", ALL_HOSTS, ALL_HOSTS_MAC));
    all.add(to("limited broadcast in a unicast frame", Ip4Addr.BROADCAST, Rig.OUR_MAC));
    all.add(to("directed broadcast in a unicast frame", DIRECTED, Rig.OUR_MAC));
    all.add(to("broadcast in the 0-form in a unicast frame", ZERO_FORM, Rig.OUR_MAC));
    all.add(to("multicast in a unicast frame", ALL_HOSTS, Rig.OUR_MAC));
    all.add(to("unicast in a link-layer broadcast", Rig.OUR_IP, Frames.BROADCAST));
    all.add(to("unicast in a link-layer multicast", Rig.OUR_IP, ALL_HOSTS_MAC));
    for (String source :
        List.of(
            "0.0.0.0",
            "127.0.0.1",
            "127.255.255.254",
            "255.255.255.255",
            "198.51.100.255",
            "198.51.100.0",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "198.51.100.2")) {
      all.add(About.addressed("source " + source, d -> d.from(Ip4Addr.parse(source))));
    }
    // That it is not the first is all that is known of it: what it carries is no header.
    all.add(About.changed("later fragment", EnumSet.allOf(Error.class), d -> d.fragOff(MF | 8)));
    all.add(About.changed("last fragment", EnumSet.allOf(Error.class), d -> d.fragOff(8)));
    // Only these two are sent about datagrams whose protocol is ICMP.
    Set<Error> aboutIcmp = EnumSet.of(Error.PARAMETER_PROBLEM, Error.REASSEMBLY_TIME_EXCEEDED);
    for (int type : new int[] {3, 4, 5, 11, 12}) {
      byte[] quote = new Datagram().from(Rig.OUR_IP).to(Rig.PEER_IP).echo(DATA).quote(28);
      byte[] message = Frames.icmp(type, 1, 0, 0, quote);
      all.add(About.changed("ICMP error " + type, aboutIcmp, d -> d.payload(message)));
    }
    return all;
  }

  private static About to(String what, int address, long mac) {
    return About.addressed(what, datagram -> datagram.to(address).toMac(mac));
  }

  private static List<Arguments> pairs(List<About> abouts) {
    List<Arguments> pairs = new ArrayList<>();
    for (About about : abouts) {
      about.errors.forEach(error -> pairs.add(Arguments.of(about, error)));
    }
    return pairs;
  }

  static List<Arguments> allowedPairs() {
    return pairs(allowed());
  }

  static List<Arguments> forbiddenPairs() {
    return pairs(forbidden());
  }

  /** The ICMP errors that come of a frame, at once or when reassembly is given up: "3/3". */
  private static List<String> errorsAbout(byte[] frame) {
    // To addresses elsewhere there is a way: it is not for want of a route that nothing comes.
    Rig rig = new Rig(builder -> builder.gateway(Ip4Addr.format(Rig.PEER_IP)));
    rig.introducePeer();
    List<byte[]> sent = new ArrayList<>(rig.exchange(frame));
    for (int i = 0; i < REASSEMBLY_S; i++) {
      sent.addAll(rig.after(SECOND));
    }
    return sent.stream()
        .filter(IcmpErrorMatrixTest::isIcmp)
        .map(f -> u8(f, 34) + "/" + u8(f, 35))
        .toList();
  }

  private static int u8(byte[] frame, int offset) {
    return Frames.u8(frame, offset);
  }

  private static boolean isIcmp(byte[] frame) {
    return Frames.u16(frame, 12) == 0x0800
        && u8(frame, 14) == 0x45
        && u8(frame, 23) == Datagram.ICMP;
  }

  @ParameterizedTest(name = "{1} about {0}")
  @MethodSource("allowedPairs")
  void anErrorIsSentAbout(About about, Error error) {
    assertEquals(List.of(error.type + "/" + error.code), errorsAbout(about.frame(error)));
  }

  @ParameterizedTest(name = "{1} about {0}")
  @MethodSource("forbiddenPairs")
  void noErrorIsSentAbout(About about, Error error) {
    assertEquals(List.of(), errorsAbout(about.frame(error)));
  }
}
