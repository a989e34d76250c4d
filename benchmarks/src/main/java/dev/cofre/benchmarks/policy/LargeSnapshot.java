package dev.cofre.benchmarks.policy;

import com.google.protobuf.ByteString;
import dev.cofre.contract.encoding.Uuids;
import dev.cofre.contract.snapshot.SnapshotDigest;
import dev.cofre.contract.snapshot.SnapshotRejectedException;
import dev.cofre.contract.snapshot.wire.Effect;
import dev.cofre.contract.snapshot.wire.KeyState;
import dev.cofre.contract.snapshot.wire.KeyVersion;
import dev.cofre.contract.snapshot.wire.KmsKey;
import dev.cofre.contract.snapshot.wire.Policy;
import dev.cofre.contract.snapshot.wire.PolicyStatement;
import dev.cofre.contract.snapshot.wire.Principal;
import dev.cofre.contract.snapshot.wire.Protection;
import dev.cofre.contract.snapshot.wire.Statement;
import dev.cofre.engine.snapshot.SnapshotState;
import java.util.UUID;

/**
 * A snapshot of many keys: each policy names one principal and ten keys, and each key stands in one
 * policy. Made in parts, so that a small heap holds it.
 *
 * @param keys how many keys, a multiple of ten
 * @param principals how many principals
 */
public record LargeSnapshot(int keys, int principals) {
  private static final int KEYS_AT_ONCE = 20_000;
  private static final int KEYS_PER_POLICY = 10;

  static String alias(int key) {
    return "orders-of-customer-" + key;
  }

  static String principal(int number) {
    return "workload-" + number;
  }

  /** The principal that the policy of {@code key} names. */
  int principalOf(int key) {
    return key / KEYS_PER_POLICY % principals;
  }

  /** Makes it. */
  public SnapshotState make() {
    SnapshotState state = SnapshotState.NONE;
    try {
      for (int first = 0; first < Math.max(keys, principals); first += KEYS_AT_ONCE) {
        state = state.apply(part(first, state.revision()));
      }
    } catch (SnapshotRejectedException e) {
      throw new IllegalStateException(e);
    }
    return state;
  }

  private Statement part(int first, long from) {
    Statement.Builder part =
        Statement.newBuilder()
            .setEpoch(1)
            .setFromRevision(from)
            .setRevision(from + 1)
            .setDigest(digest(from + 1));
    if (from > 0) {
      part.setFromDigest(digest(from));
    }
    for (int i = first; i < Math.min(keys, first + KEYS_AT_ONCE); i++) {
      part.addKeys(key(i));
      if (i % KEYS_PER_POLICY == 0) {
        part.addPolicies(policy(i));
      }
    }
    for (int i = first; i < Math.min(principals, first + KEYS_AT_ONCE); i++) {
      part.addPrincipals(
          Principal.newBuilder().setId(principal(i)).setTenant("default").addRoles("workload"));
    }
    return part.build();
  }

  private static ByteString digest(long revision) {
    return ByteString.copyFrom(SnapshotDigest.sha256(Uuids.bytes(new UUID(0, revision))));
  }

  private static ByteString id(int key) {
    return ByteString.copyFrom(Uuids.bytes(new UUID(key * 0x9e3779b97f4a7c15L, key)));
  }

  private static KmsKey key(int number) {
    return KmsKey.newBuilder()
        .setId(id(number))
        .setAlias(alias(number))
        .setTenant("default")
        .setEnvironment("prod")
        .setDataClass("internal")
        .setOwner("team-" + number % 100)
        .setState(KeyState.KEY_STATE_ACTIVE)
        .setCurrentVersion(1)
        .setExpiresAtMs(Long.MAX_VALUE)
        .addVersions(
            KeyVersion.newBuilder()
                .setNumber(1)
                .setProtection(Protection.PROTECTION_HSM)
                .setKekLabel("kek-" + new UUID(number, number) + "-1"))
        .build();
  }

  private Policy policy(int firstKey) {
    PolicyStatement.Builder statement =
        PolicyStatement.newBuilder()
            .setEffect(Effect.EFFECT_ALLOW)
            .addPrincipals(principal(principalOf(firstKey)))
            .addActions("encrypt")
            .addActions("decrypt");
    for (int i = firstKey; i < Math.min(keys, firstKey + KEYS_PER_POLICY); i++) {
      statement.addKeys(id(i));
    }
    return Policy.newBuilder()
        .setId(new UUID(firstKey, 1).toString())
        .setName("policy-" + firstKey)
        .setTenant("default")
        .addStatements(statement)
        .build();
  }
}
