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
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/**
 * A snapshot of some keys and workloads that may use them, signed by nobody: for engines of their
 * own, whose KEK is thrown away. There are several of each, for the compiler keeps only the ways
 * that it has seen taken: in a map of one entry no other stands in the way, and none is missing.
 */
public final class RehearsalSnapshot {
  /** How many keys. */
  public static final int KEYS = 16;

  /** The label of the keys' KEK. */
  public static final String KEK_LABEL = "kek-rehearsal-1";

  private static final String TENANT = "default";

  private RehearsalSnapshot() {}

  /** The alias of key {@code number}, counted from 0 and again from there. */
  public static String key(int number) {
    return "rehearsal-" + number % KEYS;
  }

  /**
   * Holds it.
   *
   * @param tokens a bearer token for each workload
   * @param ageMax for how long it is in force
   */
  public static SnapshotHolder hold(List<String> tokens, Duration ageMax) {
    SnapshotHolder snapshots = new SnapshotHolder(ageMax.toMillis());
    try {
      snapshots.accept(statement(tokens), System.nanoTime());
    } catch (SnapshotRejectedException e) {
      throw new IllegalStateException("a snapshot of our own is refused", e);
    }
    return snapshots;
  }

  private static Statement statement(List<String> tokens) {
    Statement.Builder statement =
        Statement.newBuilder()
            .setEpoch(1)
            .setRevision(1)
            .setDigest(ByteString.copyFrom(SnapshotDigest.sha256(Uuids.bytes(UUID.randomUUID()))));
    Policy.Builder policy =
        Policy.newBuilder()
            .setId("rehearsal")
            .setTenant(TENANT)
            .setEffect(Effect.EFFECT_ALLOW)
            .addAllActions(List.of("encrypt", "decrypt"));
    for (int i = 0; i < tokens.size(); i++) {
      Principal principal = principal("rehearsal-" + i, tokens.get(i));
      statement.addPrincipals(principal);
      policy.addPrincipals(principal.getId());
    }
    for (int i = 0; i < KEYS; i++) {
      KmsKey key = kmsKey(UUID.randomUUID(), key(i));
      statement.addKeys(key);
      policy.addKeys(key.getId());
    }
    return statement.addPolicies(policy).build();
  }

  private static Principal principal(String id, String token) {
    byte[] digest = SnapshotDigest.sha256(token.getBytes(StandardCharsets.US_ASCII));
    return Principal.newBuilder()
        .setId(id)
        .setTenant(TENANT)
        .addRoles("workload")
        .addTokenDigests(ByteString.copyFrom(digest))
        .build();
  }

  private static KmsKey kmsKey(UUID id, String alias) {
    return KmsKey.newBuilder()
        .setId(ByteString.copyFrom(Uuids.bytes(id)))
        .setAlias(alias)
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
                .setKekLabel(KEK_LABEL))
        .build();
  }
}
