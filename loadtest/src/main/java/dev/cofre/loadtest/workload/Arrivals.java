package dev.cofre.loadtest.workload;

import dev.cofre.loadtest.document.Section;
import dev.cofre.loadtest.generator.StagedPacing.Stage;
import java.util.ArrayList;
import java.util.List;

/** The field {@code arrivals}: a list of stages, each of a shape. */
final class Arrivals {
  private static final double RATE_MAX = 10_000_000;
  private static final double SECONDS_MAX = 86_400;
  private static final List<Stage> USUAL = List.of(new Stage(1_000, 1_000, 10, false));

  private Arrivals() {}

  static List<Stage> read(Section section) {
    List<Stage> stages =
        section.sections("arrivals", Arrivals::stage).stream().flatMap(List::stream).toList();
    return stages.isEmpty() ? USUAL : stages;
  }

  private static List<Stage> stage(Section section) {
    String shape =
        section.choice("shape", "constant", "constant", "ramp", "step", "spike", "poisson");
    double seconds = section.number("seconds", Double.NaN, 0.1, SECONDS_MAX);
    return switch (shape) {
      case "ramp" -> List.of(new Stage(rate(section, "from"), rate(section, "to"), seconds, false));
      case "step" -> steps(section, seconds);
      case "spike" -> spike(section, seconds);
      default -> {
        double rate = rate(section, "rate");
        yield List.of(new Stage(rate, rate, seconds, shape.equals("poisson")));
      }
    };
  }

  private static double rate(Section section, String field) {
    return section.number(field, Double.NaN, 0.1, RATE_MAX);
  }

  private static List<Stage> steps(Section section, double seconds) {
    double from = rate(section, "from");
    double to = rate(section, "to");
    int steps = (int) section.whole("steps", 5, 2, 1_000);
    List<Stage> stages = new ArrayList<>();
    for (int i = 0; i < steps; i++) {
      double rate = from + (to - from) * i / (steps - 1);
      stages.add(new Stage(rate, rate, seconds / steps, false));
    }
    return stages;
  }

  /** The peak stands in the middle. */
  private static List<Stage> spike(Section section, double seconds) {
    double rate = rate(section, "rate");
    double peak = rate(section, "peak");
    double peakSeconds = section.number("peakSeconds", 1, 0.01, SECONDS_MAX);
    if (peakSeconds >= seconds) {
      section.wrong("peakSeconds", "must be less than seconds");
      peakSeconds = seconds / 2;
    }
    Stage calm = new Stage(rate, rate, (seconds - peakSeconds) / 2, false);
    return List.of(calm, new Stage(peak, peak, peakSeconds, false), calm);
  }
}
