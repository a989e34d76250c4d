package dev.cofre.engine.seal;

import dev.cofre.contract.audit.seal.SealFiles;
import dev.cofre.contract.audit.seal.SignedHead;
import dev.cofre.contract.transparency.Checkpoint;
import dev.cofre.contract.transparency.NoteKey;
import dev.cofre.hsm.Hsm;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.temporal.ChronoUnit;

/**
 * Signs heads with the node's own key in the HSM, which is made there when it is first needed. Used
 * by one thread, for it waits for the HSM.
 */
final class HeadSigner {
  private static final String LABEL = "audit-signing-";

  private final Hsm hsm;
  private final String node;
  private final Clock clock;
  private Hsm.SigningKey key;

  HeadSigner(Hsm hsm, String node, Clock clock) {
    this.hsm = hsm;
    this.node = node;
    this.clock = clock;
  }

  /** The public half, by the name of the heads of {@code chain}. */
  NoteKey publicKey(String chain) {
    return new NoteKey(SealFiles.origin(node, chain), key().publicKey());
  }

  /**
   * Asked for once: a token whose storage is away may look empty, and would be given another key.
   */
  private Hsm.SigningKey key() {
    if (key == null) {
      key = hsm.signingKey(LABEL + node);
    }
    return key;
  }

  /** Signs that {@code chain} has {@code size} records under {@code root} now. */
  SignedHead sign(String chain, long size, byte[] root) {
    Checkpoint checkpoint =
        SignedHead.checkpoint(
            SealFiles.origin(node, chain),
            size,
            root,
            clock.instant().truncatedTo(ChronoUnit.MILLIS));
    byte[] signature = key().sign(checkpoint.text().getBytes(StandardCharsets.UTF_8));
    return new SignedHead(publicKey(chain).note(checkpoint.text(), signature), checkpoint);
  }
}
