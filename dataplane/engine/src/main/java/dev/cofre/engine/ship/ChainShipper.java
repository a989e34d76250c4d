package dev.cofre.engine.ship;

import dev.cofre.contract.audit.seal.SealFiles;
import dev.cofre.contract.audit.seal.SealReader;
import dev.cofre.contract.audit.seal.SignedHead;
import dev.cofre.contract.audit.ship.ShippedRecords;
import dev.cofre.contract.transparency.CompactRange;
import dev.cofre.contract.transparency.MerkleHash;
import dev.cofre.contract.transparency.MerkleProofs;
import dev.cofre.contract.transparency.NoteKey;
import dev.cofre.contract.transparency.TreeHashes;
import dev.cofre.engine.seal.Sealed;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * Ships one chain: at most one message at a time, from where the archive says that it ends. What
 * was sent and not acknowledged is sent again; the archive takes each record once. Used by one
 * thread.
 */
final class ChainShipper {
  private static final System.Logger LOG = System.getLogger(ChainShipper.class.getName());

  /** An archive that hears nothing for longer takes it that the node has stopped shipping. */
  private static final long CONTACT_NS = TimeUnit.SECONDS.toNanos(10);

  private static final int LOST_MAX = 16_384;

  private final Path directory;
  private final String chain;
  private final Supplier<Optional<Sealed>> newest;
  private final ShipTarget target;
  private final ByteBuffer entries = ByteBuffer.allocate(ShippedRecords.ENTRIES_BYTES_MAX);

  /** The tree of what is archived; null while that is not known. */
  private CompactRange archived;

  private SegmentSource source;
  private SignedHead head;
  private TreeHashes tree;
  private String key;
  private boolean checking;
  private long contactNs;

  private final LongAdder shipped = new LongAdder();
  private volatile long acknowledged;

  ChainShipper(Path directory, String chain, Supplier<Optional<Sealed>> newest, ShipTarget target) {
    this.directory = directory;
    this.chain = chain;
    this.newest = newest;
    this.target = target;
  }

  /** Records that the archive took since the start. */
  long shipped() {
    return shipped.sum();
  }

  /** Records of the chain that are archived. */
  long acknowledged() {
    return acknowledged;
  }

  /** Records that are sealed. */
  long sealed() {
    return newest.get().map(Sealed::size).orElse(0L);
  }

  /** Forgets what it knows of the archive, and asks it at the next turn. */
  void forget() {
    archived = null;
    close();
  }

  /**
   * Sends at most one message; whether there is more to send.
   *
   * @throws IOException when it could not; the next turn takes it up again
   */
  boolean turn() throws IOException {
    Optional<Sealed> sealed = newest.get();
    if (sealed.isEmpty()) {
      return false;
    }
    Sealed now = sealed.get();
    if (archived == null) {
      resume(ask(now.head(), new CompactRange()));
      return archived.size() < now.size();
    }
    if (archived.size() >= now.size()) {
      if (System.nanoTime() - contactNs > CONTACT_NS) {
        taken(ask(now.head(), archived));
      }
      return false;
    }
    open(now.head());
    ShippedRecords batch = batch(now.size());
    if (batch.count() == 0) {
      throw new IOException("the records behind " + archived.size() + " cannot be read");
    }
    try {
      taken(target.send(batch), batch, now);
    } catch (ShipTarget.RefusedException e) {
      // Maybe records were changed here since they were sealed: those are told as lost.
      boolean again = !checking;
      checking = true;
      forget();
      if (!again) {
        throw e;
      }
      LOG.log(
          Level.ERROR,
          "the archive refused records of {0}, each is compared now: {1}",
          chain,
          e.getMessage());
    }
    return archived == null || archived.size() < now.size();
  }

  private long ask(SignedHead now, CompactRange before) throws IOException {
    return target.send(
        new ShippedRecords(
            false,
            before.size(),
            0,
            ByteBuffer.allocate(0),
            now.size(),
            now,
            key(now),
            List.of(),
            before));
  }

  private void taken(long size, ShippedRecords batch, Sealed now) throws IOException {
    long to = batch.from() + batch.count();
    contactNs = System.nanoTime();
    if (size != to) {
      resume(size);
      return;
    }
    if (to == now.size()) {
      archived = now.tree().copy();
    } else {
      byte[] hashes = new byte[batch.count() * MerkleHash.LENGTH];
      source.seal().read(batch.from(), batch.count(), hashes);
      for (int i = 0; i < batch.count(); i++) {
        archived.append(hashes, i * MerkleHash.LENGTH);
      }
    }
    shipped.add(batch.count());
    acknowledged = to;
  }

