package dev.cofre.controlplane.server.store;

import dev.cofre.engine.snapshot.SnapshotState;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jdbi.v3.core.Handle;

/** The tables within one transaction. Not thread-safe; not to be kept. */
public final class Transaction {
  private final Handle handle;
  private final Instant now;
  private final Changes changes = new Changes();
  private final LiveState live;

  Transaction(Handle handle, Clock clock, LiveState live) {
    this.handle = handle;
    this.live = live;
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

  /** Heads of audit logs. */
  public AuditHeadTable auditHeads() {
    return new AuditHeadTable(handle, now);
  }

  /** How far nodes' audit logs are archived. */
  public AuditShippingTable auditShipping() {
    return new AuditShippingTable(handle, now);
  }

  /** What contexts in audit events are digested with. */
  public AuditDigestKeyTable auditDigestKeys() {
    return new AuditDigestKeyTable(handle, now);
  }

  /** How long audit events stay archived, and what was removed. */
  public AuditRetentionTable auditRetention() {
    return new AuditRetentionTable(handle, now);
  }

  /** Legal holds on audit events. */
  public AuditHoldTable auditHolds() {
    return new AuditHoldTable(handle);
  }

  /** Who used which key. */
  public KeyUseTable uses() {
    return new KeyUseTable(handle, now);
  }

  /** How much each version of a key has encrypted. */
  public OdometerTable odometer() {
    return new OdometerTable(handle, now);
  }

  /** Keys that nobody uses or answers for. */
  public OrphanQuery orphans() {
    return new OrphanQuery(handle, now);
  }

  /** Policies. */
  public PolicyTable policies() {
    return new PolicyTable(handle, changes);
  }

  /** Groups of principals. */
  public GroupTable groups() {
    return new GroupTable(handle, changes);
  }

  /**
   * What the data planes decide by, at the head as this transaction sees it, or later; without what
   * this transaction changes.
   */
  public SnapshotState live() {
    return live.at(revisions());
  }

  /** What the data planes decided by at {@code time}; reads all revisions up to then. */
  public SnapshotState liveAt(Instant time) {
    return LiveState.fold(revisions(), revisions().headAt(time), SnapshotState.NONE);
  }

  /** Principals and the digests of their tokens. */
  public PrincipalTable principals() {
    return new PrincipalTable(handle, changes, () -> revisions().head().revision() + 1);
  }

  /** Who vouches for callers. */
  public ProviderTable providers() {
    return new ProviderTable(handle);
  }

  /** Which callers from elsewhere are principals of ours. */
  public BindingTable bindings() {
    return new BindingTable(handle);
  }

  /** Places for machines without credentials. */
  public EnrolmentTable enrolments() {
    return new EnrolmentTable(handle, now);
  }

  /** The chain of snapshots. */
  public RevisionTable revisions() {
    return new RevisionTable(handle, now);
  }

  /** Answers kept for repeated requests. */
  public IdempotencyTable idempotency() {
    return new IdempotencyTable(handle, now);
  }

  /** Imports that are being prepared. */
  public ImportTable imports() {
    return new ImportTable(handle, now);
  }

  /** What was done once. */
  public MilestoneTable milestones() {
    return new MilestoneTable(handle, now);
  }

  /** Requests for approval. */
  public ApprovalTable approvals() {
    return new ApprovalTable(handle, now);
  }

  /** The rules of approval. */
  public ApprovalRuleTable approvalRules() {
    return new ApprovalRuleTable(handle);
  }

  /** How much principals and tenants may use keys. */
  public QuotaTable quotas() {
    return new QuotaTable(handle, changes);
  }

  /** Secrets without their values. */
  public SecretTable secrets() {
    return new SecretTable(handle);
  }

  /** The versions of secrets. */
  public SecretVersionTable secretVersions() {
    return new SecretVersionTable(handle);
  }

  /** What versions of secrets refer to. */
  public SecretReferenceTable secretReferences() {
    return new SecretReferenceTable(handle);
  }

  /** What the values of secrets are sealed under. */
  public SealedValueQuery sealedValues() {
    return new SealedValueQuery(handle);
  }

  /** Who may read which secret. */
  public SecretGrantTable secretGrants() {
    return new SecretGrantTable(handle);
  }

  /** Groups of secrets. */
  public SecretGroupTable secretGroups() {
    return new SecretGroupTable(handle);
  }

  /** Systems in which the vault makes credentials. */
  public SecretEngineTable engines() {
    return new SecretEngineTable(handle);
  }

  /** What credentials of engines may do. */
  public DynamicRoleTable dynamicRoles() {
    return new DynamicRoleTable(handle);
  }

  /** The lives of credentials. */
  public LeaseTable leases() {
    return new LeaseTable(handle);
  }

  /** Certificate authorities. */
  public CertificateAuthorityTable authorities() {
    return new CertificateAuthorityTable(handle);
  }

  /** What authorities' certificates may say. */
  public CertificateRoleTable certificateRoles() {
    return new CertificateRoleTable(handle);
  }

  /** The lives of certificates. */
  public CertificateTable certificates() {
    return new CertificateTable(handle);
  }

  /** Secrets that are rotated between two users. */
  public UserRotationTable userRotations() {
    return new UserRotationTable(handle);
  }

  /** Sealed secrets that wait to be fetched. */
  public SecretExportTable secretExports() {
    return new SecretExportTable(handle, now);
  }

  /** Answers to leaks. */
  public IncidentTable incidents() {
    return new IncidentTable(handle);
  }

  /** The data plane nodes that follow this database. */
  public NodeTable nodes() {
    return new NodeTable(handle);
  }

  /** The control planes of this database. */
  public ControlPlaneTable controlPlanes() {
    return new ControlPlaneTable(handle);
  }

  Changes changes() {
    return changes;
  }
}
