package dev.cofre.hsm;

import java.security.PublicKey;
import java.util.Optional;
import java.util.Set;

/** An HSM that holds nothing; tests override what they need. */
class StubHsm implements Hsm {
  @Override
  public void generateKek(String label, boolean exportable) {}

  @Override
  public boolean hasKek(String label) {
    return false;
  }

  @Override
  public Set<String> kekLabels() {
    return Set.of();
  }

  @Override
  public void destroyKek(String label) {}

  @Override
  public byte[] wrap(String kekLabel, byte[] iv, byte[] aad, ClearKey key) {
    throw new KekMissingException(kekLabel);
  }

  @Override
  public ClearKey unwrap(String kekLabel, byte[] iv, byte[] aad, byte[] wrapped) {
    throw new KekMissingException(kekLabel);
  }

  @Override
  public SigningKey signingKey(String label, SigningCurve curve) {
    throw new HsmException("there is no signing key");
  }

  @Override
  public Optional<SigningKey> findSigningKey(String label) {
    return Optional.empty();
  }

  @Override
  public void destroySigningKey(String label) {}

  @Override
  public Optional<PublicKey> signingPublicKey(String label) {
    return Optional.empty();
  }

  @Override
  public void ping() {}

  @Override
  public void heal() {}

  @Override
  public void close() {}
}
