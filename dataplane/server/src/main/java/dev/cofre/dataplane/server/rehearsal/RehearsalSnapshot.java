package dev.cofre.dataplane.server.rehearsal;

import com.google.protobuf.ByteString;
import dev.cofre.contract.encoding.Uuids;
import dev.cofre.contract.snapshot.SnapshotDigest;
import dev.cofre.contract.snapshot.SnapshotRejectedException;
import dev.cofre.contract.snapshot.wire.Effect;
import dev.cofre.contract.snapshot.wire.KeyState;
import dev.cofre.contract.snapshot.wire.KeyVersion;
import dev.cofre.contract.snapshot.wire.KmsKey;
import dev.cofre.contract.snapshot.wire.Policy;
import dev.cofre.contract.snapshot.wire.Principal;
import dev.cofre.contract.snapshot.wire.Protection;
import dev.cofre.contract.snapshot.wire.Statement;
import dev.cofre.engine.snapshot.SnapshotHolder;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/**
 * A snapshot of one key and one workload that may use it, signed by nobody: for engines of their
 * own, whose KEK is thrown away.
 */
public final class RehearsalSnapshot {
  /** The key's alias. */
  public static final String KEY = "rehearsal";

  /** The label of the key's KEK. */
  public static final String KEK_LABEL = "kek-rehearsal-1";

  private static final String TENANT = "default";

  private RehearsalSnapshot() {}

  /**
   * Holds it.
   *
   * @param token the workload's bearer token
   * @param ageMax for how long it is in force
   */
  public static SnapshotHolder hold(byte[] token, Duration ageMax) {
    SnapshotHolder snapshots = new SnapshotHolder(ageMax.toMillis(), System::nanoTime);
    try {
      snapshots.accept(statement(UUID.randomUUID(), token), System.nanoTime());
    } catch (SnapshotRejectedException e) {
      throw new IllegalStateException("a snapshot of our own is refused", e);
    }
    return snapshots;
  }

  private static Statement statement(UUID keyId, byte[] token) {
    ByteString key = ByteString.copyFrom(Uuids.bytes(keyId));
    return Statement.newBuilder()
        .setEpoch(1)
        .setRevision(1)
        .setDigest(ByteString.copyFrom(SnapshotDigest.sha256(Uuids.bytes(keyId))))
        .addKeys(
            KmsKey.newBuilder()
                .setId(key)
                .setAlias(KEY)
                .setTenant(TENANT)
                .setEnvironment("dev")
                .setOwner("rehearsal")
                .setState(KeyState.KEY_STATE_ACTIVE)
                .setCurrentVersion(1)
                .setExpiresAtMs(Long.MAX_VALUE)
                .addVersions(
                    KeyVersion.newBuilder()
                        .setNumber(1)
                        .setProtection(Protection.PROTECTION_HSM)
                        .setKekLabel(KEK_LABEL)))
        .addPrincipals(
            Principal.newBuilder()
                .setId("rehearsal")
                .setTenant(TENANT)
                .addRoles("workload")
                .addTokenDigests(ByteString.copyFrom(SnapshotDigest.sha256(token))))
        .addPolicies(
            Policy.newBuilder()
                .setId("rehearsal")
                .setTenant(TENANT)
                .setEffect(Effect.EFFECT_ALLOW)
                .addPrincipals("rehearsal")
                .addAllActions(List.of("encrypt", "decrypt"))
                .addKeys(key))
        .build();
  }
}
