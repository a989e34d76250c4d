package dev.cofre.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.audit.AuditRecordEncoder;
import dev.cofre.contract.audit.AuditRecordFormat;
import dev.cofre.contract.audit.seal.RemovalRecord;
import dev.cofre.contract.audit.seal.SealFile;
import dev.cofre.contract.audit.seal.SignedHead;
import dev.cofre.contract.transparency.Checkpoint;
import dev.cofre.contract.transparency.CompactRange;
import dev.cofre.contract.transparency.MerkleHash;
import dev.cofre.contract.transparency.NoteKey;
import dev.cofre.contract.transparency.RangeCover;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log of three events, sealed by a key of the test, verified by the command line. */
class AuditVerifyCommandTest {
  private static final String ORIGIN = "cofre-audit/n/segment";

  @TempDir Path temporary;
  private Path directory;
  private Path segment;
  private Path key;
  private KeyPair pair;
  private CompactRange sealed;
  private byte[] hashes;

  @BeforeEach
  void write() throws Exception {
    directory = Files.createDirectories(temporary.resolve("audit"));
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    pair = generator.generateKeyPair();
    key = temporary.resolve("key.pub");
    Files.writeString(key, new NoteKey(ORIGIN, pair.getPublic()) + "\n");
    Files.copy(key, directory.resolve("audit-key.pub"));
    ByteBuffer bytes = ByteBuffer.allocate(4_096);
    bytes.putLong(0, AuditRecordFormat.SEGMENT_MAGIC);
    bytes.putInt(AuditRecordFormat.SEGMENT_FORMAT_AT, AuditRecordFormat.FORMAT);
    bytes.putLong(AuditRecordFormat.SEGMENT_NUMBER_AT, 1);
    ByteArrayOutputStream seal = new ByteArrayOutputStream();
    seal.writeBytes(SealFile.header(1, new CompactRange()));
    CompactRange range = new CompactRange();
    int at = AuditRecordFormat.SEGMENT_HEADER_LENGTH;
    for (int i = 1; i <= 3; i++) {
      AuditRecordEncoder encoder = new AuditRecordEncoder();
      encoder.add(AuditEvent.of(Instant.EPOCH, "n", "r" + i, "encrypt").build());
      bytes.put(at, encoder.bytes(), 0, encoder.length());
      byte[] leaf = new MerkleHash().leaf(Arrays.copyOf(encoder.bytes(), encoder.firstLength()));
      seal.writeBytes(leaf);
      range.append(leaf, 0);
      at += encoder.length();
    }
    sealed = range;
    hashes = seal.toByteArray();
    segment = Files.write(directory.resolve("segment-0000000001"), bytes.array());
    Files.write(directory.resolve("segment-0000000001.seal"), seal.toByteArray());
    Files.writeString(directory.resolve("segment-0000000001.heads"), head(range).entry());
  }

  private SignedHead head(CompactRange range) throws Exception {
    Checkpoint checkpoint =
        SignedHead.checkpoint(ORIGIN, range.size(), range.root(), Instant.EPOCH);
    Signature signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(pair.getPrivate());
    signature.update(checkpoint.text().getBytes(StandardCharsets.UTF_8));
    return new SignedHead(
        new NoteKey(ORIGIN, pair.getPublic()).note(checkpoint.text(), signature.sign()),
        checkpoint);
  }

  private static CliRun run(String... args) {
    return CliRun.of(Map.of(), args);
  }

  @Test
  void anIntactLogIsSaidToBe() {
    CliRun run = run("audit", "verify", "--key", key.toString(), directory.toString());
    assertEquals(ExitCodes.OK, run.exitCode(), run::err);
    assertTrue(run.text().contains("segment: 3 records from 0, 0 not sealed yet"), run::text);
    assertEquals(0, run.errLines(), run::err);
    CliRun beside = run("audit", "verify", directory.toString());
    assertEquals(ExitCodes.OK, beside.exitCode(), beside::err);
    assertTrue(beside.err().contains("proves nothing"), beside::err);
  }

  @Test
  void whatWasDoneToItIsSaid() throws Exception {
    byte[] bytes = Files.readAllBytes(segment);
    bytes[AuditRecordFormat.SEGMENT_HEADER_LENGTH + 60]++;
    Files.write(segment, bytes);
    CliRun run =
        run("audit", "verify", "--key", key.toString(), "--output", "json", directory.toString());
    assertEquals(ExitCodes.FAILED, run.exitCode(), run::text);
    JsonObject chain = new JsonObject(run.text()).getJsonArray("chains").getJsonObject(0);
    assertEquals(false, chain.getBoolean("intact"));
    assertTrue(
        chain.getJsonArray("findings").stream()
            .map(JsonObject.class::cast)
            .anyMatch(f -> f.getString("kind").equals("dropped") && f.getInteger("event") == 0),
        run::text);
  }

  @Test
  void aLongerLogThatSomebodyKnowsOfIsAskedFor() throws Exception {
    CompactRange longer = new CompactRange();
    byte[] hashes = new byte[5 * MerkleHash.LENGTH];
    for (int i = 0; i < 5; i++) {
      longer.append(hashes, i * MerkleHash.LENGTH);
    }
    Path kept = temporary.resolve("kept");
    Files.writeString(kept, head(longer).note().toString());
    CliRun run =
        run(
            "audit",
            "verify",
            "--key",
            key.toString(),
            "--against",
            kept.toString(),
            directory.toString());
    assertEquals(ExitCodes.FAILED, run.exitCode(), run::text);
    assertTrue(run.text().contains("cut event 3"), run::text);
  }

