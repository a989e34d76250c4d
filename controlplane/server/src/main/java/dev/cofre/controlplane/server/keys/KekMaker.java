package dev.cofre.controlplane.server.keys;

import dev.cofre.contract.envelope.SoftwareKek;
import dev.cofre.contract.random.RandomSource;
import dev.cofre.controlplane.domain.KeyVersion;
import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.controlplane.domain.Protection;
import dev.cofre.controlplane.server.store.HalfMade;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.hsm.ClearKey;
import dev.cofre.hsm.Hsm;
import dev.cofre.hsm.KekMissingException;
import java.util.Arrays;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Makes the KEK of a key version: a token object, or at protection SOFTWARE 32 bytes of the
 * kernel's generator, wrapped inside the HSM by the tenant's root KEK and overwritten here at once.
 * Thread-safe.
 */
public final class KekMaker {
  private final Store store;
  private final Hsm hsm;
  private final RandomSource random;
  private final Set<String> roots = ConcurrentHashMap.newKeySet();

  /** Works on {@code store} and {@code hsm}. */
  public KekMaker(Store store, Hsm hsm, RandomSource random) {
    this.store = store;
    this.hsm = hsm;
    this.random = random;
  }

  /**
   * Makes the KEK of a version that is half-made.
   *
   * @return the wrapped KEK; null when the KEK is a token object
   */
  byte[] make(HalfMade half, String tenant, KeyVersion version) {
    if (version.protection() == Protection.HSM) {
      hsm.generateFreshKek(half.kekLabel(), version.material().exportable());
      return null;
    }
    byte[] bytes = random.bytes(SoftwareKek.LENGTH);
    try (ClearKey kek = ClearKey.of(bytes)) {
      return wrap(half, tenant, kek);
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  /** {@code kek}, wrapped by the tenant's root KEK. */
  byte[] wrap(HalfMade half, String tenant, ClearKey kek) {
    String root = root(tenant);
    byte[] iv = random.bytes(SoftwareKek.IV_LENGTH);
    byte[] sealed = hsm.wrap(root, iv, SoftwareKek.aad(tenant, half.keyId(), half.number()), kek);
    byte[] wrapped = Arrays.copyOf(iv, SoftwareKek.WRAPPED_LENGTH);
    System.arraycopy(sealed, 0, wrapped, SoftwareKek.IV_LENGTH, sealed.length);
    return wrapped;
  }

  /** What {@link #wrap} made, unwrapped again. The caller closes the answer after use. */
  ClearKey unwrap(String tenant, UUID id, int number, byte[] wrapped) {
    return hsm.unwrap(
        KmsKey.rootKekLabel(tenant),
        Arrays.copyOf(wrapped, SoftwareKek.IV_LENGTH),
        SoftwareKek.aad(tenant, id, number),
        Arrays.copyOfRange(wrapped, SoftwareKek.IV_LENGTH, wrapped.length));
  }

  /**
   * The label of the tenant's root KEK, which is generated in the HSM when it is needed first. That
   * is serial with all changes on all control planes, so that there is one; a kill in between
   * leaves a KEK that the next one finds.
   */
  private String root(String tenant) {
    String label = KmsKey.rootKekLabel(tenant);
    if (!roots.contains(label)) {
      store.change(
          tx -> {
            if (!hsm.hasKek(label)) {
              if (tx.keys().rootKekLabels().contains(label)) {
                throw new KekMissingException(label);
              }
              hsm.generateKek(label);
            }
            return null;
          });
      roots.add(label);
    }
    return label;
  }
}
