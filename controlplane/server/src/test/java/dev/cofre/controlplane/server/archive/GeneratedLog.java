package dev.cofre.controlplane.server.archive;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.audit.AuditRecordEncoder;
import dev.cofre.contract.audit.seal.SignedHead;
import dev.cofre.contract.audit.ship.ShippedRecords;
import dev.cofre.contract.transparency.Checkpoint;
import dev.cofre.contract.transparency.CompactRange;
import dev.cofre.contract.transparency.MerkleHash;
import dev.cofre.contract.transparency.NoteKey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.List;

/** A node's log that is made up: its events come as a shipper would send them. Not thread-safe. */
public final class GeneratedLog {
  /** The name of its heads. */
  public final String origin;

  private final KeyPair pair;
  private final AuditRecordEncoder encoder = new AuditRecordEncoder();
  private CompactRange range = new CompactRange();

  /** Of {@code node}, with a key of its own. */
  public GeneratedLog(String node) throws GeneralSecurityException {
    this.origin = "cofre-audit/" + node + "/segment";
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    this.pair = generator.generateKeyPair();
  }

  /** What verifies its heads. */
  public NoteKey key() {
    return new NoteKey(origin, pair.getPublic());
  }

  /** How many records were made. */
  public long size() {
    return range.size();
  }

  /** The records of {@code events}, and a head over all up to them. */
  public ShippedRecords append(List<AuditEvent> events) throws GeneralSecurityException {
    encoder.clear();
    events.forEach(encoder::add);
    ByteBuffer entries = ByteBuffer.allocate(encoder.length());
    entries.put(encoder.bytes(), 0, encoder.length()).flip();
    CompactRange before = range.copy();
    ShippedRecords unsigned =
        new ShippedRecords(
            false, before.size(), events.size(), entries, 0, null, "", List.of(), before);
    byte[] hashes = unsigned.hashes();
    for (int i = 0; i < events.size(); i++) {
      range.append(hashes, i * MerkleHash.LENGTH);
    }
    SignedHead head = head(range.size(), range.root());
    return new ShippedRecords(
        false,
        before.size(),
        events.size(),
        entries,
        range.size(),
        head,
        key().toString(),
        List.of(),
        before);
  }

  /** A head of the log, signed by its key. */
  public SignedHead head(long size, byte[] root) throws GeneralSecurityException {
    Checkpoint checkpoint = SignedHead.checkpoint(origin, size, root, Instant.EPOCH);
    Signature signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(pair.getPrivate());
    signature.update(checkpoint.text().getBytes(StandardCharsets.UTF_8));
    return SignedHead.parse(key().note(checkpoint.text(), signature.sign()).toString());
  }
}
