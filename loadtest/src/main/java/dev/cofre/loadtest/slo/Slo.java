package dev.cofre.loadtest.slo;

import dev.cofre.loadtest.document.Document;
import dev.cofre.loadtest.document.Section;
import dev.cofre.loadtest.document.WrongFileException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * What must hold of a run. Immutable; what is NaN is not asked for.
 *
 * @param latencyMs the most at a percentile, 100 for the maximum
 * @param reachedShare the least part of the rate asked that must be reached
 * @param rateMin requests a second that must be done
 * @param errorShare the most part of all requests that may fail
 * @param errorShares the same for single codes
 * @param recoverySeconds the most from an event until it is past
 * @param recoveryP99Ms the 99th percentile of a second that counts as past the event
 * @param hsmCallsPerThousand the most calls of the HSM for a thousand requests
 */
public record Slo(
    Map<Double, Double> latencyMs,
    double reachedShare,
    double rateMin,
    double errorShare,
    Map<String, Double> errorShares,
    double recoverySeconds,
    double recoveryP99Ms,
    double hsmCallsPerThousand) {
  private static final double MS_MAX = 3_600_000;
  private static final Map<String, Double> PERCENTILES =
      Map.of("p50", 50.0, "p90", 90.0, "p99", 99.0, "p99.9", 99.9, "p99.99", 99.99, "max", 100.0);

  /**
   * The SLO in {@code file}.
   *
   * @throws WrongFileException with a line for each thing that is wrong
   */
  public static Slo read(Path file) throws IOException, WrongFileException {
    return Document.read(file, Slo::of);
  }

  /** The SLO in {@code text}, which messages call {@code name}. */
  public static Slo parse(String name, String text) throws WrongFileException {
    return Document.parse(name, text, Slo::of);
  }

  private static Slo of(Section section) {
    Section rate = section.section("rate");
    Section errors = section.section("errors");
    Section recovery = section.section("recovery");
    Slo slo =
        new Slo(
            latency(section.section("latencyMs")),
            optional(rate, "reachedShare", 0, 1),
            optional(rate, "atLeast", 0, 1e9),
            optional(errors, "share", 0, 1),
            codes(errors == null ? null : errors.section("codes")),
            optional(recovery, "seconds", 0, 86_400),
            optional(recovery, "p99Ms", 0, MS_MAX),
            optional(section, "hsmCallsPerThousand", 0, 1e6));
    if (slo.isEmpty()) {
      section.wrong(
          "", "says nothing; allowed: latencyMs, rate, errors, recovery, hsmCallsPerThousand");
    }
    if (!Double.isNaN(slo.recoverySeconds) && Double.isNaN(slo.recoveryP99Ms)) {
      recovery.wrong("p99Ms", "missing; must be the milliseconds that count as recovered");
    }
    return slo;
  }

  private static Map<Double, Double> latency(Section section) {
    Map<Double, Double> limits = new TreeMap<>();
    if (section != null) {
      for (String name : section.names()) {
        if (PERCENTILES.containsKey(name)) {
          limits.put(PERCENTILES.get(name), section.number(name, MS_MAX, 0, MS_MAX));
        } else {
          section.wrong(name, "unknown; allowed here: p50, p90, p99, p99.9, p99.99, max");
        }
      }
    }
    return limits;
  }

  private static Map<String, Double> codes(Section section) {
    Map<String, Double> shares = new TreeMap<>();
    if (section != null) {
      section.names().forEach(code -> shares.put(code, section.number(code, 1, 0, 1)));
    }
    return shares;
  }

  /** NaN when it is not there. */
  private static double optional(Section section, String field, double min, double max) {
    return section != null && section.has(field)
        ? section.number(field, max, min, max)
        : Double.NaN;
  }

  private boolean isEmpty() {
    return latencyMs.isEmpty()
        && errorShares.isEmpty()
        && Double.isNaN(reachedShare)
        && Double.isNaN(rateMin)
        && Double.isNaN(errorShare)
        && Double.isNaN(recoverySeconds)
        && Double.isNaN(hsmCallsPerThousand);
  }
}
