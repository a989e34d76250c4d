package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.loadtest.generator.Interval;
import dev.cofre.loadtest.generator.LoadPlan;
import dev.cofre.loadtest.generator.LoadResult;
import dev.cofre.loadtest.generator.Pacing;
import dev.cofre.loadtest.generator.Sums;
import dev.cofre.loadtest.generator.Validity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Data keys that end every two seconds are not felt by requests: none waits for one in use, and the
 * tail is that of data keys that live for an hour.
 */
@ExtendWith(SystemExtension.class)
class RefreshTest {
  /** Requests that waited for the successor of a data key that was in use. */
  private static final String WAITS = "cofre_data_key_waits_total";

  private static final String MINTED = "cofre_data_keys_minted_total";
  private static final long SHORT_MS = 2_000;
  private static final long LONG_MS = 3_600_000;
  private static final double LIGHT_RATE = 200;
  private static final double OF_CAPACITY = 0.7;
  private static final int PAIRS = 5;
  private static final double TAIL_RATIO_MAX = 1.2;
  private static final int WINDOW_SECONDS = 5;
  private static final int WINDOWS = 12;

  /** A data key ends in each window, a stall of the machine does not fall into each. */
  private static final int QUIETEST = 10;

  /** The control plane takes the audit events, and keeps up with them. */
  private static final int NICE = 10;

  private static final Duration PATIENT = Duration.ofSeconds(20);

  /** A successor is there so long before its data key's end: who stands still longer misses it. */
  private static final long STALL_NS = 100_000_000;

  private static final int TRIES = 5;

  /** A light load: a few seconds are too short to judge tails. */
  @Test
  void noRequestWaits(Workspace workspace) throws Exception {
    Deployment deployment = Deployment.create(workspace, "planes");
    deployment.startControlPlane();
    LoadPlan plan = LoadPlan.of(Pacing.constant(LIGHT_RATE)).over(16).within(PATIENT);
    LoadPlan brief = plan.lasting(Duration.ofSeconds(2), Duration.ofSeconds(7));
    Tail tail = tail(deployment, brief, SHORT_MS);
    for (int i = 1; i < TRIES && tail.waits > 0 && tail.stallNs > STALL_NS; i++) {
      tail = tail(deployment, brief, SHORT_MS);
    }
    assertEquals(0, tail.waits, "requests waited for a data key in use");
  }

  /**
   * What came of a run.
   *
   * @param p999Us in the quietest windows
   * @param waits requests that waited for a data key in use
   * @param stallNs the longest time for which this machine stood still meanwhile
   */
  private record Tail(double p999Us, double waits, long stallNs) {}

  @Test
  @Tag("full")
  void theTailIsThatOfAnHour(Workspace workspace) throws Exception {
    double[] ratios = pairs(workspace);
    double median = ratios[ratios.length / 2];
    assertTrue(
        median <= TAIL_RATIO_MAX,
        () -> "the p99.9 of a short life in parts of a long one's: " + Arrays.toString(ratios));
  }

  /** The ratios of the p99.9, ascending. */
  private static double[] pairs(Workspace workspace) throws Exception {
    Deployment deployment = Deployment.create(workspace, "planes");
    deployment.dataPlaneOptions("-XX:ActiveProcessorCount=1");
    Child controlPlane = deployment.startControlPlane();
    Pinned.move(workspace, controlPlane.pid(), 1);
    Pinned.giveWay(workspace, controlPlane.pid(), NICE);
    long self = ProcessHandle.current().pid();
    Pinned.move(workspace, self, 1);
    try {
      return pairs(workspace, deployment);
    } finally {
      Pinned.move(workspace, self, "0,1");
    }
  }

  private static double[] pairs(Workspace workspace, Deployment deployment) throws Exception {
    LoadPlan plan = atShareOfCapacity(workspace, deployment);
    double[] ratios = new double[PAIRS];
    for (int i = 0; i < PAIRS; i++) {
      // Which one comes first changes, so that a drift of the machine favours neither.
      double[] tails = new double[2];
      for (int half = 0; half < 2; half++) {
        int which = (i + half) % 2;
        long ttlMs = which == 0 ? SHORT_MS : LONG_MS;
        Tail tail = tail(deployment, pinned(workspace, deployment, ttlMs), plan, ttlMs);
        assertEquals(0, tail.waits, "requests waited for a data key in use");
        tails[which] = tail.p999Us;
      }
      ratios[i] = tails[0] / tails[1];
      System.out.printf(
          "pair %d: p99.9 %.0f µs with a short life, %.0f with a long one%n",
          i + 1, tails[0], tails[1]);
    }
    Arrays.sort(ratios);
    System.out.println("ratios of the p99.9: " + Arrays.toString(ratios));
    return ratios;
  }

  private static LoadPlan atShareOfCapacity(Workspace workspace, Deployment deployment)
      throws Exception {
    Child plane = pinned(workspace, deployment, LONG_MS);
    double capacity =
        DataPlaneLoad.both(deployment).capacity(Duration.ofSeconds(15), Duration.ofSeconds(10));
    assertEquals(0, plane.terminate());
    return LoadPlan.of(Pacing.constant(OF_CAPACITY * capacity))
        .lasting(Duration.ofSeconds(15), Duration.ofSeconds((long) WINDOWS * WINDOW_SECONDS));
  }

  private static Child started(Deployment deployment, long ttlMs) throws Exception {
    deployment.dataKeysLast(ttlMs);
    return deployment.startDataPlane();
  }

  private static Child pinned(Workspace workspace, Deployment deployment, long ttlMs)
      throws Exception {
    Child plane = started(deployment, ttlMs);
    Pinned.move(workspace, plane.pid(), 0);
    return plane;
  }

  private static Tail tail(Deployment deployment, LoadPlan plan, long ttlMs) throws Exception {
    return tail(deployment, started(deployment, ttlMs), plan, ttlMs);
  }

  private static Tail tail(Deployment deployment, Child plane, LoadPlan plan, long ttlMs)
      throws Exception {
    DataPlaneLoad load = DataPlaneLoad.both(deployment);
    LoadResult result = load.run("data keys of " + ttlMs + " ms", plan);
    Figures figures = Figures.of(deployment.dataApi("app"));
    assertEquals(0, plane.terminate());
    assertEquals(Map.of(), result.errors());
    assertTrue(result.validity() != Validity.NOTHING_DONE, result::reason);
    System.out.printf(
        "%.0f data keys minted, %.0f requests waited for one in use%n",
        figures.value(MINTED), figures.value(WAITS));
    assertTrue(
        ttlMs == LONG_MS || figures.value(MINTED) * SHORT_MS > plan.duration().toMillis(),
        "data keys did end in the run");
    return new Tail(
        p999Us(result.intervals()), figures.value(WAITS), result.hiccups().getMaxValue());
  }

  /** Of all requests in the quietest windows. */
  private static double p999Us(List<Interval> intervals) {
    List<Histogram> windows = new ArrayList<>();
    for (int from = 0; from + WINDOW_SECONDS <= intervals.size(); from += WINDOW_SECONDS) {
      int to = from + WINDOW_SECONDS;
      windows.add(Sums.of(intervals.subList(from, to).stream().map(Interval::latency).toList()));
    }
    windows.sort(Comparator.comparingLong(window -> window.getValueAtPercentile(99.9)));
    return Sums.of(windows.subList(0, Math.min(QUIETEST, windows.size())))
            .getValueAtPercentile(99.9)
        / 1e3;
  }
}
