package dev.cofre.loadtest.report;

import dev.cofre.loadtest.generator.LoadResult;
import dev.cofre.loadtest.observe.Happened;
import dev.cofre.loadtest.observe.MetricsSample;
import dev.cofre.loadtest.slo.Verdict;
import java.util.List;
import java.util.Map;

/**
 * All that is known of a run. Immutable.
 *
 * @param seed with which it can be sent again
 * @param closedLoop the same requests sent by a closed loop; null when none ran
 * @param ceilingPerSecond what the generator reaches against a null server; NaN when not measured
 * @param verdict null without an SLO
 * @param notes what a reader must know besides
 */
public record Run(
    String name,
    String target,
    String protocol,
    long seed,
    LoadResult result,
    LoadResult closedLoop,
    double ceilingPerSecond,
    List<Happened> events,
    List<MetricsSample> metrics,
    Verdict verdict,
    Map<String, String> environment,
    List<String> notes) {
  /** A run of which nothing was watched besides. */
  public static Run of(String name, String target, String protocol, LoadResult result) {
    return new Run(
        name,
        target,
        protocol,
        0,
        result,
        null,
        Double.NaN,
        List.of(),
        List.of(),
        null,
        Map.of(),
        List.of());
  }
}
