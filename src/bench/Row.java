import java.util.Map;
import java.util.function.ToDoubleFunction;

/** All runs of one peer in one case, by round; or why there is no figure (empty: there is one). */
record Row(String peer, Map<Integer, Run> rounds, String failure) {
  boolean hasFigures() {
    return failure.isEmpty() && !rounds.isEmpty();
  }

  Spread spread(ToDoubleFunction<Run> figure) {
    return new Spread(rounds.values().stream().mapToDouble(figure).toArray());
  }

  double median(String name) {
    return spread(run -> run.value(name)).median();
  }

  double rtt(String point) {
    return spread(run -> run.rtt(point)).median();
  }

  /** This row's figure over another's, round by round; nothing if one of them has no figure. */
  Spread over(Row other, ToDoubleFunction<Run> figure) {
    if (!hasFigures() || !other.hasFigures()) {
      return Spread.NONE;
    }
    return new Spread(
        rounds.keySet().stream()
            .filter(other.rounds::containsKey)
            .mapToDouble(
                round ->
                    figure.applyAsDouble(rounds.get(round))
                        / figure.applyAsDouble(other.rounds.get(round)))
            .filter(Double::isFinite)
            .toArray());
  }
}
