package dev.cofre.contract.audit.seal;

import dev.cofre.contract.transparency.CompactRange;
import dev.cofre.contract.transparency.MerkleHash;
import dev.cofre.contract.transparency.TreeHashes;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** The seals and heads of one chain, for proofs. Reads a file again for each call; thread-safe. */
public final class SealedLog {
  private static final int CHUNK = 1_024;

  private final Path directory;
  private final String chain;

  /** Of {@code chain} in {@code directory}. */
  public SealedLog(Path directory, String chain) {
    this.directory = directory;
    this.chain = chain;
  }

  /** The newest head; empty when none was signed. */
  public Optional<SignedHead> lastHead() throws IOException {
    for (long number : SealFiles.numbers(directory, chain).descendingSet()) {
      List<SignedHead> heads = SignedHead.read(SealFiles.heads(directory, chain, number)).heads();
      if (!heads.isEmpty()) {
        return Optional.of(heads.get(heads.size() - 1));
      }
    }
    return Optional.empty();
  }

  /** All heads, in their order. */
  public List<SignedHead> heads() throws IOException {
    List<SignedHead> all = new ArrayList<>();
    for (long number : SealFiles.numbers(directory, chain)) {
      all.addAll(SignedHead.read(SealFiles.heads(directory, chain, number)).heads());
    }
    return all;
  }

  /**
   * The tree of the first {@code size} records.
   *
   * @throws IOException when there are not so many
   */
  public CompactRange range(long size) throws IOException {
    Map.Entry<Long, Long> entry = numbers().floorEntry(size);
    if (entry != null) {
      try (SealReader seal = open(entry.getValue())) {
        if (size - seal.first() <= seal.count()) {
          return seal.range(size);
        }
      }
    }
    throw new IOException(directory + " has no hashes of the first " + size + " records");
  }

  /**
   * The tree of the first {@code size} records, on from {@code known} when that is not larger.
   *
   * @throws IOException when there are not so many
   */
  public CompactRange range(CompactRange known, long size) throws IOException {
    if (known.size() == 0 || known.size() > size) {
      return range(size);
    }
    CompactRange range = known.copy();
    TreeHashes.Leaves leaves = new Hashes(numbers());
    byte[] chunk = new byte[CHUNK * MerkleHash.LENGTH];
    while (range.size() < size) {
      int count = (int) Math.min(CHUNK, size - range.size());
      leaves.read(range.size(), count, chunk);
      for (int i = 0; i < count; i++) {
        range.append(chunk, i * MerkleHash.LENGTH);
      }
    }
    return range;
  }

  /**
   * The hashes of the records from {@code known} on, and of what is before it the compact range.
   *
   * @param known the tree before what is asked for; the seals of its records need not be there
   */
  public TreeHashes tree(CompactRange known) throws IOException {
    return new TreeHashes(known, new Hashes(numbers()));
  }

  /** The tree of all records whose seals are there, and of those before the compact range. */
  public TreeHashes tree() throws IOException {
    NavigableMap<Long, Long> numbers = numbers();
    return new TreeHashes(before(numbers), new Hashes(numbers));
  }

  private CompactRange before(NavigableMap<Long, Long> numbers) throws IOException {
    if (numbers.isEmpty()) {
      return new CompactRange();
    }
    try (SealReader first = open(numbers.firstEntry().getValue())) {
      return first.before();
    }
  }

  /** The numbers of segments with a seal, by the index of their first record. */
  private NavigableMap<Long, Long> numbers() throws IOException {
    NavigableMap<Long, Long> numbers = new TreeMap<>();
    for (long number : SealFiles.numbers(directory, chain)) {
      Path file = SealFiles.seal(directory, chain, number);
      if (Files.exists(file)) {
        numbers.put(SealFile.first(file), number);
      }
    }
    return numbers;
  }

  private SealReader open(long number) throws IOException {
    return SealReader.open(SealFiles.seal(directory, chain, number), number);
  }

  /**
   * Reads hashes out of one seal after the other, at the places where they are asked for: a seal
   * has megabytes, and who follows it wants the last ones.
   */
  private final class Hashes implements TreeHashes.Leaves {
    private final NavigableMap<Long, Long> numbers;

    Hashes(NavigableMap<Long, Long> numbers) {
      this.numbers = numbers;
    }

    @Override
    public void read(long index, int count, byte[] out) throws IOException {
      for (int done = 0; done < count; ) {
        long at = index + done;
        Map.Entry<Long, Long> entry = numbers.floorEntry(at);
        if (entry == null) {
          throw lacks(at);
        }
        try (SealReader seal = open(entry.getValue())) {
          int length = (int) Math.min(count - done, seal.first() + seal.count() - at);
          if (length <= 0) {
            throw lacks(at);
          }
          seal.read(at, length, out, done);
          done += length;
        }
      }
    }

    private EOFException lacks(long index) {
      return new EOFException("the hash of record " + index + " is not in " + directory);
    }
  }
}
