package dev.cofre.engine.policy;

import dev.cofre.contract.context.EncryptionContext;

/**
 * What conditions look at. Immutable; the bytes must not be written to.
 *
 * @param address the caller's, 4 or 16 bytes; null when it is not known
 * @param nowMs UTC milliseconds
 */
public record Facts(
    EncryptionContext context, byte[] address, AuthenticationStrength authentication, long nowMs) {
  /** Facts about a caller at {@code address}, a literal; anything else is an unknown address. */
  public static Facts of(
      EncryptionContext context,
      String address,
      AuthenticationStrength authentication,
      long nowMs) {
    return new Facts(context, Network.parse(address), authentication, nowMs);
  }

  /** The same with another context. */
  public Facts with(EncryptionContext other) {
    return new Facts(other, address, authentication, nowMs);
  }
}
