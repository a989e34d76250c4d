package dev.cofre.engine.request;

import static dev.cofre.contract.envelope.EnvelopeFormat.HEADER_LENGTH;

import com.google.protobuf.ByteString;
import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.envelope.EnvelopeOpener;
import dev.cofre.contract.envelope.EnvelopeSealer;
import dev.cofre.contract.envelope.RequestKeyDerivation;
import dev.cofre.contract.envelope.WrappedDataKey;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.contract.random.RandomSource;
import dev.cofre.engine.identity.Callers;
import dev.cofre.engine.identity.Identity;
import dev.cofre.engine.keys.Derivations;
import dev.cofre.engine.keys.EncryptionKey;
import dev.cofre.engine.policy.Action;
import dev.cofre.engine.snapshot.KeyMetadata;
import dev.cofre.engine.snapshot.PrincipalMetadata;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The way of a request through one event loop: permit, data key, AEAD, audit, in this order.
 *
 * <p>Concurrency: not thread-safe; called on its event loop and continues there. Nothing here
 * blocks. When the data keys are cached and the audit log takes the event at once, the answer is
 * complete when the call returns; a data key that must be loaded, or a log that waits for the disk,
 * is a future. An answer is complete only after its audit event is written (invariant I4), so every
 * method below ends with the trail.
 *
 * <p>Every future that fails, fails with a {@link ProblemException}, which is on the audit log by
 * then.
 */
public final class RequestPath {
  /** How often a data key is looked up that is gone again before its use. */
  private static final int ATTEMPTS = 4;

  private static final int BATCHES_KEPT = 64;

  private final Engine engine;
  private final Executor loop;
  private final Authorizer authorizer;
  private final Derivations derivations;
  private final BatchKeys batchKeys;
  private final RandomSource random;
  private final EnvelopeSealer sealer;
  private final EnvelopeOpener opener;
  private final ArrayDeque<Batch> batches = new ArrayDeque<>(BATCHES_KEPT);

  RequestPath(Engine engine, Executor loop) {
    this.engine = engine;
    this.loop = loop;
    this.authorizer = engine.newAuthorizer();
    this.derivations = engine.keys.newDerivations();
    this.batchKeys = new BatchKeys(engine, authorizer);
    this.random = engine.random.confined();
    this.sealer = new EnvelopeSealer(engine.aead.newAead());
    this.opener = new EnvelopeOpener(engine.aead.newAead());
  }

  /** An empty batch, to be closed by who answers the request. */
  public Batch newBatch() {
    Batch kept = batches.pollFirst();
    return (kept == null ? new Batch(this) : kept).lend();
  }

  void recycle(Batch batch) {
    if (batches.size() < BATCHES_KEPT) {
      batches.addFirst(batch);
    }
  }

  /**
   * The principal whose bearer token is {@code token}.
   *
   * @throws ProblemException {@code unauthenticated}, or {@code policy_stale}
   */
  public PrincipalMetadata authenticate(byte[] token) {
    return proven(engine.callers.byToken(engine.snapshots.current(), token, null)).principal();
  }

  /**
   * Whose {@code token} it is, and of which kind.
   *
   * @param digest of the token, {@link dev.cofre.engine.snapshot.SnapshotState#tokenDigest}
   * @param address where it came from, by which failures are counted; null: they are not
   * @throws ProblemException {@code unauthenticated}, {@code policy_stale}, or {@code
   *     too_many_attempts} when the address is being slowed
   */
  public Identity identify(byte[] token, ByteString digest, String address) {
    return proven(engine.callers.byToken(engine.snapshots.current(), token, digest, address));
  }

  /**
   * Refuses who shows nothing, and counts that against {@code address}.
   *
   * @throws ProblemException always: {@code unauthenticated} or {@code policy_stale}
   */
  public Identity identifyNobody(String address) {
    return proven(engine.callers.byToken(engine.snapshots.current(), null, address));
  }

