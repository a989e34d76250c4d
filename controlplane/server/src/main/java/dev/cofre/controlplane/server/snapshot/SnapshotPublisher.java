package dev.cofre.controlplane.server.snapshot;

import com.google.protobuf.ByteString;
import dev.cofre.contract.audit.digest.WrappedDigestKey;
import dev.cofre.contract.encoding.Uuids;
import dev.cofre.contract.snapshot.SnapshotVerifier;
import dev.cofre.contract.snapshot.wire.DigestKey;
import dev.cofre.contract.snapshot.wire.KmsKey;
import dev.cofre.contract.snapshot.wire.Protection;
import dev.cofre.contract.snapshot.wire.SignedStatement;
import dev.cofre.contract.snapshot.wire.Statement;
import dev.cofre.controlplane.server.audit.AuditDigestKeys;
import dev.cofre.controlplane.server.signing.InstallationKey;
import dev.cofre.controlplane.server.store.SnapshotHead;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.StoreException;
import dev.cofre.controlplane.server.store.Transaction;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Makes signed statements of what data planes follow. Thread-safe; reads the store and calls the
 * HSM, so it is not called on an event loop.
 *
 * <p>Concurrency: one lock guards the folded state, which is brought up to the committed head at
 * each request; signing happens outside of it. What a statement holds comes from the stored change
 * sets alone, so that it is exactly the state at its revision, whatever is committed meanwhile.
 *
 * <p>Freshness: a statement never claims to be younger than the last read of the store, for another
 * control plane may have committed since. While the store is away it says how long ago that was,
 * and nodes count that age to their own limit.
 */
public final class SnapshotPublisher {
  /** From so many revisions on all wrapped KEKs are read at once, as at a start. */
  private static final long BULK_REVISIONS = 1_000;

  private final Store store;
  private final InstallationKey key;
  private final Clock clock;
  private final Duration validity;
  private final LongSupplier nanoTime = System::nanoTime;
  private final Object lock = new Object();
  private SnapshotState state = new SnapshotState();
  private SnapshotHead head;
  private volatile Known known;

  /**
   * What the store said last.
   *
   * @param readAtNs before it was read, by the monotonic clock
   * @param readAtMs the same by the wall clock
   * @param nodes how many data plane nodes there are; 0 when that was not read
   * @param digestKeys what contexts in audit events are digested with
   * @param fresh whether that was for this statement
   */
  private record Known(
      SnapshotHead head,
      long readAtNs,
      long readAtMs,
      int nodes,
      List<DigestKey> digestKeys,
      boolean fresh) {}

  /** Publishes what {@code store} holds, signed by {@code key}. */
  public SnapshotPublisher(Store store, InstallationKey key, Clock clock, Duration validity) {
    this.store = store;
    this.key = key;
    this.clock = clock;
    this.validity = validity;
  }

  /** What verifies the statements. */
  public PublicKey publicKey() {
    return key.publicKey();
  }

  /** Where the chain stands now, as the store says. */
  public SnapshotHead head() {
    return store.read(tx -> tx.revisions().head());
  }

  /** The newest revision that was read. Never blocks. */
  public long lastRevision() {
    Known last = known;
    return last == null ? 0 : last.head.revision();
  }

  private long storeAgeMs() {
    Known last = known;
    return last == null ? 0 : (nanoTime.getAsLong() - last.readAtNs) / 1_000_000;
  }

  /** Whether {@code request} comes from a node that has everything already. */
  public boolean isUpToDate(StatementRequest request) {
    SnapshotHead now;
    synchronized (lock) {
      now = refreshed().head;
    }
    return request.epoch() == now.epoch()
        && request.from() == now.revision()
        && MessageDigest.isEqual(request.digest(), now.digest());
  }

  /**
   * The signed answer to {@code request}, as of now; while the store is away, as of when it was
   * last read, which the statement then says.
   *
   * @param fresh whether it is written down that the node asked; else the statement says that it is
   *     not fresh, though the store could be read
   * @throws StoreException when the store is away and was for longer than a statement's validity,
   *     or knows alone what the node asks for
   */
  public SignedStatement statement(StatementRequest request, boolean fresh) {
    Statement.Builder statement = Statement.newBuilder();
    synchronized (lock) {
      Known current = refreshed();
      long from = base(request, current);
      statement
          .setEpoch(current.head.epoch())
          .setFromRevision(from)
          .setRevision(current.head.revision())
          .setDigest(ByteString.copyFrom(current.head.digest()))
          .setIssuedAtMs(current.readAtMs)
          .setNotAfterMs(current.readAtMs + validity.toMillis())
          .setNodes(current.nodes)
          .addAllDigestKeys(current.digestKeys)
          .setStoreAgeMs(current.fresh && fresh ? 0 : Math.max(1, storeAgeMs()));
      if (from > 0) {
        statement.setFromDigest(ByteString.copyFrom(request.digest()));
      }
      state.addTo(statement, from);
    }
    statement.setNonce(ByteString.copyFrom(request.nonce()));
    return sign(statement.build());
  }

