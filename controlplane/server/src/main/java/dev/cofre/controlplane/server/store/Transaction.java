package dev.cofre.controlplane.server.store;

import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jdbi.v3.core.Handle;

/** The tables within one transaction. Not thread-safe; not to be kept. */
public final class Transaction {
  private final Handle handle;
  private final Instant now;
  private final Changes changes = new Changes();

  Transaction(Handle handle, Clock clock) {
    this.handle = handle;
    this.now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  /** The time of everything that happens here, in milliseconds. */
  public Instant now() {
    return now;
  }

  /** Keys and their versions. */
  public KeyTable keys() {
    return new KeyTable(handle, changes);
  }

  /** Versions whose KEK is being made. */
  public HalfMadeTable halfMade() {
    return new HalfMadeTable(handle);
  }

  /** Keys that something is due for. */
  public DueKeys due() {
    return new DueKeys(handle, now);
  }

  /** Tombstones. */
  public TombstoneTable tombstones() {
    return new TombstoneTable(handle);
  }

  /** The rules of data classes. */
  public DataClassTable dataClasses() {
    return new DataClassTable(handle, changes, now);
  }

  /** What owners were told. */
  public NoticeTable notices() {
    return new NoticeTable(handle, now);
  }

  /** Who used which key. */
  public KeyUseTable uses() {
    return new KeyUseTable(handle, now);
  }

  /** Keys that nobody uses or answers for. */
  public OrphanQuery orphans() {
    return new OrphanQuery(handle, now);
  }

  /** Policies. */
  public PolicyTable policies() {
    return new PolicyTable(handle, changes);
  }

  /** Principals and the digests of their tokens. */
  public PrincipalTable principals() {
    return new PrincipalTable(handle, changes);
  }

  /** The chain of snapshots. */
  public RevisionTable revisions() {
    return new RevisionTable(handle, now);
  }

  /** Answers kept for repeated requests. */
  public IdempotencyTable idempotency() {
    return new IdempotencyTable(handle, now);
  }

  /** What was done once. */
  public MilestoneTable milestones() {
    return new MilestoneTable(handle, now);
  }

  Changes changes() {
    return changes;
  }
}