  /** The same for a verified client certificate with {@code spiffeId}. */
  public Identity identifyCertificate(String spiffeId, String address) {
    return proven(engine.callers.bySpiffeId(engine.snapshots.current(), spiffeId, address));
  }

  private static Identity proven(Identity identity) {
    if (identity == null) {
      throw Callers.unauthenticated();
    }
    return identity;
  }

  /**
   * Writes down that a request was refused before its work began; the future completes when that is
   * on the log.
   *
   * @param key the key that the request names, or null
   */
  public CompletableFuture<Void> refuse(
      Caller caller, String action, String key, ProblemException problem) {
    return refuse(caller, action, key, problem, 1);
  }

  /** The same for {@code items} requests that were refused alike. */
  public CompletableFuture<Void> refuse(
      Caller caller, String action, String key, ProblemException problem, int items) {
    return onLoop(engine.audit.refuse(caller, action, key, problem, items, List.of()));
  }

  /**
   * Who has {@code token}, to be asked after again at each later use of a connection.
   *
   * @param address where it came from, by which failures are counted; null: they are not
   * @throws ProblemException {@code too_many_attempts} when the address is being slowed
   */
  public Session newSession(byte[] token, String address) {
    return Session.ofToken(engine.snapshots, engine.callers, token, address);
  }

  /** The same for a verified client certificate with {@code spiffeId}. */
  public Session newCertificateSession(String spiffeId, String address) {
    return Session.ofCertificate(engine.snapshots, engine.callers, spiffeId, address);
  }

  /**
   * Encrypts the items of {@code batch} under the current version of the key {@code name}: one salt
   * and one derivation for all.
   */
  public CompletableFuture<Void> encrypt(Caller caller, String name, Batch batch) {
    return encrypt(caller, name, null, batch, ATTEMPTS);
  }

  /** The same, when what {@code batch} holds was encrypted under {@code source}. */
  CompletableFuture<Void> encryptAgain(
      Caller caller, String name, KeyMetadata source, Batch batch) {
    return encrypt(caller, name, source, batch, ATTEMPTS);
  }

  private CompletableFuture<Void> encrypt(
      Caller caller, String name, KeyMetadata source, Batch batch, int attempts) {
    try {
      boolean first = attempts == ATTEMPTS;
      KeyMetadata key = permitEncrypt(caller, name, source, batch, first);
      if (batch.isSettled()) {
        batch.nameKey(key);
        return onLoop(engine.audit.record(caller, Action.ENCRYPT.text(), batch));
      }
      EncryptionKey dataKey = engine.keys.encryption().ready(key, engine.nanoTime());
      RequestKeyDerivation derivation = dataKey == null ? null : derivations.get(dataKey.handle());
      if (derivation != null) {
        seal(key, dataKey, derivation, batch);
        return onLoop(engine.audit.record(caller, Action.ENCRYPT.text(), batch));
      }
      if (attempts == 0) {
        throw gone();
      }
      return after(
          engine.keys.encryption().load(key, caller.requester()),
          failure ->
              failure == null
                  ? encrypt(caller, name, source, batch, attempts - 1)
                  : refused(caller, Action.ENCRYPT, name, batch, failure));
    } catch (RuntimeException failure) {
      return refused(caller, Action.ENCRYPT, name, batch, failure);
    }
  }

  private KeyMetadata permitEncrypt(
      Caller caller, String name, KeyMetadata source, Batch batch, boolean first) {
    Permit permit = authorizer.permit(caller, Action.ENCRYPT, name);
    askEach(permit, caller, Action.ENCRYPT, batch, first);
    if (source != null) {
      Permit move = authorizer.permitMove(caller, source, permit.key());
      if (move != null) {
        askEach(move, caller, Action.REENCRYPT, batch, first);
      }
    }
    return permit.key();
  }

