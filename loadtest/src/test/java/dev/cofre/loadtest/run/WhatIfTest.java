package dev.cofre.loadtest.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.loadtest.report.StoredRun;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class WhatIfTest {
  private static final Histogram NONE = new Histogram(3);

  /** 1 ms each; 1,000 requests a second, a tenth of which miss; the HSM takes 2 ms a call. */
  private static StoredRun measured() {
    Histogram service = new Histogram(3);
    service.recordValueWithCount(1_000_000, 1_000);
    JsonObject node =
        new JsonObject()
            .put("requests", 10_000.0)
            .put("lookUps", 10_000.0)
            .put("hitShare", 0.9)
            .put("hsmCalls", 1_000.0)
            .put("hsmCallUs", 2_000.0)
            .put("cpuUs", 100.0);
    JsonObject summary = new JsonObject().put("seconds", 10.0).put("node", node);
    return new StoredRun(Path.of("a-run"), summary, List.of(), service, NONE, NONE);
  }

  @Test
  void erlangsFormula() {
    assertEquals(0.5, WhatIf.erlangC(0.5, 1), 1e-9, "one server: the part of time it is busy");
    assertEquals(1.0 / 3, WhatIf.erlangC(1, 2), 1e-9, "two servers, half full");
  }

  /**
   * The formula's p99 of a hundred calls a second at two servers of 2 ms against a simulation of
   * it.
   */
  @Test
  void thePredictionIsThatOfASimulatedQueue() {
    WhatIf whatIf = new WhatIf(measured(), 2, 2);
    double predicted = whatIf.predict(whatIf.usual().getFirst()).p99Ms();
    assertEquals(simulatedP99Ms(100, 2, 0.1), predicted, 0.05 * predicted);
    WhatIf.Setting busy = new WhatIf.Setting("busy", 1, 0.3, 2, 1_200);
    predicted = whatIf.predict(busy).p99Ms();
    assertEquals(simulatedP99Ms(840, 2, 0.7), predicted, 0.1 * predicted);
  }

  private static double simulatedP99Ms(double arrivals, int servers, double missShare) {
    SplittableRandom random = new SplittableRandom(5);
    double[] freeAt = new double[servers];
    Histogram all = new Histogram(3);
    double now = 0;
    int misses = 400_000;
    for (int i = 0; i < misses; i++) {
      now -= Math.log(1 - random.nextDouble()) / arrivals;
      int first = 0;
      for (int j = 1; j < servers; j++) {
        first = freeAt[j] < freeAt[first] ? j : first;
      }
      double begin = Math.max(now, freeAt[first]);
      freeAt[first] = begin - 0.002 * Math.log(1 - random.nextDouble());
      all.recordValue((long) ((0.001 + freeAt[first] - now) * 1e9));
    }
    all.recordValueWithCount(1_000_000, (long) (misses * (1 - missShare) / missShare));
    return all.getValueAtPercentile(99) / 1e6;
  }

  @Test
  void theUsualQuestions() {
    WhatIf whatIf = new WhatIf(measured(), 2, 2);
    List<WhatIf.Prediction> predictions = whatIf.usual().stream().map(whatIf::predict).toList();
    double as = predictions.get(0).p99Ms();
    assertTrue(predictions.get(1).p99Ms() > as, "one HSM less");
    assertTrue(predictions.get(2).p99Ms() > as, "TTL halved");
    assertTrue(predictions.get(3).p99Ms() < as, "97% hits");
    assertEquals(predictions.get(2).p99Ms(), predictions.get(4).p99Ms(), "twice the keys");
    // 0.9 × 2 calls at once × 500 calls a second, a tenth of a call each.
    assertEquals(9_000, predictions.get(0).rateMax(), 1);
    assertEquals("HSM", predictions.get(0).limit());
    // 0.9 × 2 processors at 100 µs a request.
    assertEquals(18_000, predictions.get(3).rateMax(), 1);
    assertEquals("processors", predictions.get(3).limit());
    WhatIf.Setting beyond = new WhatIf.Setting("beyond", 1, 0, 2, 1_000);
    assertTrue(Double.isInfinite(whatIf.predict(beyond).p99Ms()));
  }

  @Test
  void aRunWithoutTheNodesMetricsTellsNothing() {
    StoredRun blind =
        new StoredRun(
            Path.of("a-run"), new JsonObject().put("seconds", 1.0), List.of(), NONE, NONE, NONE);
    assertThrows(UsageException.class, () -> new WhatIf(blind, 2, 2));
  }
}
