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
 * @param condition what its state permits
 * @param currentVersion the version that encrypts
 * @param versions every version, by number
 * @param expiresAtMs UTC milliseconds
 * @param tags what policies select it by
 * @param dataClass the name of its data class
 * @param limits what its data class sets for data keys
 */
public record KeyMetadata(
    UUID id,
    String alias,
    String tenant,
    String environment,
    String owner,
    KeyCondition condition,
    int currentVersion,
    Map<Integer, Version> versions,
    long expiresAtMs,
    Map<String, String> tags,
    String dataClass,
    ClassLimits limits)
    implements PolicyEvaluator.KeyReference {

  /**
   * A key version.
   *
   * @param condition what its state permits
   * @param kekLabel the label of the KEK's token object; at protection SOFTWARE of the root KEK's
   * @param wrappedKek the KEK wrapped by the root KEK; empty at protection HSM. Nobody changes it
   */
  public record Version(
      int number,
      KeyCondition condition,
      Protection protection,
      String kekLabel,
      byte[] wrappedKek) {}

  /** Whether it encrypts now, its expiry aside: it may, and its current version may. */
  public boolean encrypts() {
    Version current = versions.get(currentVersion);
    return condition.encrypts() && current != null && current.condition().encrypts();
  }

  /** Whether what its version {@code number} encrypted is decrypted now. */
  public boolean decrypts(int number) {
    Version version = versions.get(number);
    return condition.decrypts() && version != null && version.condition().decrypts();
  }

  static KeyMetadata of(KmsKey key, ClassLimits limits) {
    return new KeyMetadata(
        Uuids.get(key.getId().toByteArray(), 0),
        key.getAlias(),
        // Few of these for a million keys.
        key.getTenant().intern(),
        key.getEnvironment().intern(),
        key.getOwner().intern(),
        KeyCondition.of(key.getState()),
        key.getCurrentVersion(),
        versions(key),
        key.getExpiresAtMs(),
        key.getTagsCount() == 0 ? Map.of() : Map.copyOf(key.getTagsMap()),
        key.getDataClass().intern(),
        limits);
  }

  /** The same key under other limits of its data class. */
  KeyMetadata with(ClassLimits newLimits) {
    return new KeyMetadata(
        id,
        alias,
        tenant,
        environment,
        owner,
        condition,
        currentVersion,
        versions,
        expiresAtMs,
        tags,
        dataClass,
        newLimits);
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
    return new Version(
        version.getNumber(),
        version.getState() == KeyState.KEY_STATE_UNSPECIFIED
            ? KeyCondition.ACTIVE
            : KeyCondition.of(version.getState()),
        protection,
        version.getKekLabel(),
        version.getWrappedKek().toByteArray());
  }
}
