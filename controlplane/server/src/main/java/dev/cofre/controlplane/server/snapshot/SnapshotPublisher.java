package dev.cofre.controlplane.server.snapshot;

import com.google.protobuf.ByteString;
import dev.cofre.contract.snapshot.SnapshotVerifier;
import dev.cofre.contract.snapshot.wire.SignedStatement;
import dev.cofre.contract.snapshot.wire.Statement;
import dev.cofre.controlplane.server.store.SnapshotHead;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.StoreException;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.hsm.Hsm;
import dev.cofre.hsm.HsmException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
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
  /** The label of the signing key in the HSM. */
  public static final String KEY_LABEL = "snapshot-signing";

  private final Store store;
  private final Hsm hsm;
  private final Clock clock;
  private final Duration validity;
  private final LongSupplier nanoTime = System::nanoTime;
  private final Object lock = new Object();
  private SnapshotState state = new SnapshotState();
  private SnapshotHead head;
  private volatile Known known;
  private volatile Hsm.SigningKey signingKey;

  /**
   * What the store said last.
   *
   * @param readAtNs before it was read, by the monotonic clock
   * @param readAtMs the same by the wall clock
   * @param fresh whether that was for this statement
   */
  private record Known(SnapshotHead head, long readAtNs, long readAtMs, boolean fresh) {}

  /** Finds the signing key in the HSM, or has it made there. */
  public SnapshotPublisher(Store store, Hsm hsm, Clock clock, Duration validity) {
    this.store = store;
    this.hsm = hsm;
    this.clock = clock;
    this.validity = validity;
    // One after the other: two control planes that start at once make one key.
    this.signingKey = store.change(tx -> hsm.signingKey(KEY_LABEL));
  }

  /** What verifies the statements. */
  public PublicKey publicKey() {
    return signingKey.publicKey();
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
   * @throws StoreException when the store is away and was for longer than a statement's validity,
   *     or knows alone what the node asks for
   */
  public SignedStatement statement(StatementRequest request) {
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
          .setStoreAgeMs(current.fresh ? 0 : storeAgeMs());
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
      known = new Known(store.read(this::catchUp), readAtNs, readAtMs, true);
    } catch (StoreException e) {
      if (known == null || storeAgeMs() > validity.toMillis()) {
        throw e;
      }
      known = new Known(known.head, known.readAtNs, known.readAtMs, false);
    }
    return known;
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
      tx.revisions()
          .changesBetween(now.epoch(), head.revision(), now.revision())
          .forEach(state::apply);
    }
    head = now;
    return now;
  }

  private SignedStatement sign(Statement statement) {
    byte[] bytes = statement.toByteArray();
    byte[] input = SnapshotVerifier.signingInput(bytes);
    byte[] signature;
    try {
      signature = signingKey.sign(input);
    } catch (HsmException e) {
      // The token may have ended the session that the key belongs to: fetch the key once more.
      signingKey = hsm.signingKey(KEY_LABEL);
      signature = signingKey.sign(input);
    }
    return SignedStatement.newBuilder()
        .setStatement(ByteString.copyFrom(bytes))
        .setSignature(ByteString.copyFrom(signature))
        .setVerificationKeyId(ByteString.copyFrom(SnapshotVerifier.keyId(publicKey())))
        .build();
  }
}
