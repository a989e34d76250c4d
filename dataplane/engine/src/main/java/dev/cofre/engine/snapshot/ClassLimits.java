package dev.cofre.engine.snapshot;

import dev.cofre.contract.snapshot.wire.DataClass;

/**
 * How long and how much the data keys of a data class are used, as far as the node is not set
 * tighter. Immutable.
 *
 * @param dataKeyMs how long one encrypts, an unwrapped one is kept, and a caller may use one
 * @param requestsMax how many requests one encrypts
 * @param bytesMax how many plaintext bytes one encrypts
 */
public record ClassLimits(long dataKeyMs, long requestsMax, long bytesMax) {
  /** Of a class that sets none. */
  public static final ClassLimits NONE =
      new ClassLimits(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);

  static ClassLimits of(DataClass wire) {
    return new ClassLimits(
        orNone(wire.getDataKeyMs()),
        orNone(wire.getDataKeyRequestsMax()),
        orNone(wire.getDataKeyBytesMax()));
  }

  private static long orNone(long limit) {
    return limit <= 0 ? Long.MAX_VALUE : limit;
  }
}
