package dev.cofre.engine.keys;

import static dev.cofre.contract.envelope.EnvelopeFormat.WRAP_IV_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.WRAP_LENGTH;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.encoding.Uuids;
import dev.cofre.contract.envelope.Usage;
import dev.cofre.contract.envelope.WrappedDataKey;
import dev.cofre.contract.random.RandomSource;
import dev.cofre.engine.snapshot.KeyMetadata;
import dev.cofre.hsm.ClearKey;
import dev.cofre.hsm.HsmGateway;
import dev.cofre.hsm.MintedKey;
import dev.cofre.hsm.Requester;
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
   * @param plaintext 32 bytes, to be closed by whoever takes this
   */
  public record Minted(WrappedDataKey wrapped, ClearKey plaintext) {
    /** Overwrites the bytes. */
    public void wipe() {
      plaintext.close();
    }

    @Override
    public String toString() {
      return "Minted[" + wrapped + "]";
    }
  }

  /**
   * Makes a data key and wraps it with the current version of {@code key}.
   *
   * @param requester on whose behalf: what the HSM's queue is fair between
   * @return completes on an HSM thread
   */
  public CompletableFuture<Minted> mint(
      KeyMetadata key, Usage usage, EncryptionContext context, Requester requester) {
    KeyMetadata.Version version = key.versions().get(key.currentVersion());
    WrappedDataKey.Identity identity =
        new WrappedDataKey.Identity(
            version.protection(),
            usage,
            key.id(),
            version.number(),
            Uuids.get(random.bytes(Uuids.LENGTH), 0));
    return gateway
        .mint(requester, version.kekLabel(), identity.wrapAad(key.tenant(), context), random, null)
        .thenApply(made -> new Minted(identity.withWrap(joined(made)), made.plaintext()));
  }

  private static byte[] joined(MintedKey made) {
    byte[] wrap = Arrays.copyOf(made.iv(), WRAP_LENGTH);
    System.arraycopy(made.wrapped(), 0, wrap, WRAP_IV_LENGTH, made.wrapped().length);
    return wrap;
  }

  /**
   * Unwraps a data key of {@code key}'s version {@code version}. It fails with {@code
   * invalid_ciphertext} when the wrap does not verify.
   *
   * @param requester on whose behalf: what the HSM's queue is fair between
   * @return completes on an HSM thread
   */
  public CompletableFuture<ClearKey> unwrap(
      WrappedDataKey wrapped,
      KeyMetadata key,
      KeyMetadata.Version version,
      EncryptionContext context,
      Requester requester) {
    byte[] wrap = wrapped.wrap();
    return gateway.unwrap(
        requester,
        version.kekLabel(),
        Arrays.copyOf(wrap, WRAP_IV_LENGTH),
        wrapped.wrapAad(key.tenant(), context),
        Arrays.copyOfRange(wrap, WRAP_IV_LENGTH, WRAP_LENGTH),
        null);
  }
}
