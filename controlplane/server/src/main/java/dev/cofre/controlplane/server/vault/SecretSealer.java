package dev.cofre.controlplane.server.vault;

import static dev.cofre.contract.envelope.EnvelopeFormat.KEY_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.WRAP_IV_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.WRAP_LENGTH;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.encoding.Uuids;
import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.envelope.EnvelopeOpener;
import dev.cofre.contract.envelope.EnvelopeSealer;
import dev.cofre.contract.envelope.JcaAead;
import dev.cofre.contract.envelope.Protection;
import dev.cofre.contract.envelope.RequestKeyDerivation;
import dev.cofre.contract.envelope.Usage;
import dev.cofre.contract.envelope.WrappedDataKey;
import dev.cofre.contract.random.RandomSource;
import dev.cofre.controlplane.domain.Secret;
import dev.cofre.controlplane.domain.SecretEngine;
import dev.cofre.controlplane.domain.SecretEngineDraft;
import dev.cofre.engine.snapshot.KeyMetadata;
import dev.cofre.hsm.ClearKey;
import dev.cofre.hsm.Hsm;
import dev.cofre.hsm.WrapRejectedException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Seals the values of secrets into envelopes of the data plane's format, each under a data key of
 * its own that the vault's KMS key wraps inside the HSM.
 *
 * <p>An envelope is bound to its secret's id, tenant, environment and name and to the version's
 * number, and to being a template: in another row it does not open. Its data key is wrapped for
 * {@code TENANT/vault}, which is no tenant's name: no data plane opens it, whoever is granted the
 * KMS key.
 *
 * <p>Thread-safe; blocks on the HSM. What is made of a value here is overwritten before it returns;
 * the arrays that come in and go out are the caller's to overwrite.
 */
public final class SecretSealer {
  private static final String DOMAIN = "/vault";

  private final Hsm hsm;
  private final RandomSource random;
  private final DamagedValues damaged = new DamagedValues(System::nanoTime);

  /** Wraps in {@code hsm}; keys, IVs and salts are read from {@code random}. */
  public SecretSealer(Hsm hsm, RandomSource random) {
    this.hsm = hsm;
    this.random = random;
  }

  /**
   * Seals {@code value} as the version {@code number} of {@code secret}.
   *
   * @param key of protection HSM; its current version wraps
   * @return the envelope
   * @throws dev.cofre.hsm.HsmException when the token fails
   */
  public byte[] seal(KeyMetadata key, Secret secret, int number, byte[] value) {
    return seal(key, secret, number, false, value);
  }

  /** The same; whether it is a {@code template} is bound to it, too. */
  public byte[] seal(KeyMetadata key, Secret secret, int number, boolean template, byte[] value) {
    return seal(key, context(secret, number, template), value);
  }

  /** The same for the password {@code number} of {@code engine}'s root user. */
  public byte[] seal(KeyMetadata key, SecretEngine engine, int number, byte[] value) {
    return seal(key, context(engine, number), value);
  }

  private byte[] seal(KeyMetadata key, EncryptionContext bound, byte[] value) {
    byte[] dataKey = random.bytes(KEY_LENGTH);
    try (ClearKey clear = ClearKey.of(dataKey);
        RequestKeyDerivation derivation = new RequestKeyDerivation()) {
      derivation.key(clear.bytes(), wrap(key, clear));
      try (EnvelopeSealer sealer = new EnvelopeSealer(new JcaAead(), derivation, random)) {
        byte[] envelope = new byte[(int) EnvelopeFormat.envelopeLength(value.length)];
        sealer.seal(bound.canonical(), value, 0, value.length, envelope, 0);
        return envelope;
      }
    } finally {
      Arrays.fill(dataKey, (byte) 0);
    }
  }

  private WrappedDataKey wrap(KeyMetadata key, ClearKey dataKey) {
    KeyMetadata.Version version = key.versions().get(key.currentVersion());
    WrappedDataKey.Identity identity =
        new WrappedDataKey.Identity(
            Protection.HSM,
            Usage.SERVICE,
            key.id(),
            version.number(),
            Uuids.get(random.bytes(Uuids.LENGTH), 0));
    byte[] iv = random.bytes(WRAP_IV_LENGTH);
    byte[] aad = identity.wrapAad(key.tenant() + DOMAIN, EncryptionContext.EMPTY);
    byte[] sealed = hsm.wrap(version.kekLabel(), iv, aad, dataKey);
    byte[] wrap = Arrays.copyOf(iv, WRAP_LENGTH);
    System.arraycopy(sealed, 0, wrap, WRAP_IV_LENGTH, sealed.length);
    return identity.withWrap(wrap);
  }

