package dev.cofre.controlplane.server.audit;

import dev.cofre.contract.audit.seal.SignedHead;
import dev.cofre.contract.encoding.CanonicalBase64;
import dev.cofre.contract.transparency.NoteKey;
import dev.cofre.controlplane.domain.FieldError;
import dev.cofre.controlplane.domain.InvalidDocumentException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A head that a node sends. Immutable.
 *
 * @param key that signed it, as the node says
 * @param from the size of the head before, which the control plane keeps
 * @param proof that the log continues the one of that size
 */
public record ReportedHead(SignedHead head, NoteKey key, long from, List<byte[]> proof) {
  private static final int PROOF_MAX = 128;
  private static final int NOTE_MAX = 4_096;

  /** Takes a copy. */
  public ReportedHead {
    proof = List.copyOf(proof);
  }

  /** The log's name. */
  public String origin() {
    return head.checkpoint().origin();
  }

  /**
   * Reads one.
   *
   * @throws InvalidDocumentException when it is not well formed
   */
  public static ReportedHead read(Map<String, ?> document) {
    try {
      String note = (String) document.get("head");
      List<?> proof = (List<?>) document.get("proof");
      if (document.size() != 4 || note.length() > NOTE_MAX || proof.size() > PROOF_MAX) {
        throw malformed();
      }
      List<byte[]> hashes = new ArrayList<>();
      for (Object hash : proof) {
        hashes.add(CanonicalBase64.decode((String) hash));
      }
      long from = ((Number) document.get("from")).longValue();
      NoteKey key = NoteKey.parse((String) document.get("key"));
      return new ReportedHead(SignedHead.parse(note), key, from, hashes);
    } catch (ClassCastException | IllegalArgumentException | NullPointerException e) {
      throw malformed();
    }
  }

  private static InvalidDocumentException malformed() {
    return new InvalidDocumentException(
        List.of(
            new FieldError(
                "head",
                "must be a signed checkpoint, beside key (NAME+ID+KEY), from (a size) and proof (at most "
                    + PROOF_MAX
                    + " hashes in base64)")));
  }
}
