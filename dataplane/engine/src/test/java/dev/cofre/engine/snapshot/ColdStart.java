package dev.cofre.engine.snapshot;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.snapshot.SnapshotVerifier;
import dev.cofre.contract.snapshot.wire.RawStatement;
import dev.cofre.engine.policy.Action;
import dev.cofre.engine.policy.AuthenticationStrength;
import dev.cofre.engine.policy.Facts;
import java.nio.file.Files;
import java.nio.file.Path;

/** A process that does what a node does with its first snapshot, and tells how long it took. */
final class ColdStart {
  private ColdStart() {}

  /** Arguments: the signed statement's file, the PEM file of the key, an alias, a principal. */
  public static void main(String[] args) throws Exception {
    long startNs = System.nanoTime();
    SnapshotState state = load(Path.of(args[0]), Path.of(args[1]));
    long loadedNs = System.nanoTime();
    Facts facts =
        new Facts(
            EncryptionContext.EMPTY,
            null,
            AuthenticationStrength.TOKEN,
            System.currentTimeMillis());
    boolean allowed =
        state
            .policy()
            .allows(state.principal(args[3]), Action.ENCRYPT, state.key("default", args[2]), facts);
    System.gc();
    long used = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    System.out.println(
        state.keyCount()
            + " "
            + state.policy().size()
            + " "
            + allowed
            + " "
            + (loadedNs - startNs) / 1_000_000
            + " "
            + used / 1_000_000);
  }

  private static SnapshotState load(Path file, Path pem) throws Exception {
    RawStatement statement =
        SnapshotVerifier.fromPem(Files.readString(pem)).verify(Files.readAllBytes(file));
    return SnapshotState.NONE.apply(statement);
  }
}
