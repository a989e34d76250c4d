package dev.cofre.dataplane.server.follow;

import dev.cofre.contract.encoding.Hex;
import dev.cofre.contract.snapshot.SnapshotRejectedException;
import dev.cofre.contract.snapshot.wire.RawStatement;
import dev.cofre.hsm.SecretFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The highest (epoch, revision) that this node ever followed, kept on disk, so that a restart does
 * not make it take an older snapshot. Not thread-safe: one follower uses it.
 */
public final class RevisionFloor {
  private final Path file;
  private long epoch;
  private long revision;
  private byte[] digest;

  private RevisionFloor(Path file, long epoch, long revision, byte[] digest) {
    this.digest = digest;
    this.file = file;
    this.epoch = epoch;
    this.revision = revision;
  }

  /**
   * Reads it from {@code directory}, which is created when absent.
   *
   * @throws IOException when the file cannot be read or is not ours
   */
  public static RevisionFloor load(Path directory) throws IOException {
    Files.createDirectories(directory);
    Path file = directory.resolve("snapshot-revision");
    if (!Files.exists(file)) {
      return new RevisionFloor(file, 0, 0, new byte[0]);
    }
    String[] parts = Files.readString(file).strip().split(" ");
    try {
      return new RevisionFloor(
          file, Long.parseLong(parts[0]), Long.parseLong(parts[1]), Hex.decode(parts[2]));
    } catch (RuntimeException e) {
      throw new IOException(
          file
              + " is damaged; compare the control plane's revision, then remove the file to trust it anew",
          e);
    }
  }

  /** The epoch, 0 when nothing was ever followed. */
  long epoch() {
    return epoch;
  }

  /** The revision. */
  long revision() {
    return revision;
  }

  /** The digest chain's value there. */
  byte[] digest() {
    return digest.clone();
  }

  /** Refuses a statement from before the floor, or of another history at it. */
  void check(RawStatement statement) throws SnapshotRejectedException {
    if (isAt(statement) && !Arrays.equals(digest, statement.getDigest().toByteArray())) {
      throw new SnapshotRejectedException(
          "it says something else of revision "
              + revision
              + " than what this node has followed before");
    }
    if (isBelow(statement)) {
      throw new SnapshotRejectedException(
          "it is older (epoch "
              + statement.getEpoch()
              + ", revision "
              + statement.getRevision()
              + ") than what this node has followed before ("
              + epoch
              + ", "
              + revision
              + "): the control plane was rolled back; if that is meant, stop this node, remove "
              + file
              + " and start it");
    }
  }

  /** Raises the floor to {@code statement}, on disk first. */
  void raise(RawStatement statement) throws IOException {
    if (isAt(statement)) {
      return;
    }
    byte[] text =
        (statement.getEpoch()
                + " "
                + statement.getRevision()
                + " "
                + Hex.encode(statement.getDigest().toByteArray())
                + "\n")
            .getBytes(StandardCharsets.US_ASCII);
    SecretFiles.replace(file, text);
    epoch = statement.getEpoch();
    revision = statement.getRevision();
    digest = statement.getDigest().toByteArray();
  }

  private boolean isAt(RawStatement statement) {
    return statement.getEpoch() == epoch && statement.getRevision() == revision;
  }

  private boolean isBelow(RawStatement statement) {
    return statement.getEpoch() < epoch
        || (statement.getEpoch() == epoch && statement.getRevision() < revision);
  }
}