  /** Conditions look at each item's own context; the {@code first} time, uses are counted. */
  private void askEach(Permit permit, Caller caller, Action action, Batch batch, boolean first) {
    if (!permit.isConditional()) {
      return;
    }
    if (batch.sharesContext() && batch.size() > 0) {
      authorizer.require(permit, caller, action, batch.context(0), first ? batch.size() : 0);
      return;
    }
    for (int i = 0; i < batch.size(); i++) {
      ProblemException objection =
          batch.isOpen(i)
              ? authorizer.objection(permit, caller, action, batch.context(i), first ? 1 : 0)
              : null;
      if (objection != null) {
        batch.use(i, Use.refused(permit.key()));
        batch.fail(i, objection);
      }
    }
  }

  private void seal(
      KeyMetadata key, EncryptionKey dataKey, RequestKeyDerivation derivation, Batch batch) {
    Use use = batch.addUse(Use.of(key, dataKey));
    long plaintext = 0;
    long output = 0;
    for (int i = 0; i < batch.size(); i++) {
      if (batch.use(i) == null) {
        batch.use(i, use);
      }
      if (batch.isOpen(i)) {
        plaintext += batch.inputLength(i);
        output += EnvelopeFormat.envelopeLength(batch.inputLength(i));
      }
    }
    batch.opens(false);
    batch.reserve(output);
    sealer.begin(derivation, random);
    for (int i = 0; i < batch.size(); i++) {
      if (batch.isOpen(i)) {
        int written =
            sealer.seal(
                batch.aad(i),
                batch.input(i),
                batch.inputOffset(i),
                batch.inputLength(i),
                batch.output(),
                batch.outputEnd());
        batch.done(i, written);
      }
    }
    dataKey.used(plaintext);
  }

  /** Decrypts the items of {@code batch}, each with the key that its envelope names. */
  public CompletableFuture<Void> decrypt(Caller caller, Batch batch) {
    batch.opens(true);
    return decrypt(caller, batch, ATTEMPTS);
  }

  private CompletableFuture<Void> decrypt(Caller caller, Batch batch, int attempts) {
    try {
      boolean first = attempts == ATTEMPTS;
      boolean ready = batchKeys.resolve(caller, batch, first) && open(batch);
      if (ready) {
        return onLoop(engine.audit.record(caller, Action.DECRYPT.text(), batch));
      }
      if (attempts == 0) {
        throw gone();
      }
      // Which of them failed is found out when they are resolved again.
      return after(batchKeys.loading(batch), failure -> decrypt(caller, batch, attempts - 1));
    } catch (RuntimeException failure) {
      return refused(caller, Action.DECRYPT, null, batch, failure);
    }
  }

  /** Opens all items whose data key is at hand; false when one was gone. */
  private boolean open(Batch batch) {
    long output = batch.outputEnd();
    for (int i = 0; i < batch.size(); i++) {
      if (batch.isOpen(i)) {
        output += Math.max(0, EnvelopeFormat.plaintextLength(batch.inputLength(i)));
      }
    }
    batch.reserve(output);
    Use last = null;
    RequestKeyDerivation derivation = null;
    boolean complete = true;
    for (int i = 0; i < batch.size(); i++) {
      if (!batch.isOpen(i)) {
        continue;
      }
      if (batch.use(i) != last) {
        last = batch.use(i);
        derivation = derivations.get(last.handle());
      }
      if (derivation == null) {
        complete = false;
      } else {
        open(batch, i, derivation);
      }
    }
    return complete;
  }

  private void open(Batch batch, int item, RequestKeyDerivation derivation) {
    int length = batch.inputLength(item);
    int opened =
        EnvelopeFormat.plaintextLength(length) < 0
            ? EnvelopeOpener.INVALID
            : opener.open(
                derivation,
                batch.aad(item),
                batch.input(item),
                batch.inputOffset(item),
                length,
                batch.output(),
                batch.outputEnd());
    if (opened == EnvelopeOpener.INVALID) {
      batch.fail(item, Batch.invalidCiphertext());
    } else {
      batch.done(item, opened);
    }
  }

