package dev.skiff.trace;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;

/** Frames of a capture as text for people, and as JSON for programs. Thread: its owner's. */
public final class PacketText implements AutoCloseable {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSSSSSSSS");
  private static final String CONSUMED = "CONSUMED";

  private final Scratch scratch = new Scratch();
  private final ZoneId zone;

  /** Text with times of day in {@code zone}. */
  public PacketText(ZoneId zone) {
    this.zone = zone;
  }

  /** One line, in tcpdump's manner; how it ended, in brackets, unless all went well. */
  public String line(Captured packet) {
    return time(packet)
        + " "
        + packet.dev()
        + (packet.in() ? " In  " : " Out ")
        + decoded(packet)
        + (packet.verdict().startsWith(CONSUMED) ? "" : " [" + packet.verdict() + "]");
  }

  /** The members of a JSON object for a frame. */
  public Map<String, Object> members(Captured packet) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("time_ns", packet.epochNs());
    members.put("dev", packet.dev());
    members.put("direction", packet.in() ? "in" : "out");
    members.put("id", packet.id());
    members.put("length", packet.frame().length);
    members.put("verdict", packet.verdict().replaceFirst(":.*", ""));
    members.put("text", decoded(packet));
    return members;
  }

  private String time(Captured packet) {
    return TIME.format(Instant.ofEpochSecond(0, packet.epochNs()).atZone(zone));
  }

  private String decoded(Captured packet) {
    return Decoded.line(scratch.load(packet.frame(), packet.frame().length), 0);
  }

  @Override
  public void close() {
    scratch.close();
  }
}
