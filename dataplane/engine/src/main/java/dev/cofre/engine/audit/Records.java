package dev.cofre.engine.audit;

import dev.cofre.contract.audit.AuditRecordEncoder;

/** What one thread writes records with, and where it last put them. Not thread-safe. */
final class Records {
  private static final ThreadLocal<Records> OF_THREAD = ThreadLocal.withInitial(Records::new);

  private final AuditRecordEncoder encoder = new AuditRecordEncoder();
  private Segment segment;
  private int at;

  /** The calling thread's own, empty. */
  static Records ofThread() {
    Records records = OF_THREAD.get();
    records.encoder.clear();
    return records;
  }

  /** The calling thread's own, as it left them. */
  static Records lastOfThread() {
    return OF_THREAD.get();
  }

  AuditRecordEncoder encoder() {
    return encoder;
  }

  int length() {
    return encoder.length();
  }

  /** Writes them to what was claimed at {@code place} of {@code target}. */
  void commit(Segment target, int place) {
    // First, so that a claim that cannot be written is found.
    segment = target;
    at = place;
    target.commit(place, encoder.bytes(), encoder.length(), encoder.firstLength());
  }

  Segment segment() {
    return segment;
  }

  int at() {
    return at;
  }
}