  /**
   * Decrypts the items of {@code batch} and encrypts them again, under the current version of the
   * key {@code target}, or when that is null of the key that each envelope names. Plaintext is
   * overwritten here.
   *
   * @return the new envelopes, to be closed by the caller beside {@code batch}
   */
  public CompletableFuture<Batch> reencrypt(Caller caller, String target, Batch batch) {
    return decrypt(caller, batch)
        .thenCompose(opened -> new Reencryption(this, caller, target, batch).run());
  }

  /** Hands out a new data key: one audited use of its own permission. */
  public CompletableFuture<DataKeyCalls.Generated> generateDataKey(
      Caller caller, String name, EncryptionContext context) {
    return new DataKeyCalls(engine, this, authorizer).generate(caller, name, context);
  }

  /** Unwraps a data key that was handed out. */
  public CompletableFuture<DataKeyCalls.Generated> unwrapDataKey(
      Caller caller, byte[] wrapped, EncryptionContext context) {
    return new DataKeyCalls(engine, this, authorizer).unwrap(caller, wrapped, context);
  }

  /**
   * Begins a plaintext of unknown length; its begin event is on the log when the future completes.
   */
  public CompletableFuture<SealStream> beginEncrypt(
      Caller caller, String name, EncryptionContext context) {
    return beginSeal(caller, name, null, context);
  }

  /**
   * Begins the second half of a re-encryption: the plaintext of {@code source} under the key {@code
   * target}, or when that is null under its own key.
   */
  public CompletableFuture<SealStream> beginReencrypt(
      Caller caller, OpenStream source, String target, EncryptionContext context) {
    String name = target == null ? source.key().id().toString() : target;
    return beginSeal(caller, name, source.key(), context);
  }

  private CompletableFuture<SealStream> beginSeal(
      Caller caller, String name, KeyMetadata source, EncryptionContext context) {
    return audited(
        caller,
        Action.ENCRYPT,
        name,
        context,
        () -> sealStream(caller, name, source, context, ATTEMPTS),
        SealStream::recordBegin);
  }

  private CompletableFuture<SealStream> sealStream(
      Caller caller, String name, KeyMetadata source, EncryptionContext context, int attempts) {
    Permit permit = authorizer.permit(caller, Action.ENCRYPT, name);
    int uses = attempts == ATTEMPTS ? 1 : 0;
    KeyMetadata key = authorizer.require(permit, caller, Action.ENCRYPT, context, uses);
    Permit move = source == null ? null : authorizer.permitMove(caller, source, key);
    if (move != null) {
      authorizer.require(move, caller, Action.REENCRYPT, context, uses);
    }
    EncryptionKey dataKey = engine.keys.encryption().ready(key, engine.nanoTime());
    RequestKeyDerivation derivation = dataKey == null ? null : derivations.get(dataKey.handle());
    if (derivation != null) {
      return CompletableFuture.completedFuture(
          new SealStream(
              engine, authorizer, loop, caller, key, dataKey, derivation, random, context));
    }
    if (attempts == 0) {
      throw gone();
    }
    return onLoop(engine.keys.encryption().load(key, caller.requester()))
        .thenCompose(loaded -> sealStream(caller, name, source, context, attempts - 1));
  }

  /**
   * Begins an envelope of unknown length; its begin event is on the log when the future completes.
   *
   * @param header the envelope's first {@value EnvelopeFormat#HEADER_LENGTH} bytes
   */
  public CompletableFuture<OpenStream> beginDecrypt(
      Caller caller, byte[] header, EncryptionContext context) {
    return audited(
        caller,
        Action.DECRYPT,
        named(header),
        context,
        () -> openStream(caller, header, context, ATTEMPTS),
        OpenStream::recordBegin);
  }