  /**
   * Opens what {@link #seal} made.
   *
   * @param key that {@code envelope} names
   * @return the value, which the caller overwrites after use
   * @throws DamagedValueException when it does not verify: somebody changed the store
   * @throws dev.cofre.hsm.HsmException when the token fails
   */
  public byte[] open(KeyMetadata key, Secret secret, int number, byte[] envelope) {
    return open(key, secret, number, false, envelope);
  }

  /** The same of {@code sealed}. */
  public byte[] open(SealedSecret sealed) {
    return open(
        sealed.key(),
        sealed.secret(),
        sealed.version().number(),
        sealed.version().template(),
        sealed.envelope());
  }

  private byte[] open(
      KeyMetadata key, Secret secret, int number, boolean template, byte[] envelope) {
    String what = "version " + number + " of the secret " + secret.name();
    return open(key, context(secret, number, template), what, envelope);
  }

  /** The same for the password {@code number} of {@code engine}'s root user. */
  public byte[] open(KeyMetadata key, SecretEngine engine, int number, byte[] envelope) {
    String what = "password " + number + " of the engine " + engine.name();
    return open(key, context(engine, number), what, envelope);
  }

  private byte[] open(KeyMetadata key, EncryptionContext bound, String what, byte[] envelope) {
    WrappedDataKey wrapped = WrappedDataKey.parse(envelope, 0);
    long length = EnvelopeFormat.plaintextLength(envelope.length);
    if (wrapped == null || length < 0 || !key.versions().containsKey(wrapped.keyVersion())) {
      throw damaged(what);
    }
    byte[] value = new byte[(int) length];
    try (ClearKey clear = unwrap(key, wrapped);
        RequestKeyDerivation derivation = new RequestKeyDerivation();
        EnvelopeOpener opener = new EnvelopeOpener(new JcaAead())) {
      derivation.key(clear.bytes(), wrapped);
      byte[] context = bound.canonical();
      if (opener.open(derivation, context, envelope, 0, envelope.length, value, 0) != length) {
        throw damaged(what);
      }
      return value;
    } catch (WrapRejectedException e) {
      throw damaged(what);
    }
  }

  private ClearKey unwrap(KeyMetadata key, WrappedDataKey wrapped) {
    byte[] wrap = wrapped.wrap();
    return hsm.unwrap(
        key.versions().get(wrapped.keyVersion()).kekLabel(),
        Arrays.copyOf(wrap, WRAP_IV_LENGTH),
        wrapped.wrapAad(key.tenant() + DOMAIN, EncryptionContext.EMPTY),
        Arrays.copyOfRange(wrap, WRAP_IV_LENGTH, WRAP_LENGTH));
  }

  /** The values that did not open. */
  public DamagedValues damaged() {
    return damaged;
  }

  /** What an envelope is bound to. */
  private static EncryptionContext context(Secret secret, int number, boolean template) {
    Map<String, String> bound = new HashMap<>();
    bound.put("cofre:secret", secret.id().toString());
    bound.put("cofre:tenant", secret.tenant());
    bound.put("cofre:environment", secret.draft().environment().wireName());
    bound.put("cofre:name", secret.name());
    bound.put("cofre:version", Integer.toString(number));
    if (template) {
      bound.put("cofre:template", "true");
    }
    return EncryptionContext.of(bound);
  }

  private static EncryptionContext context(SecretEngine engine, int number) {
    return EncryptionContext.of(
        Map.of(
            "cofre:engine", engine.id().toString(),
            "cofre:tenant", engine.tenant(),
            "cofre:environment", engine.draft().environment().wireName(),
            "cofre:name", engine.name(),
            "cofre:target", target(engine.draft()),
            "cofre:version", Integer.toString(number)));
  }

  /** Where the password is sent to and how: a changed row does not lead it elsewhere. */
  private static String target(SecretEngineDraft draft) {
    return String.join(
        " ",
        draft.kind().wireName(),
        draft.host(),
        Integer.toString(draft.port()),
        draft.database(),
        draft.rootUser(),
        draft.tls() ? "tls" : "plain");
  }

  private static DamagedValueException damaged(String what) {
    return new DamagedValueException(
        "the stored value of " + what + " does not verify: the store was changed by another hand");
  }
}
