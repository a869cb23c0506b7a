package dev.skiff.control;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads requests and has them answered. Any thread but the loop's. */
final class Requests {
  private static final Logger LOG = LoggerFactory.getLogger(Requests.class);

  private final Answers answers;
  private final Streams streams;

  Requests(Answers answers, Streams streams) {
    this.answers = answers;
    this.streams = streams;
  }

  Streams streams() {
    return streams;
  }

  /**
   * Reads a request.
   *
   * @throws IllegalArgumentException with one line that says what is wrong
   */
  Command read(String line) {
    Map<String, Object> request = Json.parse(line);
    Command.checkVersion(request);
    String word = String.valueOf(request.get("cmd"));
    if (answers.words().contains(word)) {
      return new Command.Own(word, request);
    }
    if (streams.words().contains(word)) {
      return new Command.OwnStream(word, request);
    }
    if (!Command.WORDS.contains(word)) {
      List<String> all = new ArrayList<>(Command.WORDS);
      all.addAll(answers.words());
      all.addAll(streams.words());
      throw new IllegalArgumentException(
          "unknown \"cmd\" '"
              + word
              + "': this daemon knows "
              + String.join(", ", all.subList(0, all.size() - 1))
              + " and "
              + all.getLast());
    }
    return Command.of(request);
  }

  /** Whether the answer to a command waits for nothing, not even the loop. */
  static boolean isQuick(Command.Asked command) {
    return command instanceof Command.Status
        || command instanceof Command.Stat
        || command instanceof Command.Drops;
  }

  /** Carries a command out: its reply as a line, whatever happens. */
  String answer(Command.Asked command) {
    Reply reply;
    try {
      reply = answers.answer(command);
    } catch (IllegalArgumentException e) {
      reply = new Reply.Failure(String.valueOf(e.getMessage()));
    } catch (RuntimeException | AssertionError | StackOverflowError e) {
      LOG.error("control socket: {} threw, a bug", command.word(), e);
      reply = new Reply.Failure("a bug: the command threw " + e);
    }
    return line(reply);
  }

  /** A reply as a line, with its end. */
  static String line(Reply reply) {
    try {
      return Json.line(reply) + "\n";
    } catch (IOException e) {
      throw new IllegalStateException("a reply that is no JSON: " + e, e);
    }
  }
}