  /** The id of the key that {@code envelope} names, if there is such a key. */
  String named(byte[] envelope) {
    KeyMetadata key =
        WrappedDataKey.isAt(envelope, 0)
            ? engine.snapshots.last().key(WrappedDataKey.keyIdAt(envelope, 0))
            : null;
    return key == null ? null : key.id().toString();
  }

  private CompletableFuture<OpenStream> openStream(
      Caller caller, byte[] header, EncryptionContext context, int attempts) {
    if (header.length < HEADER_LENGTH || !WrappedDataKey.isAt(header, 0)) {
      throw Batch.invalidCiphertext();
    }
    KeyMetadata key =
        authorizer.require(
            authorizer.permit(caller, Action.DECRYPT, header, 0),
            caller,
            Action.DECRYPT,
            context,
            attempts == ATTEMPTS ? 1 : 0);
    long handle = engine.keys.decryption().find(header, 0, key, context, engine.nanoTime());
    RequestKeyDerivation derivation = derivations.get(handle);
    if (derivation != null) {
      return CompletableFuture.completedFuture(
          new OpenStream(engine, authorizer, loop, caller, key, derivation, header, context));
    }
    if (attempts == 0) {
      throw gone();
    }
    return onLoop(engine.keys.decryption().load(header, 0, key, context, caller.requester()))
        .thenCompose(loaded -> openStream(caller, header, context, attempts - 1));
  }

  /**
   * Forgets the last request's key, and closes derivations whose data keys are gone. Called from a
   * timer of the loop, about once a second.
   */
  public void sweep() {
    sealer.close();
    opener.close();
    derivations.sweep();
  }

  private static ProblemException gone() {
    return new ProblemException(
        ErrorCode.OVERLOADED,
        "data keys leave this node's cache before they can be used; try again later");
  }

  /**
   * Runs {@code work}, then {@code record}s its result; a failure of the work is written down
   * instead. The answer is complete only when one of the two is on the log.
   */
  <T> CompletableFuture<T> audited(
      Caller caller,
      Action action,
      String key,
      EncryptionContext context,
      Supplier<CompletableFuture<T>> work,
      Function<T, CompletableFuture<Void>> record) {
    CompletableFuture<T> done;
    try {
      done = work.get();
    } catch (RuntimeException failure) {
      done = CompletableFuture.failedFuture(failure);
    }
    return done.handle(
            (result, failure) ->
                failure == null
                    ? onLoop(record.apply(result)).thenApply(written -> result)
                    : this.<T>refused(caller, action, key, 1, List.of(context), failure))
        .thenCompose(Function.identity());
  }

  private CompletableFuture<Void> refused(
      Caller caller, Action action, String key, Batch batch, Throwable failure) {
    return refused(caller, action, key, batch.size(), batch.someContexts(), failure);
  }

  /** Fails with what {@code failure} means, once that is on the log. */
  private <T> CompletableFuture<T> refused(
      Caller caller,
      Action action,
      String key,
      int items,
      Collection<EncryptionContext> contexts,
      Throwable failure) {
    ProblemException problem = Problems.of(failure);
    return onLoop(engine.audit.refuse(caller, action.text(), key, problem, items, contexts))
        .thenApply(
            written -> {
              throw problem;
            });
  }

  /** Goes on with {@code next} on this loop when {@code loading} has ended, however it ended. */
  private CompletableFuture<Void> after(
      CompletableFuture<Void> loading, Function<Throwable, CompletableFuture<Void>> next) {
    return loading
        .handleAsync((loaded, failure) -> next.apply(failure), loop)
        .thenCompose(Function.identity());
  }

  /** What is complete already is not sent around the loop again. */
  <T> CompletableFuture<T> onLoop(CompletableFuture<T> future) {
    return future.isDone() ? future : Continuations.on(loop, future);
  }
}
