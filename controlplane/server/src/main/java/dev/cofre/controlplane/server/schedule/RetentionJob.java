package dev.cofre.controlplane.server.schedule;

import dev.cofre.controlplane.server.retention.Retention;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.time.Duration;

/**
 * Removes archived audit events whose time is over. Each archive has a job of its own, which the
 * control plane alone runs that has it.
 */
final class RetentionJob implements Job {
  private static final System.Logger LOG = System.getLogger(RetentionJob.class.getName());

  private final Retention retention;
  private final Duration period;

  RetentionJob(Retention retention, Duration period) {
    this.retention = retention;
    this.period = period;
  }

  @Override
  public String name() {
    return "remove-audit-" + retention.archiveId();
  }

  @Override
  public Duration period(Duration usual) {
    return period;
  }

  @Override
  public int runBatch() {
    try {
      return retention.removeDue();
    } catch (UncheckedIOException e) {
      LOG.log(
          Level.ERROR,
          "archived audit events could not be removed yet: {0}: {1}",
          e.getMessage(),
          e.getCause().getMessage());
      return 0;
    }
  }
}
