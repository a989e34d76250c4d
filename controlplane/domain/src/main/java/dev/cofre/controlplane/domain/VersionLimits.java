package dev.cofre.controlplane.domain;

/**
 * How much one version of a key, over all nodes, is used for encryption before it is replaced.
 * Immutable.
 *
 * @param messagesMax how many plaintexts it encrypts
 * @param bytesMax how many plaintext bytes it encrypts
 * @param dataKeysMax how many data keys it wraps; never more than {@link #DATA_KEYS_MOST}
 */
public record VersionLimits(long messagesMax, long bytesMax, long dataKeysMax) {
  /**
   * A KEK wraps by AES-GCM with a random IV of 96 bits, which NIST SP 800-38D, section 8.3, limits
   * to 2^32 invocations under one key.
   */
  public static final long DATA_KEYS_MOST = 1L << 32;

  /** What a document may say at most: every JSON reader has these numbers exactly. */
  public static final long MESSAGES_MOST = 1L << 48;

  /** The same for bytes: 4 PiB. */
  public static final long BYTES_MOST = 1L << 52;

  /**
   * What a document must allow at least. A version can be used up by it within seconds; that it is
   * not replaced as often is held by the age which a version must have.
   */
  public static final long LEAST = 100;

  /** A version of which this share of a limit is used is replaced. */
  public static final double ROLL_SHARE = 0.9;

  /** Of this share the owner is told. */
  public static final double WARN_SHARE = 0.75;

  /** How many messages are {@code share} of the limit. */
  public long messages(double share) {
    return share(messagesMax, share);
  }

  /** How many bytes are {@code share} of the limit. */
  public long bytes(double share) {
    return share(bytesMax, share);
  }

  /** How many data keys are {@code share} of the limit. */
  public long dataKeys(double share) {
    return share(dataKeysMax, share);
  }

  private static long share(long limit, double share) {
    return (long) Math.ceil(limit * share);
  }

  /** Whether {@code share} of any limit is used by {@code use}. */
  public boolean isUsed(VersionUse use, double share) {
    return use.messages() >= messages(share)
        || use.bytes() >= bytes(share)
        || use.dataKeys() >= dataKeys(share);
  }
}
