package dev.cofre.client.local;

/**
 * How much one data key may be used, and how many are held. Immutable.
 *
 * @param requestsMax plaintexts for one data key, at most 2^24 (docs/PROTOCOL.md, "Limits")
 * @param bytesMax bytes for one data key, at most 64 GiB
 * @param keysMax data keys held for encryption, one for each context, and as many again for
 *     decryption; beyond it the one that was not used for longest is overwritten
 */
public record LocalLimits(long requestsMax, long bytesMax, int keysMax) {
  private static final long REQUESTS_MAX = 1 << 24;
  private static final long BYTES_MAX = 64L << 30;

  /** The protocol's limits, and 1,024 data keys. */
  public static final LocalLimits DEFAULT = new LocalLimits(REQUESTS_MAX, BYTES_MAX, 1_024);

  /** Checks the limits. */
  public LocalLimits {
    if (requestsMax < 1
        || requestsMax > REQUESTS_MAX
        || bytesMax < 1
        || bytesMax > BYTES_MAX
        || keysMax < 1
        || keysMax > 1_000_000) {
      throw new IllegalArgumentException("a limit of local encryption is out of its range");
    }
  }
}
