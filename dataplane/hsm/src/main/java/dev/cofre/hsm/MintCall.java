package dev.cofre.hsm;

import dev.cofre.contract.random.RandomSource;
import java.util.concurrent.Executor;

/** Makes a data key and wraps it; key and IV are read at the wrap (invariant I3). */
final class MintCall extends HsmCall<MintedKey> {
  private static final int KEY_LENGTH = 32;

  private final byte[] aad;
  private final RandomSource random;

  MintCall(
      String kekLabel,
      byte[] aad,
      RandomSource random,
      Lane lane,
      Executor executor,
      long submittedNs) {
    super(kekLabel, lane, executor, submittedNs);
    this.aad = aad;
    this.random = random;
  }

  @Override
  MintedKey ask(Hsm hsm) {
    ClearKey plaintext = ClearKey.random(random, KEY_LENGTH);
    byte[] iv = random.bytes(Hsm.IV_LENGTH);
    try {
      return new MintedKey(iv, hsm.wrap(kekLabel, iv, aad, plaintext), plaintext);
    } catch (RuntimeException e) {
      plaintext.close();
      throw e;
    }
  }

  @Override
  void discard(MintedKey unwanted) {
    unwanted.wipe();
  }

  @Override
  Wrap proof(MintedKey answered) {
    return new Wrap(kekLabel, answered.iv(), aad, answered.wrapped());
  }
}
