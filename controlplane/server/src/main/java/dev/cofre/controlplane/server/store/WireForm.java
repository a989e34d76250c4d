package dev.cofre.controlplane.server.store;

import com.google.protobuf.ByteString;
import dev.cofre.contract.encoding.Uuids;
import dev.cofre.contract.snapshot.wire.DataClass;
import dev.cofre.contract.snapshot.wire.Effect;
import dev.cofre.contract.snapshot.wire.KeyState;
import dev.cofre.contract.snapshot.wire.KeyVersion;
import dev.cofre.contract.snapshot.wire.Protection;
import dev.cofre.controlplane.domain.DataClassRules;
import dev.cofre.controlplane.domain.KeyUse;
import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.controlplane.domain.Policy;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.Role;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/** Domain objects as they stand in snapshots. */
final class WireForm {
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

  static DataClass of(DataClassRules rules) {
    return DataClass.newBuilder()
        .setName(rules.dataClass().wireName())
        .setDataKeyMs(rules.dataKeys().secondsMax() * 1_000)
        .setDataKeyRequestsMax(rules.dataKeys().messagesMax())
        .setDataKeyBytesMax(rules.dataKeys().bytesMax())
        .build();
  }

  static dev.cofre.contract.snapshot.wire.Principal of(
      Principal principal, Collection<byte[]> tokenDigests) {
    return dev.cofre.contract.snapshot.wire.Principal.newBuilder()
        .setId(principal.id())
        .setTenant(principal.tenant())
        .addAllRoles(principal.roles().stream().map(Role::wireName).sorted().toList())
        .addAllTokenDigests(tokenDigests.stream().map(ByteString::copyFrom).toList())
        .build();
  }

  static dev.cofre.contract.snapshot.wire.Policy of(Policy policy) {
    List<ByteString> keys = policy.keys().stream().map(WireForm::bytes).toList();
    return dev.cofre.contract.snapshot.wire.Policy.newBuilder()
        .setId(policy.id().toString())
        .setTenant(policy.tenant())
        .setEffect(
            switch (policy.effect()) {
              case ALLOW -> Effect.EFFECT_ALLOW;
              case DENY -> Effect.EFFECT_DENY;
            })
        .addAllPrincipals(policy.principals())
        .addAllActions(policy.actions().stream().map(KeyUse::wireName).sorted().toList())
        .addAllKeys(keys)
        .build();
  }

  private static ByteString bytes(UUID id) {
    return ByteString.copyFrom(Uuids.bytes(id));
  }
}
