package dev.skiff.control;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One line of JSON for each message. Any thread. */
public final class Json {
  /** Of all that is on the wire. */
  static final Charset CHARSET = StandardCharsets.UTF_8;

  private static final JSON CODEC = JSON.std;

  private Json() {}

  /** A request as a line, without its end. */
  public static String line(Command command) throws IOException {
    Map<String, Object> message = new LinkedHashMap<>();
    message.put("v", Command.VERSION);
    message.put("cmd", command.word());
    message.putAll(command.arguments());
    return CODEC.asString(message);
  }

  /** A reply as a line, without its end. */
  public static String line(Reply reply) throws IOException {
    Map<String, Object> message = new LinkedHashMap<>();
    message.put("v", Command.VERSION);
    message.put("ok", !(reply instanceof Reply.Failure));
    message.putAll(reply.body());
    return CODEC.asString(message);
  }

  /** An object as a line, without its end. */
  public static String line(Map<String, Object> object) throws IOException {
    return CODEC.asString(object);
  }

  /**
   * Reads a line.
   *
   * @throws IllegalArgumentException with one line, if it is no JSON object
   */
  public static Map<String, Object> parse(String line) {
    try (JsonParser parser = CODEC.createParser(line)) {
      if (CODEC.anyFrom(parser) instanceof Map<?, ?> object && parser.nextToken() == null) {
        Map<String, Object> members = new LinkedHashMap<>();
        object.forEach((name, value) -> members.put(String.valueOf(name), value));
        return members;
      }
    } catch (IOException | RuntimeException e) {
      throw notAnObject(e);
    }
    throw notAnObject(null);
  }

  private static IllegalArgumentException notAnObject(@Nullable Exception cause) {
    return new IllegalArgumentException(
        "not a JSON object on one line: send {\"v\":" + Command.VERSION + ",\"cmd\":\"status\"}",
        cause);
  }
}
