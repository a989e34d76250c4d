package dev.cofre.engine.snapshot;

import com.google.protobuf.ByteString;
import dev.cofre.contract.encoding.Uuids;
import dev.cofre.contract.snapshot.SnapshotDigest;
import dev.cofre.contract.snapshot.wire.KeyState;
import dev.cofre.contract.snapshot.wire.KeyVersion;
import dev.cofre.contract.snapshot.wire.KmsKey;
import dev.cofre.contract.snapshot.wire.Protection;
import dev.cofre.contract.snapshot.wire.Statement;
import java.util.UUID;

/** Statements for tests, their digests made from a word. */
public final class Statements {
  private Statements() {}

  /** A complete statement. */
  public static Statement.Builder complete(long epoch, long revision, String digest) {
    return Statement.newBuilder().setEpoch(epoch).setRevision(revision).setDigest(digest(digest));
  }

  /** A statement of changes. */
  public static Statement.Builder delta(
      long epoch, long from, String fromDigest, long revision, String digest) {
    return complete(epoch, revision, digest)
        .setFromRevision(from)
        .setFromDigest(digest(fromDigest));
  }

  /** A key with one version whose KEK has the label {@code kek}. */
  public static KmsKey key(UUID id, String alias, KeyState state, String kek) {
    return KmsKey.newBuilder()
        .setId(ByteString.copyFrom(Uuids.bytes(id)))
        .setAlias(alias)
        .setTenant("default")
        .setEnvironment("dev")
        .setOwner("owner")
        .setState(state)
        .setCurrentVersion(1)
        .setExpiresAtMs(Long.MAX_VALUE)
        .addVersions(
            KeyVersion.newBuilder()
                .setNumber(1)
                .setProtection(Protection.PROTECTION_HSM)
                .setKekLabel(kek))
        .build();
  }

  private static ByteString digest(String word) {
    return ByteString.copyFrom(
        SnapshotDigest.sha256(word.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
  }
}
