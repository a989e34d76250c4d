package dev.cofre.client.local;

import dev.cofre.client.CofreException;
import dev.cofre.client.CofreException.Kind;
import dev.cofre.client.DataKey;
import dev.cofre.client.frames.FrameClient;
import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.envelope.EnvelopeHeader;
import dev.cofre.contract.envelope.Usage;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Encrypts and decrypts in this process, under data keys that the service hands out for one key and
 * context each: a call to the service for each data key, none for each plaintext. Envelopes are
 * those of the service, which opens them too; envelopes under the service's own data keys are
 * opened by the service.
 *
 * <p>What to know before taking this: the service's audit log has the data keys that were handed
 * out, not each use ({@link #counts()} has them here); and a key that is disabled meanwhile goes on
 * working here until the time to live of its data keys is over (5 minutes unless it was set lower).
 * The caller needs the permissions {@code data-key:generate}, and {@code data-key:unwrap} to open
 * what another process made.
 *
 * <p>A data key is held off the heap, used at most as {@link LocalLimits} say, replaced ahead of
 * its end, and overwritten within a second of it. Salts are read from the kernel for each plaintext
 * (Linux and macOS). Thread-safe.
 */
public final class LocalCipher implements AutoCloseable {
  private static final long SWEEP_MS = 250;
  private static final int TRIES = 3;

  private final FrameClient client;
  private final String key;
  private final LocalLimits limits;
  private final Consumer<DataKeyUse> ended;
  private final HeldKeys sealing;
  private final HeldKeys opening;
  private final CipherPool ciphers = new CipherPool();
  private final ScheduledExecutorService sweeper;
  private final LongAdder sealed = new LongAdder();
  private final LongAdder sealedBytes = new LongAdder();
  private final LongAdder opened = new LongAdder();
  private final LongAdder openedBytes = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder made = new LongAdder();
  private final LongAdder unwrapped = new LongAdder();
  private final LongAdder asked = new LongAdder();
  private volatile boolean closed;

  private LocalCipher(
      FrameClient client, String key, LocalLimits limits, Consumer<DataKeyUse> ended) {
    this.client = client;
    this.key = key;
    this.limits = limits;
    this.ended = ended;
    this.sealing = new HeldKeys(limits.keysMax());
    this.opening = new HeldKeys(limits.keysMax());
    this.sweeper =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "cofre-data-keys");
              thread.setDaemon(true);
              return thread;
            });
    sweeper.scheduleWithFixedDelay(this::sweep, SWEEP_MS, SWEEP_MS, TimeUnit.MILLISECONDS);
  }

  /** Encrypts under {@code key}, an id or alias, by {@code client}, which stays the caller's. */
  public static LocalCipher create(FrameClient client, String key, LocalLimits limits) {
    return create(client, key, limits, use -> {});
  }

  /**
   * The same, which tells what each data key was used for.
   *
   * @param ended is told once of each data key that was held and used, when it is overwritten: at
   *     the end of its time or uses, when another one takes its place, or by {@link #close}. It is
   *     called by whichever thread used the data key last, by several at once, and must not block
   */
  public static LocalCipher create(
      FrameClient client, String key, LocalLimits limits, Consumer<DataKeyUse> ended) {
    return new LocalCipher(client, key, limits, ended);
  }

  /** The same with {@link LocalLimits#DEFAULT}. */
  public static LocalCipher create(FrameClient client, String key) {
    return create(client, key, LocalLimits.DEFAULT);
  }

  /**
   * Encrypts {@code plaintext} to an envelope. With a data key at hand the work is done before this
   * returns, on the calling thread.
   */
  public CompletableFuture<byte[]> encrypt(byte[] plaintext, Map<String, String> context) {
    return guarded(() -> encrypt(plaintext, context, canonical(context), TRIES));
  }

  private CompletableFuture<byte[]> encrypt(
      byte[] plaintext, Map<String, String> context, byte[] aad, int tries) {
    return sealing
        .get(aad, () -> generate(context, aad))
        .thenCompose(
            held -> {
              try {
                if (!held.spend(plaintext.length)) {
                  sealing.spent(aad, held);
                  return tries > 1
                      ? encrypt(plaintext, context, aad, tries - 1)
                      : CompletableFuture.<byte[]>failedFuture(tooLarge());
                }
                byte[] envelope = ciphers.seal(held, aad, plaintext);
                held.sealed(plaintext.length);
                sealed.increment();
                sealedBytes.add(plaintext.length);
                return CompletableFuture.completedFuture(envelope);
              } finally {
                held.release();
              }
            });
  }

  private static CofreException tooLarge() {
    return new CofreException(
        Kind.LOCAL, "the plaintext is longer than a data key's limit of bytes (bytesMax)");
  }

  /** Decrypts {@code envelope}: here when its data key is a caller's, else by the service. */
  public CompletableFuture<byte[]> decrypt(byte[] envelope, Map<String, String> context) {
    return guarded(() -> decrypt(envelope, context, canonical(context)));
  }

  private CompletableFuture<byte[]> decrypt(
      byte[] envelope, Map<String, String> context, byte[] aad) {
    EnvelopeHeader header = EnvelopeHeader.parse(envelope, 0);
    if (header == null || header.wrapped().usage() != Usage.CALLER) {
      // Also what this release does not know: the service may be newer.
      asked.increment();
      return client.decrypt(envelope, context);
    }
    byte[] wrapped = header.wrapped().bytes();
    return opening
        .get(joined(wrapped, aad), () -> unwrap(wrapped, context))
        .thenApply(
            held -> {
              try {
                byte[] plaintext = ciphers.open(held, aad, envelope);
                if (plaintext == null) {
                  refused.increment();
                  throw CofreException.refused(
                      Kind.REFUSED,
                      ErrorCode.INVALID_CIPHERTEXT,
                      "the envelope was changed, cut or extended, or the context is another one",
                      0);
                }
                held.opened(plaintext.length);
                opened.increment();
                openedBytes.add(plaintext.length);
                return plaintext;
              } finally {
                held.release();
              }
            });
  }

  private CompletableFuture<HeldKey> generate(Map<String, String> context, byte[] aad) {
    long askedNs = System.nanoTime();
    return client
        .generateDataKey(key, context, true)
        .thenApply(
            dataKey -> {
              made.increment();
              HeldKey held = hold(dataKey, askedNs);
              opening.put(joined(held.wrapped(), aad), held);
              return held;
            });
  }

  private CompletableFuture<HeldKey> unwrap(byte[] wrapped, Map<String, String> context) {
    long askedNs = System.nanoTime();
    return client
        .unwrapDataKey(wrapped, context)
        .thenApply(
            dataKey -> {
              unwrapped.increment();
              return hold(dataKey, askedNs);
            });
  }

  private HeldKey hold(DataKey dataKey, long askedNs) {
    return new HeldKey(dataKey, askedNs, limits, ended);
  }

  private CompletableFuture<byte[]> guarded(Supplier<CompletableFuture<byte[]>> action) {
    if (closed) {
      return CompletableFuture.failedFuture(
          new CofreException(Kind.LOCAL, "the local cipher is closed"));
    }
    CompletableFuture<byte[]> result = new CompletableFuture<>();
    try {
      // The plain failure, not one wrapped by each stage.
      action
          .get()
          .whenComplete(
              (value, failure) -> {
                if (failure == null) {
                  result.complete(value);
                } else {
                  result.completeExceptionally(root(failure));
                }
              });
    } catch (CofreException e) {
      result.completeExceptionally(e);
    }
    return result;
  }

  private static Throwable root(Throwable failure) {
    return failure instanceof java.util.concurrent.CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }

  private static byte[] canonical(Map<String, String> context) {
    try {
      return EncryptionContext.of(context).canonical();
    } catch (ProblemException e) {
      throw new CofreException(Kind.LOCAL, e.detail());
    }
  }

  private static byte[] joined(byte[] wrapped, byte[] aad) {
    byte[] both = Arrays.copyOf(wrapped, EnvelopeFormat.WRAPPED_DATA_KEY_LENGTH + aad.length);
    System.arraycopy(aad, 0, both, EnvelopeFormat.WRAPPED_DATA_KEY_LENGTH, aad.length);
    return both;
  }

  /** What was done here since the start; the protocol has no call that reports it. */
  public LocalCounts counts() {
    return new LocalCounts(
        sealed.sum(),
        sealedBytes.sum(),
        opened.sum(),
        openedBytes.sum(),
        refused.sum(),
        made.sum(),
        unwrapped.sum(),
        asked.sum());
  }

  private void sweep() {
    long nowNs = System.nanoTime();
    sealing.sweep(nowNs);
    opening.sweep(nowNs);
  }

  /** Overwrites all data keys. The client stays open. */
  @Override
  public void close() {
    closed = true;
    sweeper.shutdownNow();
    sealing.close();
    opening.close();
  }
}
