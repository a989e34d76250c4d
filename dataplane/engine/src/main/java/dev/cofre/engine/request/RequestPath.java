package dev.cofre.engine.request;

import static dev.cofre.contract.envelope.EnvelopeFormat.HEADER_LENGTH;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.envelope.EnvelopeOpener;
import dev.cofre.contract.envelope.EnvelopeSealer;
import dev.cofre.contract.envelope.JcaAead;
import dev.cofre.contract.envelope.RequestKeyDerivation;
import dev.cofre.contract.envelope.WrappedDataKey;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.engine.keys.DataKey;
import dev.cofre.engine.keys.DerivationCache;
import dev.cofre.engine.policy.Action;
import dev.cofre.engine.snapshot.KeyMetadata;
import dev.cofre.engine.snapshot.PrincipalMetadata;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The way of a request through one event loop.
 *
 * <p>Concurrency: not thread-safe; called on its event loop and continues there. Nothing here
 * blocks: a data key that is not cached and the audit log are futures. An answer is complete only
 * after its audit event is written (invariant I4), so every method below ends with the trail.
 *
 * <p>Every future that fails, fails with a {@link ProblemException}, which is on the audit log by
 * then.
 */
public final class RequestPath {
  private final Engine engine;
  private final Executor loop;
  private final DerivationCache derivations = new DerivationCache();
  private final EnvelopeSealer sealer = new EnvelopeSealer(new JcaAead());
  private final EnvelopeOpener opener = new EnvelopeOpener(new JcaAead());

  RequestPath(Engine engine, Executor loop) {
    this.engine = engine;
    this.loop = loop;
  }

  /** A data key and what was derived from it for this loop. */
  record Keyed(DataKey dataKey, RequestKeyDerivation derivation) {}

  /**
   * The principal whose bearer token is {@code token}.
   *
   * @throws ProblemException {@code unauthenticated}, or {@code policy_stale}
   */
  public PrincipalMetadata authenticate(byte[] token) {
    return engine.authorizer.authenticate(token);
  }

  /**
   * Writes down that a request was refused before its work began; the future completes when that is
   * on the log.
   *
   * @param key the key that the request names, or null
   */
  public CompletableFuture<Void> refuse(
      Caller caller, String action, String key, ProblemException problem) {
    return onLoop(engine.audit.refuse(caller, action, key, problem));
  }

  /**
   * Encrypts {@code items} under the current version of the key {@code name}: one salt and one
   * derivation for all.
   */
  public CompletableFuture<List<Outcome>> encrypt(Caller caller, String name, List<Item> items) {
    return audited(
        caller,
        Action.ENCRYPT,
        name,
        () -> {
          KeyMetadata key = engine.authorizer.permit(caller, Action.ENCRYPT, name);
          return encryptionKey(key).thenApply(keyed -> seal(key, keyed, items));
        },
        outcomes -> engine.audit.record(caller, Action.ENCRYPT.text(), items, outcomes));
  }

  /** Decrypts {@code items}, each with the key that its envelope names. */
  public CompletableFuture<List<Outcome>> decrypt(Caller caller, List<Item> items) {
    return audited(
        caller,
        Action.DECRYPT,
        null,
        () -> open(caller, items),
        outcomes -> engine.audit.record(caller, Action.DECRYPT.text(), items, outcomes));
  }

  /**
   * Decrypts {@code items} and encrypts them again, under the current version of the key {@code
   * target}, or when that is null of the key that each envelope names. Plaintext is overwritten
   * here.
   */
  public CompletableFuture<List<Outcome>> reencrypt(
      Caller caller, String target, List<Item> items) {
    return decrypt(caller, items)
        .thenCompose(
            opened -> {
              List<CompletableFuture<Outcome>> sealed = new ArrayList<>(items.size());
              for (int i = 0; i < opened.size(); i++) {
                sealed.add(reseal(caller, target, items.get(i), opened.get(i)));
              }
              return all(sealed);
            });
  }

  private CompletableFuture<Outcome> reseal(
      Caller caller, String target, Item item, Outcome opened) {
    if (opened.problem() != null) {
      return CompletableFuture.completedFuture(opened);
    }
    String name = target == null ? opened.key().id().toString() : target;
    List<Item> plaintext = List.of(Item.of(opened.bytes(), item.context()));
    return audited(
            caller,
            Action.ENCRYPT,
            name,
            () -> {
              KeyMetadata key = engine.authorizer.permit(caller, Action.ENCRYPT, name);
              engine.authorizer.permitMove(opened.key(), key);
              return encryptionKey(key).thenApply(keyed -> seal(key, keyed, plaintext));
            },
            outcomes -> engine.audit.record(caller, Action.ENCRYPT.text(), plaintext, outcomes))
        .thenApply(List::getFirst)
        .exceptionally(failure -> Outcome.failed(Problems.of(failure)))
        .whenComplete((outcome, failure) -> Arrays.fill(opened.bytes(), (byte) 0));
  }

