package dev.cofre.controlplane.server.investigate;

import dev.cofre.controlplane.server.archive.Walked;
import java.util.List;
import java.util.OptionalLong;

/**
 * What an investigation found, and what of the archive it did not look at. Immutable but for the
 * ledger, which nobody writes any more.
 *
 * @param window how far the time that is asked for was looked at
 * @param baseline how far the time before was
 * @param lookedUp whether each principal and address was looked for in all that is older
 * @param oldestNs the oldest event of the archive, of any log, nanoseconds since 1970
 * @param logs how far the nodes' logs are in the archive
 */
public record Findings(
    Asked asked,
    Ledger ledger,
    Walked window,
    Walked baseline,
    boolean lookedUp,
    OptionalLong oldestNs,
    List<LogState> logs) {

  /** Takes a copy. */
  public Findings {
    logs = List.copyOf(logs);
  }

  /** Whether all was looked at that the archive holds. */
  public boolean isComplete() {
    return window.isWhole() && baseline.isWhole() && lookedUp;
  }

  /**
   * Whether all logs that are known are in the archive whole, each record could be read, and
   * retention has removed nothing of the time that is asked for.
   */
  public boolean isArchiveWhole() {
    return unreadable() == 0
        && logs.stream().allMatch(LogState::isWhole)
        && logs.stream().noneMatch(log -> log.isRemovedAfter(asked.fromNs()));
  }

  /** How many records were met that could not be read. */
  public long unreadable() {
    return window.unreadable() + baseline.unreadable();
  }

  /** The begin of what the archive holds of the time before. */
  public long baselineFromNs() {
    return Math.max(asked.baselineFromNs(), oldestNs.orElse(asked.fromNs()));
  }

  /** How much of the time before was looked at, in nanoseconds; 0: nothing. */
  public long baselineNs() {
    long toNs = baseline.isWhole() ? asked.fromNs() : baseline.wholeToNs();
    return Math.max(0, toNs - baselineFromNs());
  }

  /** How much of the time that is asked for was looked at, in nanoseconds. */
  public long windowNs() {
    return (window.isWhole() ? asked.toNs() + 1 : window.wholeToNs()) - asked.fromNs();
  }
}
