package dev.cofre.loadtest.slo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.loadtest.document.WrongFileException;
import dev.cofre.loadtest.generator.Interval;
import dev.cofre.loadtest.observe.Happened;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SloTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          latencyMs: {p95: 5} | s.yaml:1: latencyMs.p95: unknown; allowed here: p50, p90, p99, p99.9, p99.99, max
          latencyMs: {p99: fast} | s.yaml:1: latencyMs.p99: 'fast' is not allowed; must be a number from 0 to 3600000
          errors: {share: 2} | s.yaml:1: errors.share: '2' is not allowed; must be a number from 0 to 1
          recovery: {seconds: 5} | recovery.p99Ms: missing
          latency: 5 | latency: unknown; allowed here: rate, errors, recovery, latencyMs, hsmCallsPerThousand
          {} | says nothing; allowed: latencyMs, rate, errors, recovery, hsmCallsPerThousand
          """)
  void aWrongFileNamesLineFieldAndWhatIsAllowed(String text, String expected) {
    WrongFileException wrong =
        assertThrows(WrongFileException.class, () -> Slo.parse("s.yaml", text));
    assertTrue(wrong.getMessage().contains(expected), wrong::getMessage);
  }

  @Test
  void recoveryIsFromTheEventToThreeGoodSeconds() throws Exception {
    Slo slo = Slo.parse("s.yaml", "recovery: {seconds: 5, p99Ms: 10}");
    int[] p99Ms = {1, 1, 500, 500, 1, 500, 1, 1, 1, 1};
    List<Interval> intervals = new ArrayList<>();
    for (int i = 0; i < p99Ms.length; i++) {
      Histogram latency = new Histogram(3);
      latency.recordValueWithCount(p99Ms[i] * 1_000_000L, 100);
      intervals.add(new Interval(i, 1, 100, 100, 0, latency, new Histogram(3), new Histogram(3)));
    }
    Happened event = new Happened(1.5, 0.1, "rotate", null);
    assertEquals(4.5, Verdict.recoverySeconds(slo, intervals, event), 1e-9);
    assertEquals(0, Verdict.recoverySeconds(slo, intervals, new Happened(7, 0, "x", null)), 1e-9);
    List<Interval> neverGood = intervals.subList(0, 4);
    assertTrue(Double.isNaN(Verdict.recoverySeconds(slo, neverGood, event)));
  }
}