  /** Writes a second segment of one event, and a record of the first's removal in its place. */
  private NoteKey removeTheFirst() throws Exception {
    SignedHead head = head(sealed);
    byte[] nodes =
        RangeCover.of(0, Arrays.copyOfRange(hashes, SealFile.HEADER_LENGTH, hashes.length), 3);
    byte[] next = Files.readAllBytes(segment);
    for (String suffix : List.of("", ".seal", ".heads")) {
      Files.delete(directory.resolve("segment-0000000001" + suffix));
    }
    ByteBuffer bytes = ByteBuffer.allocate(4_096);
    bytes.put(0, next, 0, AuditRecordFormat.SEGMENT_HEADER_LENGTH);
    bytes.putLong(AuditRecordFormat.SEGMENT_NUMBER_AT, 2);
    AuditRecordEncoder encoder = new AuditRecordEncoder();
    encoder.add(AuditEvent.of(Instant.EPOCH, "n", "r4", "encrypt").build());
    bytes.put(AuditRecordFormat.SEGMENT_HEADER_LENGTH, encoder.bytes(), 0, encoder.length());
    ByteArrayOutputStream seal = new ByteArrayOutputStream();
    seal.writeBytes(SealFile.header(2, sealed));
    byte[] leaf = new MerkleHash().leaf(Arrays.copyOf(encoder.bytes(), encoder.firstLength()));
    seal.writeBytes(leaf);
    CompactRange after = sealed.copy();
    after.append(leaf, 0);
    Files.write(directory.resolve("segment-0000000002"), bytes.array());
    Files.write(directory.resolve("segment-0000000002.seal"), seal.toByteArray());
    Files.writeString(directory.resolve("segment-0000000002.heads"), head(after).entry());
    RemovalRecord record =
        new RemovalRecord(
            ORIGIN,
            "archive",
            1,
            0,
            3,
            0,
            Instant.EPOCH,
            Instant.EPOCH,
            "00",
            "revision 1: no-key=400d",
            Instant.EPOCH.plusSeconds(9),
            new byte[0],
            nodes,
            head.note().toString());
    NoteKey remover = new NoteKey(RemovalRecord.KEY_NAME, pair.getPublic());
    Signature signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(pair.getPrivate());
    signature.update(record.text().getBytes(StandardCharsets.UTF_8));
    Files.writeString(
        RemovalRecord.file(directory, "segment", 1),
        remover.note(record.text(), signature.sign()).toString());
    return remover;
  }

  @Test
  void whatRetentionRemovedIsToldFromALoss() throws Exception {
    Path remover = temporary.resolve("remover.pub");
    Files.writeString(remover, removeTheFirst() + "\n");
    CliRun run =
        run(
            "audit",
            "verify",
            "--key",
            key.toString(),
            "--removal-key",
            remover.toString(),
            directory.toString());
    assertEquals(ExitCodes.OK, run.exitCode(), run::text);
    assertTrue(run.text().contains("segment: 1 records from 3"), run::text);
    assertTrue(run.text().contains("removed by retention: 3 events before 3"), run::text);
    assertTrue(run.text().contains("no-key=400d"), run::text);
    assertEquals(0, run.errLines(), run::err);
    // Without the key, or the record, it is a loss.
    CliRun unknown = run("audit", "verify", "--key", key.toString(), directory.toString());
    assertEquals(ExitCodes.FAILED, unknown.exitCode());
    assertTrue(unknown.text().contains("removal ("), unknown::text);
    Files.copy(remover, directory.resolve("removal-key.pub"));
    CliRun beside =
        run("audit", "verify", "--key", key.toString(), "--output", "json", directory.toString());
    assertEquals(ExitCodes.OK, beside.exitCode(), beside::text);
    assertTrue(beside.err().contains("proves nothing"), beside::err);
    JsonObject chain = new JsonObject(beside.text()).getJsonArray("chains").getJsonObject(0);
    assertEquals(3, chain.getJsonObject("removed").getInteger("events"));
    Files.delete(RemovalRecord.file(directory, "segment", 1));
    CliRun lost = run("audit", "verify", "--key", key.toString(), directory.toString());
    assertEquals(ExitCodes.FAILED, lost.exitCode());
    assertTrue(lost.text().contains("gap event 0"), lost::text);
  }

  @Test
  void aReceiptIsMadeAndVerified() throws Exception {
    CliRun made = run("audit", "receipt", "make", "--request", "r2", directory.toString());
    assertEquals(ExitCodes.OK, made.exitCode(), made::err);
    Path receipt = temporary.resolve("receipt");
    Files.writeString(receipt, made.text());
    CliRun verified =
        run("audit", "receipt", "verify", "--key", key.toString(), receipt.toString());
    assertEquals(ExitCodes.OK, verified.exitCode(), verified::err);
    assertTrue(verified.text().contains("\"requestId\":\"r2\""), verified::text);
    Files.writeString(receipt, made.text().replace("index 1", "index 2"));
    CliRun other = run("audit", "receipt", "verify", "--key", key.toString(), receipt.toString());
    assertEquals(ExitCodes.FAILED, other.exitCode());
    CliRun unknown = run("audit", "receipt", "make", "--request", "r9", directory.toString());
    assertEquals(ExitCodes.FAILED, unknown.exitCode());
  }

  @Test
  void misuseIsTold() {
    for (CliRun run :
        List.of(
            run("audit", "verify"),
            run("audit", "verify", temporary.resolve("nowhere").toString()),
            run("audit", "verify", "--key", segment.toString(), directory.toString()),
            run(
                "audit",
                "verify",
                "--key",
                key.toString(),
                "--against",
                segment.toString(),
                directory.toString()),
            run("audit", "receipt", "verify", key.toString()))) {
      assertEquals(ExitCodes.USAGE, run.exitCode(), run::err);
      assertEquals(1, run.errLines(), run::err);
    }
  }
}
