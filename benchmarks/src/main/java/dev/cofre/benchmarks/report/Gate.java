package dev.cofre.benchmarks.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A line of {@code gates.txt}: what must hold. Immutable.
 *
 * @param what for readers
 * @param subject what is held
 * @param measure what of it
 * @param reference what it is held against
 * @param atLeast the ratio to reach
 */
record Gate(String what, Subject subject, Measure measure, Subject reference, double atLeast) {
  /** A ratio of two samples that is better when higher. */
  sealed interface Measure {
    double ratio(Sample sample, Sample reference);
  }

  /** The reference's time over ours. */
  record Speed() implements Measure {
    @Override
    public double ratio(Sample sample, Sample reference) {
      return reference.ns() / sample.ns();
    }

    @Override
    public String toString() {
      return "speed";
    }
  }

  /** The reference's garbage and an allowance, over ours. */
  record Garbage(double allowanceBytes) implements Measure {
    @Override
    public double ratio(Sample sample, Sample reference) {
      return (reference.bytes() + allowanceBytes) / Math.max(1, sample.bytes());
    }

    @Override
    public String toString() {
      return "garbage+" + Math.round(allowanceBytes);
    }
  }

  /** All lines of the file. */
  static List<Gate> all(Suite suite) {
    try (InputStream in = Gate.class.getResourceAsStream("/gates.txt")) {
      return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8), suite);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<Gate> parse(String text, Suite suite) {
    List<Gate> gates = new ArrayList<>();
    int number = 0;
    for (String line : text.split("\n")) {
      number++;
      if (!line.isBlank() && !line.startsWith("#")) {
        gates.add(parseLine(line, number, suite));
      }
    }
    return gates;
  }

  private static Gate parseLine(String line, int number, Suite suite) {
    String[] cells = line.split("\\|");
    try {
      if (cells.length != 5) {
        throw new IllegalArgumentException("it has " + cells.length + " cells, not 5");
      }
      return new Gate(
          cells[0].strip(),
          suite.subject(cells[1]),
          measure(cells[2].strip()),
          suite.subject(cells[3]),
          Double.parseDouble(cells[4].strip()));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("gates.txt, line " + number + ": " + e.getMessage(), e);
    }
  }

  private static Measure measure(String text) {
    if (text.equals("speed")) {
      return new Speed();
    }
    if (text.startsWith("garbage+")) {
      return new Garbage(Double.parseDouble(text.substring("garbage+".length())));
    }
    throw new IllegalArgumentException("there is no measure " + text);
  }
}