  private void taken(long size) throws IOException {
    contactNs = System.nanoTime();
    if (size != archived.size()) {
      resume(size);
    }
  }

  /** Goes on behind the first {@code size} records, or with the oldest that is still here. */
  private void resume(long size) throws IOException {
    close();
    NavigableSet<Long> numbers = SealFiles.numbers(directory, chain);
    CompactRange oldest = null;
    for (long number : numbers.descendingSet()) {
      Path file = SealFiles.seal(directory, chain, number);
      if (!Files.exists(file)) {
        continue;
      }
      try (SealReader seal = SealReader.open(file, number)) {
        oldest = seal.before();
        if (seal.first() <= size) {
          long end = seal.first() + seal.count();
          if (size > end) {
            throw new IOException(
                "the archive has "
                    + size
                    + " records of "
                    + chain
                    + ", and there are "
                    + end
                    + " here: verify the log");
          }
          archived = seal.range(size);
          acknowledged = size;
          contactNs = System.nanoTime();
          return;
        }
      }
    }
    if (oldest == null) {
      throw new IOException("there is no seal of " + chain);
    }
    LOG.log(
        size == 0 ? Level.WARNING : Level.ERROR,
        "{0}: the archive has {1} records, the oldest here is {2}; those between are not here",
        chain,
        Long.toString(size),
        Long.toString(oldest.size()));
    archived = oldest;
    acknowledged = oldest.size();
    contactNs = System.nanoTime();
  }

  /** Opens the segment of the next record, and chooses the head to prove it by. */
  private void open(SignedHead now) throws IOException {
    long from = archived.size();
    if (source == null || source.index() != from || from >= end(source)) {
      close();
      long number = segment(from);
      source = new SegmentSource(directory, chain, number, from, checking);
    }
    if (head == null || head.size() <= from) {
      SignedHead last =
          SignedHead.last(SealFiles.heads(directory, chain, source.number())).orElse(now);
      head = last.size() > from ? last : now;
      tree = new TreeHashes(archived, source.seal());
    }
  }

  /** Where the hashes of a segment end that no more come to; else nowhere. */
  private long end(SegmentSource of) throws IOException {
    return SealFiles.numbers(directory, chain).higher(of.number()) == null
        ? Long.MAX_VALUE
        : of.seal().first() + of.seal().count();
  }

  private long segment(long index) throws IOException {
    for (long number : SealFiles.numbers(directory, chain).descendingSet()) {
      Path file = SealFiles.seal(directory, chain, number);
      if (Files.exists(file)) {
        try (SealReader seal = SealReader.open(file, number)) {
          if (seal.first() <= index) {
            return number;
          }
        }
      }
    }
    throw new IOException("record " + index + " of " + chain + " is in no segment");
  }

  private ShippedRecords batch(long sealed) throws IOException {
    long from = archived.size();
    long end = Math.min(head.size(), source.seal().first() + source.seal().count());
    entries.clear();
    int count = source.read(end, entries);
    boolean lost = false;
    if (count == 0) {
      count = source.lost(end, LOST_MAX);
      lost = count > 0;
      byte[] hashes = new byte[count * MerkleHash.LENGTH];
      source.seal().read(from, count, hashes);
      entries.put(hashes);
      source.skip(count);
    }
    long to = from + count;
    return new ShippedRecords(
        lost,
        from,
        count,
        entries.flip(),
        sealed,
        head,
        key(head),
        to == head.size() ? List.of() : MerkleProofs.consistency(tree, to, head.size()),
        archived);
  }

  private String key(SignedHead of) throws IOException {
    if (key == null) {
      key =
          NoteKey.parse(Files.readString(directory.resolve(SealFiles.KEY_FILE)))
              .named(of.checkpoint().origin())
              .toString();
    }
    return key;
  }

  void close() {
    head = null;
    tree = null;
    if (source != null) {
      try {
        source.close();
      } catch (IOException e) {
        LOG.log(Level.DEBUG, "a seal did not close", e);
      }
      source = null;
    }
  }
}
