package dev.cofre.engine.seal;

import dev.cofre.contract.audit.RecordCursor;
import dev.cofre.contract.audit.seal.BrokenSealException;
import dev.cofre.contract.audit.seal.SealFile;
import dev.cofre.contract.audit.seal.SealFiles;
import dev.cofre.contract.audit.seal.SignedHead;
import dev.cofre.contract.transparency.CompactRange;
import dev.cofre.contract.transparency.MerkleHash;
import dev.cofre.engine.audit.MappedAuditLog;
import dev.cofre.engine.processor.ShortTurns;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Seals one chain: follows its records, keeps their hashes beside each segment, and has a head
 * signed over them at most once in a period and at the end of each segment. Used by one thread.
 *
 * <p>Order: the hashes are on the disk before the head that is over them, and the head before
 * anything is told of it. A kill between any two steps leaves hashes that no head covers; they are
 * made anew.
 */
final class ChainSealer implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(ChainSealer.class.getName());
  private static final int PENDING_MAX = 2_048;

  /** A counted record is left open so long after its time, so that few are cut in two. */
  private static final long COUNTING_NS = TimeUnit.SECONDS.toNanos(2);

  private final Path directory;
  private final String chain;
  private final MappedAuditLog log;
  private final HeadSigner signer;
  private final long periodNs;
  private final MerkleHash hash = new MerkleHash();
  private final byte[] pending = new byte[PENDING_MAX * MerkleHash.LENGTH];

  private RecordCursor cursor;
  private CompactRange range;
  private int pendingCount;
  private long segment;
  private GrowingFile seal;
  private GrowingFile heads;
  private boolean held;
  private final ShortTurns turns = new ShortTurns();
  private long signedAtNs;
  private volatile Optional<Sealed> sealed = Optional.empty();
  private final LongAdder headsSigned = new LongAdder();
  private final LongAdder broken = new LongAdder();

  ChainSealer(Path directory, String chain, MappedAuditLog log, HeadSigner signer, long periodNs) {
    this.directory = directory;
    this.chain = chain;
    this.log = log;
    this.signer = signer;
    this.periodNs = periodNs;
  }

  /** Up to the newest head. */
  Optional<Sealed> sealed() {
    return sealed;
  }

  private long sealedSize() {
    return sealed.map(Sealed::size).orElse(0L);
  }

  long headsSigned() {
    return headsSigned.sum();
  }

  long broken() {
    return broken.sum();
  }

  /**
   * Seals what was committed since the last turn.
   *
   * @param nowNs the time, in nanoseconds since 1970
   * @param last whether the log takes no more records
   * @throws IOException when it cannot read or write; what is left is taken up by the next turn
   */
  void turn(long nowNs, boolean last) throws IOException {
    if (cursor == null) {
      resume(nowNs);
    }
    long begunNs = System.nanoTime();
    turns.begin();
    try {
      while (held || next()) {
        held = true;
        if (!take(nowNs, last)) {
          break;
        }
        held = false;
        long atNs = System.nanoTime();
        if (atNs - signedAtNs > periodNs) {
          sign();
        }
        // Who is behind does not rest.
        if (atNs - begunNs < periodNs && !last) {
          turns.between(atNs);
        }
      }
      sign();
    } catch (InternalError e) {
      leaveLostSegment(e);
    }
  }

  private boolean next() throws IOException {
    while (!cursor.next()) {
      if (!cursor.isAtClaim() || !log.isDead(chain, cursor.segment(), cursor.position())) {
        return false;
      }
      cursor.makeVoid();
    }
    return true;
  }

  /** Takes the record that the cursor stands at; false when it may still change. */
  private boolean take(long nowNs, boolean last) throws IOException {
    if (cursor.segment() != segment) {
      begin(cursor.segment());
    }
    if (cursor.isDamage()) {
      LOG.log(
          Level.ERROR,
          "{0}: {1} bytes at {2} are no record, and are not sealed",
          cursor.file(),
          Integer.toString(cursor.lostBytes()),
          Integer.toString(cursor.at()));
      return true;
    }
    if (cursor.isCounted()) {
      if (!last && nowNs - cursor.timeNs() < COUNTING_NS && nowNs >= cursor.timeNs()) {
        return false;
      }
      cursor.settle();
    }
    if (pendingCount == PENDING_MAX) {
      flush();
    }
    int at = pendingCount * MerkleHash.LENGTH;
    hash.leaf(cursor.buffer(), cursor.at(), cursor.length(), pending, at);
    range.append(pending, at);
    pendingCount++;
    return true;
  }

  /** Ends the segment before with a head of its own, and begins the seal of {@code number}. */
  private void begin(long number) throws IOException {
    if (segment != 0) {
      sign();
      closeFiles();
    }
    Path sealFile = SealFiles.seal(directory, chain, number);
    Path headsFile = SealFiles.heads(directory, chain, number);
    try {
      seal = new GrowingFile(sealFile, 0);
      byte[] header = SealFile.header(number, range);
      seal.append(header, header.length);
      heads = new GrowingFile(headsFile, 0);
    } catch (IOException e) {
      // Half a header on a full disk would keep from shipping what is sealed before it.
      closeFiles();
      Files.deleteIfExists(sealFile);
      Files.deleteIfExists(headsFile);
      throw e;
    }
    segment = number;
  }

  private void flush() throws IOException {
    seal.append(pending, pendingCount * MerkleHash.LENGTH);
    pendingCount = 0;
  }

  /** Has a head signed when there are records that none covers. */
  private void sign() throws IOException {
    signedAtNs = System.nanoTime();
    if (seal == null || range.size() == sealedSize()) {
      return;
    }
    flush();
    seal.force();
    SignedHead signed = signer.sign(chain, range.size(), range.root());
    byte[] entry = signed.entry().getBytes(StandardCharsets.UTF_8);
    heads.append(entry, entry.length);
    heads.force();
    sealed = Optional.of(new Sealed(signed, range.copy()));
    headsSigned.increment();
  }

  private void resume(long nowNs) throws IOException {
    closeFiles();
    SealedState state;
    try {
      state = SealedState.find(directory, chain, signer.publicKey(chain));
    } catch (BrokenSealException | NoSuchFileException e) {
      broken.increment();
      LOG.log(
          Level.ERROR,
          "the audit log was changed while it was not written, or its disk is damaged: {0};"
              + " the seals are put aside, and sealing begins anew",
          e.getMessage());
      state = SealedState.anew(directory, chain, nowNs);
    }
    state.removeUnsigned(directory, chain);
    pendingCount = 0;
    held = false;
    range = state.range().copy();
    sealed = state.sealed();
    segment = state.segment();
    RecordCursor from = RecordCursor.writableFrom(directory, chain, Math.max(1, segment));
    if (segment != 0) {
      seal =
          new GrowingFile(
              SealFiles.seal(directory, chain, segment),
              SealFile.HEADER_LENGTH + (long) state.count() * MerkleHash.LENGTH);
      heads = new GrowingFile(SealFiles.heads(directory, chain, segment), state.headsLength());
      from = stepOver(state, from);
    }
    cursor = from;
  }

  /** Steps over the records that are sealed, and compares them. */
  private RecordCursor stepOver(SealedState state, RecordCursor from) throws IOException {
    byte[] sealed =
        SealFile.read(SealFiles.seal(directory, chain, segment), segment).hashes(0, state.count());
    byte[] actual = new byte[MerkleHash.LENGTH];
    int changed = 0;
    int count = 0;
    RecordCursor records = from;
    while (count < state.count()) {
      if (!records.next()) {
        if (!records.isAtClaim() || !log.isDead(chain, records.segment(), records.position())) {
          break;
        }
        records.makeVoid();
      } else if (records.segment() != segment) {
        records = RecordCursor.writableFrom(directory, chain, segment + 1);
        break;
      } else if (!records.isDamage()) {
        hash.leaf(records.buffer(), records.at(), records.length(), actual, 0);
        int at = count++ * MerkleHash.LENGTH;
        changed +=
            Arrays.equals(actual, 0, actual.length, sealed, at, at + MerkleHash.LENGTH) ? 0 : 1;
      }
    }
    if (changed > 0 || count < state.count()) {
      broken.increment();
      LOG.log(
          Level.ERROR,
          "{0} is not as it was sealed: {1} events are missing, {2} are changed; verify the log",
          state.name(directory, chain),
          Integer.toString(state.count() - count),
          Integer.toString(changed));
    }
    return records;
  }

  /** Goes on behind a segment whose bytes are gone: it was truncated. */
  private void leaveLostSegment(InternalError cause) throws IOException {
    long lost = cursor.segment();
    if (lost == segment && Files.exists(cursor.file()) && cursor.isBacked()) {
      throw new IOException("the audit log cannot be read", cause);
    }
    LOG.log(Level.ERROR, "{0} was truncated; what of it was not sealed is lost", cursor.file());
    broken.increment();
    held = false;
    cursor = RecordCursor.writableFrom(directory, chain, lost + 1);
  }

  private void closeFiles() throws IOException {
    if (seal != null) {
      seal.close();
    }
    if (heads != null) {
      heads.close();
    }
    seal = null;
    heads = null;
  }

  @Override
  public void close() throws IOException {
    closeFiles();
  }
}
