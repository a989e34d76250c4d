package dev.cofre.contract.audit.seal;

import java.util.ArrayList;
import java.util.List;

/** Collects findings, the first ones whole, all by number. Not thread-safe. */
final class Findings {
  private static final int KEPT_MAX = 200;

  private final List<Finding> kept = new ArrayList<>();
  private long total;

  void add(Finding.Kind kind, long index, String place, String message) {
    total++;
    if (kept.size() < KEPT_MAX) {
      kept.add(new Finding(kind, index, place, message));
    }
  }

  List<Finding> kept() {
    return kept;
  }

  long total() {
    return total;
  }
}
