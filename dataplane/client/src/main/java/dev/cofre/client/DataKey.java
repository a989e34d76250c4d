package dev.cofre.client;

import dev.cofre.contract.encoding.CanonicalBase64;
import dev.cofre.contract.envelope.WrappedDataKey;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A data key that was handed to this caller: its wrapped form, to be stored beside what it
 * encrypts, and its plaintext when asked for.
 *
 * <p>{@link #close()} overwrites the plaintext held here; call it as soon as the key was used. The
 * text of the answer that carried it stays on the heap until it is collected. Not thread-safe.
 */
public final class DataKey implements AutoCloseable {
  private final byte[] plaintext;
  private final byte[] wrapped;
  private final String keyId;
  private final long keyVersion;
  private final long ttlMs;

  private DataKey(byte[] plaintext, byte[] wrapped, String keyId, long keyVersion, long ttlMs) {
    this.plaintext = plaintext;
    this.wrapped = wrapped;
    this.keyId = keyId;
    this.keyVersion = keyVersion;
    this.ttlMs = ttlMs;
  }

  /**
   * What a node answered.
   *
   * @param plaintext the key's bytes, which are the data key's own from now on; null: not asked for
   */
  public static DataKey of(byte[] plaintext, WrappedDataKey wrapped, long ttlMs) {
    return new DataKey(
        plaintext,
        wrapped.bytes(),
        wrapped.keyId().toString(),
        Integer.toUnsignedLong(wrapped.keyVersion()),
        ttlMs);
  }

  static DataKey of(JsonObject answer, byte[] knownWrapped) {
    try {
      String text = answer.getString("plaintext");
      byte[] wrapped =
          knownWrapped != null ? knownWrapped : CanonicalBase64.decode(answer.getString("wrapped"));
      return new DataKey(
          text == null ? null : CanonicalBase64.decode(text),
          wrapped,
          answer.getString("key"),
          answer.getLong("version"),
          TimeUnit.SECONDS.toMillis(answer.getLong("ttlSeconds")));
    } catch (RuntimeException e) {
      // The cause is left out: it may quote the answer, and the answer holds a key.
      throw new CofreException(
          CofreException.Kind.PROTOCOL, "the service's answer is not a data key");
    }
  }

  /** The key's bytes themselves, not a copy; empty when it was not asked for. */
  public Optional<byte[]> plaintext() {
    return Optional.ofNullable(plaintext);
  }

  /** A copy of the wrapped data key. */
  public byte[] wrapped() {
    return wrapped.clone();
  }

  /** The id of the KMS key that wraps it. */
  public String keyId() {
    return keyId;
  }

  /** The version of the KMS key. */
  public long keyVersion() {
    return keyVersion;
  }

  /** How long the plaintext may be kept, in whole seconds. */
  public long ttlSeconds() {
    return TimeUnit.MILLISECONDS.toSeconds(ttlMs);
  }

  /** How long the plaintext may be kept, in milliseconds from when it came. */
  public long ttlMs() {
    return ttlMs;
  }

  /** Overwrites the plaintext. */
  @Override
  public void close() {
    if (plaintext != null) {
      Arrays.fill(plaintext, (byte) 0);
    }
  }

  /** Names the KMS key alone. */
  @Override
  public String toString() {
    return "DataKey[key=" + keyId + ", version=" + keyVersion + "]";
  }
}
