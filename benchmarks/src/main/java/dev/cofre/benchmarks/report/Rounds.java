package dev.cofre.benchmarks.report;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.openjdk.jmh.runner.RunnerException;

/** Runs all subjects once, then once more, and so on. */
final class Rounds {
  private final Effort effort;
  private final List<Gate> gates;
  private final Measurements measurements = new Measurements();
  private final long startNs = System.nanoTime();
  private int round;
  private int forks;

  Rounds(Effort effort, List<Gate> gates) {
    this.effort = effort;
    this.gates = gates;
  }

  /** Gates' subjects and their references, then what has no gate among {@code further}. */
  Measurements run(Collection<Subject> further) throws RunnerException {
    Collection<Subject> gated = subjects(gates);
    rounds("round", gated, effort.rounds());
    List<Gate> missed = missed();
    for (int i = 0; i < effort.secondRounds() && !missed.isEmpty(); i++) {
      rounds("once more, what missed its gate", subjects(missed), 1);
      missed = missed();
    }
    List<Subject> rest = further.stream().filter(Predicate.not(gated::contains)).toList();
    rounds("without a gate, round", rest, effort.furtherRounds());
    return measurements;
  }

  private List<Gate> missed() {
    return gates.stream()
        .filter(gate -> measurements.ratio(gate).orElse(0) < gate.atLeast() * effort.margin())
        .toList();
  }

  /** A reference stands before what is held against it: a ratio's two forks lie close. */
  private static Collection<Subject> subjects(List<Gate> gates) {
    LinkedHashSet<Subject> subjects = new LinkedHashSet<>();
    for (Gate gate : gates) {
      subjects.add(gate.reference());
      subjects.add(gate.subject());
    }
    return subjects;
  }

  private void rounds(String what, Collection<Subject> subjects, int count) throws RunnerException {
    for (int i = 1; i <= count && !subjects.isEmpty(); i++) {
      long spentNs = System.nanoTime() - startNs;
      long expectedNs = forks == 0 ? 0 : spentNs / forks * subjects.size();
      if (spentNs + expectedNs > effort.budget().toNanos()) {
        progress("no time for another round");
        return;
      }
      round++;
      once(what + (count > 1 ? " " + i + " of " + count : ""), subjects);
    }
  }

  private void once(String what, Collection<Subject> subjects) throws RunnerException {
    int number = 0;
    for (Subject subject : new ArrayList<>(subjects)) {
      number++;
      forks++;
      Sample sample = Fork.run(subject, effort);
      measurements.add(subject, round, sample);
      progress(
          String.format(
              Locale.ROOT,
              "%s, %d/%d: %s: %,.0f ns, %,.0f B",
              what,
              number,
              subjects.size(),
              subject,
              sample.ns(),
              sample.bytes()));
    }
  }

  private static void progress(String line) {
    System.err.println("cofre: " + line);
  }
}
