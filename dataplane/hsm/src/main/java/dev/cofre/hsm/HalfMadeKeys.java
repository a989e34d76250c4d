package dev.cofre.hsm;

import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * What a process left in a token that ended while it made a signing key: a private key without its
 * certificate, which nobody can verify by. A second one beside it, under the same id, would make
 * the JDK's key store refuse both for ever.
 *
 * <p>It is put aside under another id, not destroyed: a token that hides a certificate for a moment
 * must not cost a key. Not thread-safe, as the session is not.
 */
final class HalfMadeKeys {
  private static final System.Logger LOG = System.getLogger(HalfMadeKeys.class.getName());
  private static final int HALVES_MAX = 100;

  private final TokenKeys keys;

  HalfMadeKeys(TokenKeys keys) {
    this.keys = keys;
  }

  /**
   * Frees {@code label} of private keys; SunPKCS11 stores a key under its label's bytes as the id.
   *
   * @throws TokenFailure when an object of the token has that label: the key is whole
   */
  void putAside(String label) {
    if (keys.isTaken(label)) {
      throw new TokenFailure("the token shows the label " + label + " and then does not");
    }
    byte[] id = label.getBytes(StandardCharsets.UTF_8);
    OptionalLong half = keys.findPrivateKey(id);
    for (int i = 0; half.isPresent(); i++) {
      if (i == HALVES_MAX) {
        throw new TokenFailure("the token holds too many private keys without a certificate");
      }
      String aside = label + "-half-made-" + UUID.randomUUID();
      keys.changeId(half.getAsLong(), aside.getBytes(StandardCharsets.UTF_8));
      LOG.log(
          Level.WARNING,
          "a process ended while it made the signing key {0}: what it left has the id {1} now",
          label,
          aside);
      half = keys.findPrivateKey(id);
    }
  }
}