  /** Hands out a new data key: one audited use of its own permission. */
  public CompletableFuture<DataKeyCalls.Generated> generateDataKey(
      Caller caller, String name, EncryptionContext context) {
    return new DataKeyCalls(engine, this).generate(caller, name, context);
  }

  /** Unwraps a data key that was handed out. */
  public CompletableFuture<DataKeyCalls.Generated> unwrapDataKey(
      Caller caller, byte[] wrapped, EncryptionContext context) {
    return new DataKeyCalls(engine, this).unwrap(caller, wrapped, context);
  }

  /**
   * Begins a plaintext of unknown length; its begin event is on the log when the future completes.
   */
  public CompletableFuture<SealStream> beginEncrypt(
      Caller caller, String name, EncryptionContext context) {
    return audited(
        caller,
        Action.ENCRYPT,
        name,
        () -> {
          KeyMetadata key = engine.authorizer.permit(caller, Action.ENCRYPT, name);
          return encryptionKey(key)
              .thenApply(keyed -> new SealStream(engine, loop, caller, key, keyed, context));
        },
        SealStream::recordBegin);
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
        named(WrappedDataKey.parse(header, 0)),
        () -> {
          WrappedDataKey wrapped = parse(header);
          KeyMetadata key = engine.authorizer.permit(caller, Action.DECRYPT, wrapped);
          return decryptionKey(wrapped, key, context)
              .thenApply(
                  keyed -> new OpenStream(engine, loop, caller, key, keyed, header, context));
        },
        OpenStream::recordBegin);
  }

  /** The id of the key that {@code wrapped} names, if there is such a key. */
  String named(WrappedDataKey wrapped) {
    KeyMetadata key = wrapped == null ? null : engine.snapshots.last().key(wrapped.keyId());
    return key == null ? null : key.id().toString();
  }

  /**
   * Begins the second half of a re-encryption: the plaintext of {@code source} under the key {@code
   * target}, or when that is null under its own key.
   */
  public CompletableFuture<SealStream> beginReencrypt(
      Caller caller, OpenStream source, String target, EncryptionContext context) {
    String name = target == null ? source.key().id().toString() : target;
    return audited(
        caller,
        Action.ENCRYPT,
        name,
        () -> {
          KeyMetadata key = engine.authorizer.permit(caller, Action.ENCRYPT, name);
          engine.authorizer.permitMove(source.key(), key);
          return encryptionKey(key)
              .thenApply(keyed -> new SealStream(engine, loop, caller, key, keyed, context));
        },
        SealStream::recordBegin);
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

  /** The data key that encrypts for {@code key} now. */
  private CompletableFuture<Keyed> encryptionKey(KeyMetadata key) {
    return keyed(() -> engine.encryptionKeys.acquire(key));
  }

  /** The data key that {@code wrapped} names, from the cache or the HSM. */
  CompletableFuture<Keyed> decryptionKey(
      WrappedDataKey wrapped, KeyMetadata key, EncryptionContext context) {
    KeyMetadata.Version version = key.versions().get(wrapped.keyVersion());
    return keyed(() -> engine.decryptionKeys.acquire(wrapped, key, version, context));
  }

  /** A data key may end between its look-up and its use here; then it is looked up again. */
  private CompletableFuture<Keyed> keyed(Supplier<CompletableFuture<DataKey>> acquire) {
    Function<DataKey, CompletableFuture<Keyed>> derive =
        dataKey -> {
          RequestKeyDerivation derivation = derivations.get(dataKey);
          return derivation == null
              ? keyed(acquire)
              : CompletableFuture.completedFuture(new Keyed(dataKey, derivation));
        };
    CompletableFuture<DataKey> dataKey = acquire.get();
    return dataKey.isDone() ? dataKey.thenCompose(derive) : dataKey.thenComposeAsync(derive, loop);
  }

  private List<Outcome> seal(KeyMetadata key, Keyed keyed, List<Item> items) {
    WrappedDataKey wrapped = keyed.dataKey.wrapped();
    String dataKeyId = wrapped.dataKeyId().toString();
    List<Outcome> outcomes = new ArrayList<>(items.size());
    long bytes = 0;
    sealer.begin(keyed.derivation, wrapped, engine.random);
    for (Item item : items) {
      if (item.problem() != null) {
        outcomes.add(Outcome.failed(key, wrapped.keyVersion(), dataKeyId, item.problem()));
        continue;
      }
      byte[] plaintext = item.bytes();
      byte[] envelope = new byte[Math.toIntExact(EnvelopeFormat.envelopeLength(plaintext.length))];
      sealer.seal(item.context().canonical(), plaintext, 0, plaintext.length, envelope, 0);
      outcomes.add(
          new Outcome(envelope, key, wrapped.keyVersion(), dataKeyId, plaintext.length, null));
      bytes += plaintext.length;
    }
    engine.encryptionKeys.used(keyed.dataKey, bytes);
    return outcomes;
  }

  private CompletableFuture<List<Outcome>> open(Caller caller, List<Item> items) {
    List<CompletableFuture<Outcome>> outcomes = new ArrayList<>(items.size());
    for (Item item : items) {
      CompletableFuture<Outcome> outcome;
      try {
        outcome = open(caller, item);
      } catch (ProblemException problem) {
        outcome = CompletableFuture.completedFuture(Outcome.failed(problem));
      }
      outcomes.add(outcome);
    }
    return all(outcomes);
  }

  private CompletableFuture<Outcome> open(Caller caller, Item item) {
    if (item.problem() != null) {
      throw item.problem();
    }
    WrappedDataKey wrapped = parse(item.bytes());
    KeyMetadata key;
    try {
      key = engine.authorizer.permit(caller, Action.DECRYPT, wrapped);
    } catch (ProblemException problem) {
      KeyMetadata named = engine.snapshots.last().key(wrapped.keyId());
      return CompletableFuture.completedFuture(
          Outcome.failed(named, wrapped.keyVersion(), wrapped.dataKeyId().toString(), problem));
    }
    return decryptionKey(wrapped, key, item.context())
        .thenApply(keyed -> open(key, keyed, item))
        .exceptionally(
            failure ->
                Outcome.failed(
                    key,
                    wrapped.keyVersion(),
                    wrapped.dataKeyId().toString(),
                    Problems.of(failure)));
  }

  private Outcome open(KeyMetadata key, Keyed keyed, Item item) {
    WrappedDataKey wrapped = keyed.dataKey.wrapped();
    String dataKeyId = wrapped.dataKeyId().toString();
    byte[] envelope = item.bytes();
    long length = EnvelopeFormat.plaintextLength(envelope.length);
    byte[] plaintext = length < 0 ? new byte[0] : new byte[Math.toIntExact(length)];
    int opened =
        length < 0
            ? EnvelopeOpener.INVALID
            : opener.open(
                keyed.derivation,
                item.context().canonical(),
                envelope,
                0,
                envelope.length,
                plaintext,
                0);
    if (opened == EnvelopeOpener.INVALID) {
      return Outcome.failed(key, wrapped.keyVersion(), dataKeyId, Outcome.invalidCiphertext());
    }
    return new Outcome(plaintext, key, wrapped.keyVersion(), dataKeyId, opened, null);
  }

  private static WrappedDataKey parse(byte[] envelope) {
    WrappedDataKey wrapped =
        envelope.length < HEADER_LENGTH ? null : WrappedDataKey.parse(envelope, 0);
    if (wrapped == null) {
      throw Outcome.invalidCiphertext();
    }
    return wrapped;
  }

  /**
   * Runs {@code work}, then {@code record}s its result; a failure of the work is written down
   * instead. The answer is complete only when one of the two is on the log.
   */
  <T> CompletableFuture<T> audited(
      Caller caller,
      Action action,
      String key,
      Supplier<CompletableFuture<T>> work,
      Function<T, CompletableFuture<Void>> record) {
    CompletableFuture<T> done;
    try {
      done = work.get();
    } catch (RuntimeException failure) {
      done = CompletableFuture.failedFuture(failure);
    }
    return done.handle(
            (result, failure) -> {
              if (failure == null) {
                return onLoop(record.apply(result)).thenApply(written -> result);
              }
              ProblemException problem = Problems.of(failure);
              return onLoop(engine.audit.refuse(caller, action.text(), key, problem))
                  .<T>thenApply(
                      written -> {
                        throw problem;
                      });
            })
        .thenCompose(Function.identity());
  }

  private CompletableFuture<Void> onLoop(CompletableFuture<Void> written) {
    return Continuations.on(loop, written);
  }

  private static <T> CompletableFuture<List<T>> all(List<CompletableFuture<T>> futures) {
    return CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new))
        .thenApply(done -> futures.stream().map(CompletableFuture::join).toList());
  }
}
