package dev.cofre.engine.keys;

/**
 * How long and how much a data key is used (ARCHITECTURE.md, "Key hierarchy and envelope").
 *
 * @param encryptMs how long a data key encrypts
 * @param encryptRequestsMax how many requests it encrypts
 * @param encryptBytesMax how many plaintext bytes it encrypts
 * @param decryptMs how long an unwrapped data key is cached, at most
 * @param decryptEntriesMax how many are cached
 * @param callerTtlMs how long a caller may use a data key that was handed out
 */
public record KeyLimits(
    long encryptMs,
    long encryptRequestsMax,
    long encryptBytesMax,
    long decryptMs,
    int decryptEntriesMax,
    long callerTtlMs) {

  /** The shipped limits. */
  public static final KeyLimits DEFAULT =
      new KeyLimits(300_000, 1L << 24, 64L << 30, 300_000, 100_000, 300_000);
}
