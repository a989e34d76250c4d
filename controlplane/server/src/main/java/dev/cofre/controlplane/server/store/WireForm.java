package dev.cofre.controlplane.server.store;

import com.google.protobuf.ByteString;
import dev.cofre.contract.encoding.Uuids;
import dev.cofre.contract.snapshot.wire.DataClass;
import dev.cofre.contract.snapshot.wire.KeyState;
import dev.cofre.contract.snapshot.wire.KeyVersion;
import dev.cofre.contract.snapshot.wire.Protection;
import dev.cofre.controlplane.domain.DataClassRules;
import dev.cofre.controlplane.domain.Group;
import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.Quota;
import dev.cofre.controlplane.domain.Role;
import java.util.Collection;
import java.util.UUID;

/** Domain objects as they stand in snapshots. Stateless. */
public final class WireForm {
  private WireForm() {}

  static dev.cofre.contract.snapshot.wire.KmsKey of(KmsKey key) {
    return dev.cofre.contract.snapshot.wire.KmsKey.newBuilder()
        .setId(bytes(key.id()))
        .setAlias(key.alias())
        .setTenant(key.tenant())
        .setEnvironment(key.draft().environment().wireName())
        .setDataClass(key.draft().dataClass().wireName())
        .setOwner(key.draft().owner())
        .setState(of(key.state()))
        .setCurrentVersion(key.currentVersion())
        .addAllVersions(key.versions().stream().map(version -> of(key, version)).toList())
        .setExpiresAtMs(key.draft().expiresAt().toEpochMilli())
        .putAllTags(key.draft().tags())
        .build();
  }

  private static KeyVersion of(KmsKey key, dev.cofre.controlplane.domain.KeyVersion version) {
    return KeyVersion.newBuilder()
        .setNumber(version.number())
        .setProtection(
            switch (version.protection()) {
              case HSM -> Protection.PROTECTION_HSM;
              case SOFTWARE -> Protection.PROTECTION_SOFTWARE;
            })
        .setKekLabel(
            version.protection() == dev.cofre.controlplane.domain.Protection.SOFTWARE
                ? KmsKey.rootKekLabel(key.tenant())
                : version.kekLabel())
        .setState(of(version.state()))
        .build();
  }

  private static KeyState of(dev.cofre.controlplane.domain.KeyState state) {
    return switch (state.name()) {
      case PRE_ACTIVE -> KeyState.KEY_STATE_PRE_ACTIVE;
      case ACTIVE -> KeyState.KEY_STATE_ACTIVE;
      case DISABLED -> KeyState.KEY_STATE_DISABLED;
      case DEACTIVATED -> KeyState.KEY_STATE_DEACTIVATED;
      case COMPROMISED -> KeyState.KEY_STATE_COMPROMISED;
      case PENDING_DESTRUCTION -> KeyState.KEY_STATE_PENDING_DESTRUCTION;
      case DESTROYED -> KeyState.KEY_STATE_DESTROYED;
    };
  }

  static dev.cofre.contract.snapshot.wire.Quota of(Quota quota) {
    return dev.cofre.contract.snapshot.wire.Quota.newBuilder()
        .setTenant(quota.tenant())
        .setPrincipal(quota.wirePrincipal())
        .setPerSecond(quota.perSecond())
        .setPerDay(quota.perDay())
        .build();
  }

  static DataClass of(DataClassRules rules) {
    return DataClass.newBuilder()
        .setName(rules.dataClass().wireName())
        .setDataKeyMs(rules.dataKeys().secondsMax() * 1_000)
        .setDataKeyRequestsMax(rules.dataKeys().messagesMax())
        .setDataKeyBytesMax(rules.dataKeys().bytesMax())
        .build();
  }

  static dev.cofre.contract.snapshot.wire.Principal of(
      Principal principal,
      Collection<byte[]> tokenDigests,
      long credentialRevision,
      Collection<String> spiffeIds) {
    return dev.cofre.contract.snapshot.wire.Principal.newBuilder()
        .setId(principal.id())
        .setTenant(principal.tenant())
        .addAllRoles(principal.roles().stream().map(Role::wireName).sorted().toList())
        .addAllTokenDigests(tokenDigests.stream().map(ByteString::copyFrom).toList())
        .setCredentialRevision(credentialRevision)
        .addAllSpiffeIds(spiffeIds)
        .build();
  }

  /** {@code group} as data planes follow it. */
  public static dev.cofre.contract.snapshot.wire.Group of(Group group) {
    return dev.cofre.contract.snapshot.wire.Group.newBuilder()
        .setId(group.id())
        .setTenant(group.tenant())
        .setName(group.name())
        .addAllMembers(group.members())
        .addAllRoles(group.roles().stream().map(Role::wireName).sorted().toList())
        .build();
  }

  static ByteString bytes(UUID id) {
    return ByteString.copyFrom(Uuids.bytes(id));
  }
}
