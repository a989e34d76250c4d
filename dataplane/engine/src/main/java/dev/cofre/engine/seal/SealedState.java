package dev.cofre.engine.seal;

import dev.cofre.contract.audit.AuditSegments;
import dev.cofre.contract.audit.seal.BrokenSealException;
import dev.cofre.contract.audit.seal.SealFile;
import dev.cofre.contract.audit.seal.SealFiles;
import dev.cofre.contract.audit.seal.SignedHead;
import dev.cofre.contract.transparency.CompactRange;
import dev.cofre.contract.transparency.MerkleHash;
import dev.cofre.contract.transparency.NoteKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;

/**
 * Where the last process stopped sealing a chain. Immutable.
 *
 * @param segment whose seal goes on; 0 when nothing was sealed yet
 * @param before the tree before that segment
 * @param range the tree that the last head is over
 * @param head the last head
 * @param headsLength how long the segment's file of heads is, as far as it is whole
 */
record SealedState(
    long segment,
    CompactRange before,
    CompactRange range,
    Optional<SignedHead> head,
    int headsLength) {
  private static final SealedState NOTHING =
      new SealedState(0, new CompactRange(), new CompactRange(), Optional.empty(), 0);

  /** Up to the last head. */
  Optional<Sealed> sealed() {
    return head.map(last -> new Sealed(last, range));
  }

  /** How many records of the segment are under the head. */
  int count() {
    return Math.toIntExact(range.size() - before.size());
  }

  /**
   * Finds it. Hashes that no head covers are left out: their records are read again.
   *
   * @throws BrokenSealException when what is there does not belong together
   * @throws IOException when it cannot be read
   */
  static SealedState find(Path directory, String chain, NoteKey key) throws IOException {
    Optional<SignedHead> head = Optional.empty();
    int headsLength = 0;
    long headSegment = 0;
    for (long number : SealFiles.numbers(directory, chain).descendingSet()) {
      SignedHead.Contents heads = SignedHead.read(SealFiles.heads(directory, chain, number));
      if (!heads.heads().isEmpty()) {
        head = Optional.of(heads.heads().getLast());
        headsLength = heads.wholeBytes();
        headSegment = number;
        break;
      }
    }
    if (head.isEmpty()) {
      return NOTHING;
    }
    Path file = SealFiles.seal(directory, chain, headSegment);
    SealFile seal = SealFile.read(file, headSegment);
    long count = head.get().size() - seal.first();
    if (!key.named(head.get().checkpoint().origin()).verifies(head.get().note())
        || count < 0
        || count > seal.count()) {
      throw new BrokenSealException(
          file + " does not reach the last head, or its signature is wrong");
    }
    CompactRange range = seal.before();
    byte[] hashes = seal.hashes(0, (int) count);
    for (int i = 0; i < count; i++) {
      range.append(hashes, i * MerkleHash.LENGTH);
    }
    if (!head.get().checkpoint().hasRoot(range.root())) {
      throw new BrokenSealException(file + " does not hold what the last head was signed over");
    }
    return new SealedState(headSegment, seal.before(), range, head, headsLength);
  }

  /** Puts aside all seals and heads of {@code chain}, so that its sealing begins anew. */
  static SealedState anew(Path directory, String chain, long now) throws IOException {
    for (long number : SealFiles.numbers(directory, chain)) {
      for (Path file :
          List.of(
              SealFiles.seal(directory, chain, number),
              SealFiles.heads(directory, chain, number))) {
        if (Files.exists(file)) {
          Files.move(
              file,
              file.resolveSibling(file.getFileName() + ".broken-" + now),
              StandardCopyOption.ATOMIC_MOVE);
        }
      }
    }
    return NOTHING;
  }

  /** Takes away seals that were begun behind the segment: no head covers them. */
  void removeUnsigned(Path directory, String chain) throws IOException {
    for (long number : SealFiles.numbers(directory, chain).tailSet(segment, false)) {
      Files.deleteIfExists(SealFiles.seal(directory, chain, number));
      Files.deleteIfExists(SealFiles.heads(directory, chain, number));
    }
  }

  /** The segment's records, named for people. */
  String name(Path directory, String chain) {
    return AuditSegments.file(directory, chain, segment).toString();
  }
}
