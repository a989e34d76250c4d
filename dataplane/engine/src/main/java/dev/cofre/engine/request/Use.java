package dev.cofre.engine.request;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.envelope.Usage;
import dev.cofre.contract.envelope.WrappedDataKey;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.engine.keys.DataKeys;
import dev.cofre.engine.keys.EncryptionKey;
import dev.cofre.engine.snapshot.KeyMetadata;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * A data key that items of one batch share: which KMS key it is of, and whether it is at hand. Not
 * thread-safe.
 */
final class Use {
  private final KeyMetadata key;
  private final int keyVersion;
  private final UUID dataKeyId;

  /** Where an envelope stands that names it; null when it encrypts. */
  private byte[] header;

  private int headerOffset;
  private final EncryptionContext context;
  private ProblemException problem;
  private long handle = DataKeys.NONE;
  private CompletableFuture<Void> loading;
  private Permit permit;

  /** The data key that the envelope in {@code header} at {@code headerOffset} names. */
  Use(KeyMetadata key, byte[] header, int headerOffset, EncryptionContext context) {
    this.key = key;
    this.keyVersion = WrappedDataKey.keyVersionAt(header, headerOffset);
    this.dataKeyId = WrappedDataKey.dataKeyIdAt(header, headerOffset);
    this.header = header;
    this.headerOffset = headerOffset;
    this.context = context;
  }

  private Use(KeyMetadata key, EncryptionKey dataKey) {
    this.key = key;
    this.keyVersion = key.currentVersion();
    this.dataKeyId = dataKey.dataKeyId();
    this.header = null;
    this.headerOffset = 0;
    this.context = EncryptionContext.EMPTY;
    this.handle = dataKey.handle();
  }

  private Use(KeyMetadata key) {
    this.key = key;
    this.keyVersion = 0;
    this.dataKeyId = null;
    this.header = null;
    this.headerOffset = 0;
    this.context = EncryptionContext.EMPTY;
  }

  /** None: {@code key} was asked for, and refused. */
  static Use refused(KeyMetadata key) {
    return new Use(key);
  }

  /** A data key that encrypts. */
  static Use of(KeyMetadata key, EncryptionKey dataKey) {
    return new Use(key, dataKey);
  }

  /** Whether the envelope in {@code other} at {@code offset} names the same data key. */
  boolean isOf(byte[] other, int offset, EncryptionContext otherContext) {
    int length = EnvelopeFormat.WRAPPED_DATA_KEY_LENGTH;
    return Arrays.equals(
            header, headerOffset, headerOffset + length, other, offset, offset + length)
        && (WrappedDataKey.usageAt(other, offset) != Usage.CALLER || otherContext.equals(context));
  }

  /** Says that the envelope which stood in {@code from} at {@code offset} stands elsewhere now. */
  @SuppressWarnings("ReferenceEquality") // it is about where the bytes stand
  void moved(byte[] from, int offset, byte[] to, int newOffset) {
    if (header == from && headerOffset == offset) {
      header = to;
      headerOffset = newOffset;
    }
  }

  /** The KMS key; null when there is none with the id that the envelope names. */
  KeyMetadata key() {
    return key;
  }

  int keyVersion() {
    return keyVersion;
  }

  UUID dataKeyId() {
    return dataKeyId;
  }

  byte[] header() {
    return header;
  }

  int headerOffset() {
    return headerOffset;
  }

  EncryptionContext context() {
    return context;
  }

  /** Why no item can use it, or null. */
  ProblemException problem() {
    return problem;
  }

  /** The handle, or {@link DataKeys#NONE} while it is not at hand. */
  long handle() {
    return handle;
  }

  /** What completes when it is at hand, or null. */
  CompletableFuture<Void> loading() {
    return loading;
  }

  /** The permit to use it; null before it was asked for. */
  Permit permit() {
    return permit;
  }

  void permitted(Permit given) {
    this.permit = given;
  }

  void found(long found) {
    this.handle = found;
    this.loading = null;
  }

  void await(CompletableFuture<Void> begun) {
    this.handle = DataKeys.NONE;
    this.loading = begun;
  }

  void fail(ProblemException failure) {
    this.problem = failure;
    this.loading = null;
  }
}
