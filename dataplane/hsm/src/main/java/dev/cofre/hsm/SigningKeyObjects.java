package dev.cofre.hsm;

import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;

/**
 * The objects that a signing key consists of in the token: a certificate under its label, and the
 * private key, which SunPKCS11 stores under the label's bytes as its id. Not thread-safe, as the
 * session is not.
 */
final class SigningKeyObjects {
  private static final int OBJECTS_MAX = 100;

  private final TokenKeys keys;

  SigningKeyObjects(TokenKeys keys) {
    this.keys = keys;
  }

  /** Destroys the private keys with {@code id} that are of a session, and not of the token. */
  void destroyOfSession(byte[] id) {
    for (int i = 0; i < OBJECTS_MAX; i++) {
      OptionalLong object = keys.findPrivateKey(id, false);
      if (object.isEmpty()) {
        return;
      }
      keys.destroy(object.getAsLong());
    }
    throw new TokenFailure("the sessions hold too many private keys");
  }

  /** Destroys what there is of the key, the private key first. */
  void destroy(String label) {
    byte[] id = label.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < OBJECTS_MAX; i++) {
      OptionalLong object = keys.findPrivateKey(id);
      if (object.isEmpty()) {
        object = keys.findAny(label);
      }
      if (object.isEmpty()) {
        return;
      }
      keys.destroy(object.getAsLong());
    }
    throw new TokenFailure("the token holds too many objects with the label " + label);
  }
}
