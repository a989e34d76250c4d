package dev.cofre.engine.keys;

import static dev.cofre.contract.envelope.EnvelopeFormat.KEY_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.WRAP_IV_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.WRAP_LENGTH;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.encoding.Uuids;
import dev.cofre.contract.envelope.Usage;
import dev.cofre.contract.envelope.WrappedDataKey;
import dev.cofre.contract.random.RandomSource;
import dev.cofre.engine.snapshot.KeyMetadata;
import dev.cofre.hsm.HsmGateway;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;

/**
 * Makes, wraps and unwraps data keys with a KEK in the HSM. Thread-safe; never blocks.
 *
 * <p>Key bytes, data key id and IV are read from the kernel at the wrap (invariant I3).
 */
public final class KeyWrapping {
  private final HsmGateway gateway;
  private final RandomSource random;

  /** Wraps through {@code gateway}. */
  public KeyWrapping(HsmGateway gateway, RandomSource random) {
    this.gateway = gateway;
    this.random = random;
  }

  /**
   * A data key with its bytes in clear.
   *
   * @param plaintext 32 bytes, to be overwritten by whoever takes this
   */
  public record Minted(WrappedDataKey wrapped, byte[] plaintext) {
    /** Overwrites the bytes. */
    public void wipe() {
      Arrays.fill(plaintext, (byte) 0);
    }

    @Override
    public String toString() {
      return "Minted[" + wrapped + "]";
    }
  }

  /** Makes a data key and wraps it with the current version of {@code key}. */
  public CompletableFuture<Minted> mint(KeyMetadata key, Usage usage, EncryptionContext context) {
    KeyMetadata.Version version = key.versions().get(key.currentVersion());
    WrappedDataKey.Identity identity =
        new WrappedDataKey.Identity(
            version.protection(),
            usage,
            key.id(),
            version.number(),
            Uuids.get(random.bytes(Uuids.LENGTH), 0));
    byte[] aad = identity.wrapAad(key.tenant(), context);
    return gateway.submit(
        hsm -> {
          byte[] plaintext = random.bytes(KEY_LENGTH);
          byte[] iv = random.bytes(WRAP_IV_LENGTH);
          byte[] wrap = Arrays.copyOf(iv, WRAP_LENGTH);
          byte[] sealed = hsm.wrap(version.kekLabel(), iv, aad, plaintext);
          System.arraycopy(sealed, 0, wrap, WRAP_IV_LENGTH, sealed.length);
          return new Minted(identity.withWrap(wrap), plaintext);
        },
        Minted::wipe);
  }

  /**
   * Unwraps a data key of {@code key}'s version {@code version}. It fails with {@code
   * invalid_ciphertext} when the wrap does not verify.
   */
  public CompletableFuture<byte[]> unwrap(
      WrappedDataKey wrapped,
      KeyMetadata key,
      KeyMetadata.Version version,
      EncryptionContext context) {
    byte[] aad = wrapped.wrapAad(key.tenant(), context);
    byte[] wrap = wrapped.wrap();
    byte[] iv = Arrays.copyOf(wrap, WRAP_IV_LENGTH);
    byte[] sealed = Arrays.copyOfRange(wrap, WRAP_IV_LENGTH, WRAP_LENGTH);
    return gateway.submit(
        hsm -> hsm.unwrap(version.kekLabel(), iv, aad, sealed),
        bytes -> Arrays.fill(bytes, (byte) 0));
  }
}
