package dev.cofre.engine.snapshot;

import dev.cofre.contract.encoding.Uuids;
import dev.cofre.contract.envelope.Protection;
import dev.cofre.contract.snapshot.wire.KeyState;
import dev.cofre.contract.snapshot.wire.KeyVersion;
import dev.cofre.contract.snapshot.wire.KmsKey;
import dev.cofre.engine.policy.PolicyEvaluator;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * A KMS key as the data plane knows it. Immutable.
 *
 * @param currentVersion the version that encrypts
 * @param versions every version that decrypts, by number
 * @param expiresAtMs UTC milliseconds
 * @param tags what policies select it by
 */
public record KeyMetadata(
    UUID id,
    String alias,
    String tenant,
    String environment,
    String owner,
    boolean disabled,
    int currentVersion,
    Map<Integer, Version> versions,
    long expiresAtMs,
    Map<String, String> tags)
    implements PolicyEvaluator.KeyReference {

  /**
   * A key version.
   *
   * @param kekLabel the label of the KEK's token object
   */
  public record Version(int number, Protection protection, String kekLabel) {}

  static KeyMetadata of(KmsKey key) {
    return new KeyMetadata(
        Uuids.get(key.getId().toByteArray(), 0),
        key.getAlias(),
        // Few of these for a million keys.
        key.getTenant().intern(),
        key.getEnvironment().intern(),
        key.getOwner().intern(),
        // A state of a later release is no state to work in.
        key.getState() != KeyState.KEY_STATE_ACTIVE,
        key.getCurrentVersion(),
        versions(key),
        key.getExpiresAtMs(),
        key.getTagsCount() == 0 ? Map.of() : Map.copyOf(key.getTagsMap()));
  }

  /** Most keys have one, and there are a million keys: it is given no larger map. */
  private static Map<Integer, Version> versions(KmsKey key) {
    if (key.getVersionsCount() == 1) {
      Version only = version(key.getVersions(0));
      return Map.of(only.number(), only);
    }
    return key.getVersionsList().stream()
        .map(KeyMetadata::version)
        .collect(Collectors.toUnmodifiableMap(Version::number, v -> v));
  }

  private static Version version(KeyVersion version) {
    Protection protection =
        version.getProtection() == dev.cofre.contract.snapshot.wire.Protection.PROTECTION_SOFTWARE
            ? Protection.SOFTWARE
            : Protection.HSM;
    return new Version(version.getNumber(), protection, version.getKekLabel());
  }
}
