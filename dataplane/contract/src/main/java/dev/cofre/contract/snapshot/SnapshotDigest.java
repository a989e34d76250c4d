package dev.cofre.contract.snapshot;

import dev.cofre.contract.snapshot.wire.ChangeSet;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The digest chain over revisions: {@code digest(r) = SHA-256(digest(r-1) ‖ SHA-256(change set
 * r))}, {@code digest(0)} being SHA-256 of {@code "cofre snapshot chain v1" ‖ epoch u64}.
 *
 * <p>Two control planes that gave one revision different contents have different digests, so that a
 * node which follows sees the fork (the update-chain idea of TUF, "The Update Framework", §5).
 */
public final class SnapshotDigest {
  private static final byte[] ROOT_LABEL =
      "cofre snapshot chain v1".getBytes(StandardCharsets.US_ASCII);

  private SnapshotDigest() {}

  /** The digest before the first revision of {@code epoch}. */
  public static byte[] root(long epoch) {
    MessageDigest sha256 = sha256();
    sha256.update(ROOT_LABEL);
    return sha256.digest(ByteBuffer.allocate(Long.BYTES).putLong(epoch).array());
  }

  /** The digest after {@code changes}, of which {@code encoded} are the stored bytes. */
  public static byte[] next(byte[] previous, byte[] encoded) {
    byte[] inner = sha256().digest(encoded);
    MessageDigest sha256 = sha256();
    sha256.update(previous);
    return sha256.digest(inner);
  }

  /** The digest after {@code changes}. */
  public static byte[] next(byte[] previous, ChangeSet changes) {
    return next(previous, changes.toByteArray());
  }

  /** SHA-256 of {@code bytes}: how a bearer token stands in a snapshot. */
  public static byte[] sha256(byte[] bytes) {
    return sha256().digest(bytes);
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
