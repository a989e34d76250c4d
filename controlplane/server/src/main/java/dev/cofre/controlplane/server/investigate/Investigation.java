package dev.cofre.controlplane.server.investigate;

import dev.cofre.contract.audit.RecordFields.Field;
import dev.cofre.contract.audit.RecordFields.Value;
import dev.cofre.controlplane.server.archive.Archive;
import dev.cofre.controlplane.server.archive.EventVisitor;
import dev.cofre.controlplane.server.archive.Walked;
import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Reads what the archive knows of what is asked: first the time that is asked for, then the one
 * before, then, of each principal and address, whether there is anything older. Events stream by;
 * memory is bounded by {@link Tally#KEPT_MAX}. Used by one thread; blocks.
 */
public final class Investigation {
  /** So many principals, and as many addresses, are looked for in what is older. */
  private static final int LOOKUPS_MAX = 1_000;

  private final Archive archive;
  private final Asked asked;
  private final BooleanSupplier stop;
  private final Ledger ledger;

  /**
   * Of {@code asked}.
   *
   * @param stop is asked now and then, and ends it; what was not looked at then is told
   */
  public Investigation(Archive archive, Asked asked, BooleanSupplier stop) {
    this.archive = archive;
    this.asked = asked;
    this.stop = stop;
    this.ledger = new Ledger(asked);
  }

  /** Carries it out; {@code logs} are told with what is found. */
  public Findings run(Supplier<List<LogState>> states) throws IOException {
    List<LogState> logs = states.get();
    Walked window = walk(asked.fromNs(), asked.toNs(), ledger::add);
    long fromNs = asked.baselineFromNs();
    Walked baseline = walk(fromNs, asked.fromNs() - 1, ledger::addBefore);
    long lookedAtFromNs = baseline.isWhole() ? fromNs : asked.fromNs();
    OptionalLong oldestNs =
        logs.stream()
            .flatMap(log -> log.extent().stream())
            .mapToLong(Archive.Extent::oldestNs)
            .min();
    if (oldestNs.isEmpty() || oldestNs.getAsLong() >= asked.fromNs()) {
      // Of nothing older nobody can say who was there: that stays unknown.
      return new Findings(asked, ledger, window, baseline, true, oldestNs, states.get());
    }
    boolean isAllSeen = oldestNs.getAsLong() >= lookedAtFromNs;
    boolean principals = lookUp(ledger.principals(), Field.PRINCIPAL, lookedAtFromNs, isAllSeen);
    boolean addresses = lookUp(ledger.addresses(), Field.ADDRESS, lookedAtFromNs, isAllSeen);
    // Retention may have removed meanwhile what was about to be read.
    return new Findings(
        asked, ledger, window, baseline, principals && addresses, oldestNs, states.get());
  }

  /**
   * Looks for the last event before {@code beforeNs} of each value that was not met yet.
   *
   * @param isAllSeen there is nothing older
   * @return whether all were looked for
   */
  private boolean lookUp(Tally<String> tally, Field field, long beforeNs, boolean isAllSeen)
      throws IOException {
    boolean isWhole = true;
    int looked = 0;
    for (Tally.Row<String> row : tally.rows()) {
      if (row.count().seen() != Count.Seen.UNKNOWN) {
        continue;
      }
      if (isAllSeen) {
        row.count().notFoundBefore();
      } else if (stop.getAsBoolean() || looked++ >= LOOKUPS_MAX) {
        return false;
      } else {
        Archive.Last last = last(Value.of(field, row.value()), beforeNs);
        if (last.timeNs().isPresent()) {
          row.count().seenBefore(last.timeNs().getAsLong());
        } else if (last.isWhole()) {
          row.count().notFoundBefore();
        } else {
          isWhole = false;
        }
      }
    }
    return isWhole;
  }

  private Walked walk(long fromNs, long toNs, EventVisitor visitor) throws IOException {
    return archive.walk(
        asked.values(),
        fromNs,
        toNs,
        stop,
        (log, event) -> {
          if (asked.isAbout(event)) {
            visitor.take(log, event);
          }
        });
  }

  private Archive.Last last(Value value, long beforeNs) throws IOException {
    List<List<Value>> both = asked.values().stream().map(of -> List.of(of, value)).toList();
    return archive.last(both, beforeNs, asked::isAbout, stop);
  }
}
