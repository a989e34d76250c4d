package dev.cofre.contract.snapshot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;
import dev.cofre.contract.random.ReplayableRandom;
import dev.cofre.contract.snapshot.wire.ChangeSet;
import dev.cofre.contract.snapshot.wire.KmsKey;
import dev.cofre.contract.snapshot.wire.RawStatement;
import dev.cofre.contract.snapshot.wire.SignedStatement;
import dev.cofre.contract.snapshot.wire.Statement;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class SnapshotVerifierTest {
  private static final Statement STATEMENT =
      Statement.newBuilder()
          .setEpoch(1)
          .setRevision(7)
          .setDigest(ByteString.copyFrom(new byte[32]))
          .addKeys(KmsKey.newBuilder().setAlias("demo"))
          .build();

  private final KeyPair pair = pair("secp256r1");
  private final SnapshotVerifier verifier = new SnapshotVerifier(pair.getPublic());

  @Test
  void whatThePinnedKeySignedIsRead() throws Exception {
    assertEquals(
        STATEMENT,
        Statement.parseFrom(verifier.verify(signed(pair, STATEMENT.toByteArray())).toByteString()));
  }

  /** Reading a statement raw loses nothing: each field has the number it has in Statement. */
  @Test
  void aRawStatementHasTheFieldsOfAStatement() {
    List<String> fields = new ArrayList<>();
    Statement.getDescriptor()
        .getFields()
        .forEach(field -> fields.add(field.getNumber() + " " + field.getName()));
    List<String> raw = new ArrayList<>();
    RawStatement.getDescriptor()
        .getFields()
        .forEach(field -> raw.add(field.getNumber() + " " + field.getName()));
    assertEquals(fields, raw);
  }

  @Test
  void theDomainIsSigned() throws Exception {
    byte[] statement = STATEMENT.toByteArray();
    assertArrayEquals(
        HexFormat.of().parseHex("636f66726520736e617073686f7420763100"),
        Arrays.copyOf(SnapshotVerifier.signingInput(statement), 18));
    SignedStatement bare =
        SignedStatement.parseFrom(signed(pair, statement)).toBuilder()
            .setSignature(ByteString.copyFrom(sign(pair, statement)))
            .build();
    rejected(bare.toByteArray());
  }

  @Test
  void anyFlippedBitAndAnyCutIsRejected() throws Exception {
    byte[] signed = signed(pair, STATEMENT.toByteArray());
    for (int bit = 0; bit < signed.length * 8; bit++) {
      signed[bit / 8] ^= (byte) (1 << bit % 8);
      rejected(signed);
      signed[bit / 8] ^= (byte) (1 << bit % 8);
    }
    for (int length = 0; length < signed.length; length++) {
      rejected(Arrays.copyOf(signed, length));
    }
  }

  @Test
  void anotherKeyIsRejected() throws Exception {
    KeyPair other = pair("secp256r1");
    rejected(signed(other, STATEMENT.toByteArray()));
    SignedStatement renamed =
        SignedStatement.parseFrom(signed(other, STATEMENT.toByteArray())).toBuilder()
            .setVerificationKeyId(ByteString.copyFrom(SnapshotVerifier.keyId(pair.getPublic())))
            .build();
    rejected(renamed.toByteArray());
    rejected(ReplayableRandom.of("anotherKeyIsRejected").bytes(300));
  }

  @Test
  void pemComesBack() throws Exception {
    String pem = SnapshotVerifier.toPem(pair.getPublic());
    SnapshotVerifier read = SnapshotVerifier.fromPem(pem);
    assertEquals(
        STATEMENT,
        Statement.parseFrom(read.verify(signed(pair, STATEMENT.toByteArray())).toByteString()));
    for (String bad : new String[] {"", "no pem", pem.substring(0, 80)}) {
      assertThrows(IllegalArgumentException.class, () -> SnapshotVerifier.fromPem(bad));
    }
  }

  @Test
  void onlyP256IsPinned() {
    PublicKey p384 = pair("secp384r1").getPublic();
    assertThrows(IllegalArgumentException.class, () -> new SnapshotVerifier(p384));
    String pem = SnapshotVerifier.toPem(p384);
    assertThrows(IllegalArgumentException.class, () -> SnapshotVerifier.fromPem(pem));
  }

  @Test
  void theChainIsAsWritten() throws Exception {
    MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
    sha256.update("cofre snapshot chain v1".getBytes(StandardCharsets.US_ASCII));
    byte[] root = sha256.digest(HexFormat.of().parseHex("0000000000000102"));
    assertArrayEquals(root, SnapshotDigest.root(0x102));
    ChangeSet changes = ChangeSet.newBuilder().setRevision(1).addRemovedPolicies("p").build();
    byte[] inner = sha256.digest(changes.toByteArray());
    sha256.update(root);
    assertArrayEquals(sha256.digest(inner), SnapshotDigest.next(root, changes));
    assertFalse(Arrays.equals(SnapshotDigest.root(1), SnapshotDigest.root(2)));
  }

  private void rejected(byte[] signed) {
    assertThrows(SnapshotRejectedException.class, () -> verifier.verify(signed));
  }

  private static byte[] signed(KeyPair pair, byte[] statement) throws GeneralSecurityException {
    return SignedStatement.newBuilder()
        .setStatement(ByteString.copyFrom(statement))
        .setSignature(ByteString.copyFrom(sign(pair, SnapshotVerifier.signingInput(statement))))
        .setVerificationKeyId(ByteString.copyFrom(SnapshotVerifier.keyId(pair.getPublic())))
        .build()
        .toByteArray();
  }

  private static byte[] sign(KeyPair pair, byte[] input) throws GeneralSecurityException {
    Signature signature = Signature.getInstance(SnapshotVerifier.ALGORITHM);
    signature.initSign(pair.getPrivate());
    signature.update(input);
    return signature.sign();
  }

  private static KeyPair pair(String curve) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec(curve));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }
}
