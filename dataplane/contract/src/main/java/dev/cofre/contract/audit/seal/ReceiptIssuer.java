package dev.cofre.contract.audit.seal;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.audit.AuditSegments;
import dev.cofre.contract.audit.RecordCursor;
import dev.cofre.contract.transparency.MerkleProofs;
import dev.cofre.contract.transparency.TreeHashes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes receipts for events out of a log's files. It reads all of the log: an index is not kept
 * there. Immutable and thread-safe; the log may be written meanwhile.
 */
public final class ReceiptIssuer {
  /** A request of more events than that gets no more receipts. */
  private static final int RECEIPTS_MAX = 1_000;

  private final Path directory;

  /** Of the log in {@code directory}. */
  public ReceiptIssuer(Path directory) {
    this.directory = directory;
  }

  /**
   * The receipts for the events of request {@code requestId} that are under a head, in their order.
   *
   * @throws IOException when the log or its seals cannot be read
   */
  public List<Receipt> receipts(String requestId) throws IOException {
    SealedLog log = new SealedLog(directory, AuditSegments.EVENTS);
    Optional<SignedHead> head = log.lastHead();
    List<Receipt> receipts = new ArrayList<>();
    if (head.isEmpty()) {
      return receipts;
    }
    TreeHashes tree = log.tree();
    RecordCursor cursor = RecordCursor.ofAll(directory, AuditSegments.EVENTS);
    long segment = -1;
    long index = 0;
    while (receipts.size() < RECEIPTS_MAX && next(cursor)) {
      if (cursor.segment() != segment) {
        segment = cursor.segment();
        Path seal = SealFiles.seal(directory, AuditSegments.EVENTS, segment);
        if (!Files.exists(seal)) {
          break;
        }
        index = SealFile.first(seal);
      }
      if (index >= head.get().size()) {
        break;
      }
      if (!cursor.isDamage()) {
        AuditEvent event = cursor.event();
        if (event != null && event.requestId().equals(requestId)) {
          byte[] record = new byte[cursor.length()];
          cursor.buffer().get(cursor.at(), record);
          receipts.add(
              new Receipt(
                  record,
                  index,
                  MerkleProofs.inclusion(tree, index, head.get().size()),
                  head.get()));
        }
        index++;
      }
    }
    return receipts;
  }

  private static boolean next(RecordCursor cursor) throws IOException {
    while (!cursor.next()) {
      if (!cursor.skipUncommitted()) {
        return false;
      }
    }
    return true;
  }
}