  /** The state as the store has it, or as it had it when it could last be read. */
  private Known refreshed() {
    long readAtNs = nanoTime.getAsLong();
    long readAtMs = clock.millis();
    try {
      known =
          store.read(
              tx ->
                  new Known(
                      catchUp(tx),
                      readAtNs,
                      readAtMs,
                      tx.nodes().live(),
                      AuditDigestKeys.inUse(tx).stream().map(SnapshotPublisher::wire).toList(),
                      true));
    } catch (StoreException e) {
      if (known == null || storeAgeMs() > validity.toMillis()) {
        throw e;
      }
      known = new Known(known.head, known.readAtNs, known.readAtMs, 0, known.digestKeys, false);
    }
    return known;
  }

  private static DigestKey wire(WrappedDigestKey key) {
    return DigestKey.newBuilder()
        .setId(ByteString.copyFrom(Uuids.bytes(key.id())))
        .setYear(key.year())
        .setKekLabel(key.kekLabel())
        .setWrapped(ByteString.copyFrom(key.wrapped()))
        .build();
  }

  /** The revision that the answer builds on: the node's when it is on this chain, else 0. */
  private long base(StatementRequest request, Known current) {
    SnapshotHead now = current.head;
    if (request.epoch() != now.epoch() || request.from() > now.revision()) {
      return 0;
    }
    Optional<byte[]> digest =
        request.from() == now.revision()
            ? Optional.of(now.digest())
            : request.from() == 0
                ? Optional.empty()
                : store.read(tx -> tx.revisions().digestAt(now.epoch(), request.from()));
    boolean same = digest.filter(d -> MessageDigest.isEqual(d, request.digest())).isPresent();
    return same ? request.from() : 0;
  }

  private SnapshotHead catchUp(Transaction tx) {
    SnapshotHead now = tx.revisions().head();
    if (head == null || head.epoch() != now.epoch()) {
      state = new SnapshotState();
      head = new SnapshotHead(now.epoch(), 0, new byte[0]);
    }
    if (head.revision() < now.revision()) {
      Function<UUID, Map<Integer, byte[]>> keks = keks(tx, now.revision() - head.revision());
      tx.revisions()
          .changesBetween(now.epoch(), head.revision(), now.revision())
          .forEach(changes -> state.apply(changes, key -> withKeks(keks, key)));
    }
    head = now;
    return now;
  }

  /** Wrapped KEKs are in the table alone, so that one that is destroyed is gone for good. */
  private static Function<UUID, Map<Integer, byte[]>> keks(Transaction tx, long revisions) {
    if (revisions < BULK_REVISIONS) {
      return tx.keys()::wrappedKeks;
    }
    Map<UUID, Map<Integer, byte[]>> all = tx.keys().allWrappedKeks();
    return id -> all.getOrDefault(id, Map.of());
  }

  private static KmsKey withKeks(Function<UUID, Map<Integer, byte[]>> wrapped, KmsKey key) {
    boolean software =
        key.getVersionsList().stream()
            .anyMatch(version -> version.getProtection() == Protection.PROTECTION_SOFTWARE);
    if (!software) {
      return key;
    }
    Map<Integer, byte[]> keks = wrapped.apply(Uuids.get(key.getId().toByteArray(), 0));
    KmsKey.Builder complete = key.toBuilder();
    for (int i = 0; i < key.getVersionsCount(); i++) {
      byte[] kek = keks.get(key.getVersions(i).getNumber());
      if (kek != null) {
        complete.setVersions(
            i, key.getVersions(i).toBuilder().setWrappedKek(ByteString.copyFrom(kek)));
      }
    }
    return complete.build();
  }

  private SignedStatement sign(Statement statement) {
    byte[] bytes = statement.toByteArray();
    byte[] signature = key.sign(SnapshotVerifier.signingInput(bytes));
    return SignedStatement.newBuilder()
        .setStatement(ByteString.copyFrom(bytes))
        .setSignature(ByteString.copyFrom(signature))
        .setVerificationKeyId(ByteString.copyFrom(SnapshotVerifier.keyId(publicKey())))
        .build();
  }
}
