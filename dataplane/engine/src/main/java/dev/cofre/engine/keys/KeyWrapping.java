package dev.cofre.engine.keys;

import static dev.cofre.contract.envelope.EnvelopeFormat.KEY_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.WRAP_IV_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.WRAP_LENGTH;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.encoding.Uuids;
import dev.cofre.contract.envelope.JcaAead;
import dev.cofre.contract.envelope.Protection;
import dev.cofre.contract.envelope.Usage;
import dev.cofre.contract.envelope.WrappedDataKey;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.contract.random.RandomSource;
import dev.cofre.engine.snapshot.KeyMetadata;
import dev.cofre.hsm.ClearKey;
import dev.cofre.hsm.HsmGateway;
import dev.cofre.hsm.MintedKey;
import dev.cofre.hsm.Requester;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiPredicate;

/**
 * Makes, wraps and unwraps data keys with a KEK in the HSM, or at protection SOFTWARE with one that
 * the HSM unwrapped. Thread-safe; never blocks.
 *
 * <p>Key bytes, data key id and IV are read from the kernel at the wrap (invariant I3).
 */
public final class KeyWrapping {
  private final HsmGateway gateway;
  private final RandomSource random;
  private final SoftwareKeks softwareKeks;

  /** Wraps through {@code gateway}, with the shipped limits for KEKs of protection SOFTWARE. */
  public KeyWrapping(HsmGateway gateway, RandomSource random) {
    this(gateway, random, KeyLimits.DEFAULT);
  }

  /** Wraps through {@code gateway}; KEKs of protection SOFTWARE are kept as data keys are. */
  public KeyWrapping(HsmGateway gateway, RandomSource random, KeyLimits limits) {
    this.gateway = gateway;
    this.random = random;
    this.softwareKeks = new SoftwareKeks(gateway, limits, System::nanoTime);
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
    byte[] aad = identity.wrapAad(key.tenant(), context);
    CompletableFuture<MintedKey> minted =
        version.protection() == Protection.SOFTWARE
            ? softwareKeks.with(key, version, requester, kek -> seal(kek, aad))
            : gateway.mint(requester, version.kekLabel(), aad, random, null);
    return minted.thenApply(made -> new Minted(identity.withWrap(joined(made)), made.plaintext()));
  }

  /** Makes a data key and wraps it in this process. */
  private MintedKey seal(byte[] kek, byte[] aad) {
    byte[] dataKey = random.bytes(KEY_LENGTH);
    byte[] iv = random.bytes(WRAP_IV_LENGTH);
    byte[] wrapped = new byte[WRAP_LENGTH - WRAP_IV_LENGTH];
    JcaAead aead = new JcaAead();
    try {
      aead.key(kek, 0);
      aead.seal(iv, aad, dataKey, 0, dataKey.length, wrapped, 0);
      return new MintedKey(iv, wrapped, ClearKey.of(dataKey));
    } finally {
      aead.clear();
      Arrays.fill(dataKey, (byte) 0);
    }
  }

  private static ClearKey open(byte[] kek, byte[] aad, byte[] wrap) {
    byte[] dataKey = new byte[KEY_LENGTH];
    JcaAead aead = new JcaAead();
    try {
      aead.key(kek, 0);
      int opened =
          aead.open(
              Arrays.copyOf(wrap, WRAP_IV_LENGTH),
              aad,
              wrap,
              WRAP_IV_LENGTH,
              WRAP_LENGTH - WRAP_IV_LENGTH,
              dataKey,
              0);
      if (opened != KEY_LENGTH) {
        throw new ProblemException(
            ErrorCode.INVALID_CIPHERTEXT, "the envelope or wrapped data key is not valid");
      }
      return ClearKey.of(dataKey);
    } finally {
      aead.clear();
      Arrays.fill(dataKey, (byte) 0);
    }
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
    if (version.protection() == Protection.SOFTWARE) {
      byte[] aad = wrapped.wrapAad(key.tenant(), context);
      return softwareKeks.with(key, version, requester, kek -> open(kek, aad, wrap));
    }
    return gateway.unwrap(
        requester,
        version.kekLabel(),
        Arrays.copyOf(wrap, WRAP_IV_LENGTH),
        wrapped.wrapAad(key.tenant(), context),
        Arrays.copyOfRange(wrap, WRAP_IV_LENGTH, WRAP_LENGTH),
        null);
  }

  /** Overwrites KEKs of protection SOFTWARE that {@code keep} refuses, or whose time is over. */
  void evict(BiPredicate<UUID, Integer> keep) {
    softwareKeks.evict(keep);
  }
}
