package dev.cofre.controlplane.server.alert;

import dev.cofre.documents.alert.LogSignal;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What rules cannot see of logs, as signals: of each log the same sort of thing once in ten
 * minutes. Not thread-safe.
 */
final class GapReports {
  private static final System.Logger LOG = System.getLogger(GapReports.class.getName());
  private static final long QUIET_NS = TimeUnit.MINUTES.toNanos(10);

  private final List<LogSignal> signals = new ArrayList<>();

  /** When it was told last, by sort and log: there are few sorts, and as many logs as archived. */
  private final Map<String, Long> toldNs = new HashMap<>();

  /** Tells {@code text} of {@code origin}, unless the same {@code sort} was told lately. */
  void report(String sort, String origin, String text) {
    Long before = toldNs.get(sort + " " + origin);
    if (before != null && System.nanoTime() - before < QUIET_NS) {
      return;
    }
    toldNs.put(sort + " " + origin, System.nanoTime());
    LOG.log(Level.WARNING, "alerts do not see all: {0}", text);
    add(origin, text);
  }

  /** Tells {@code text} of {@code origin}. */
  void add(String origin, String text) {
    signals.add(
        new LogSignal(LogSignal.Kind.GAP, ArchiveFeed.node(origin), Instant.now(), 0, text));
  }

  /** What was told since it was asked last. */
  List<LogSignal> take() {
    List<LogSignal> taken = List.copyOf(signals);
    signals.clear();
    return taken;
  }
}
