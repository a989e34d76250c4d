package dev.cofre.contract.snapshot;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.UnsafeByteOperations;
import dev.cofre.contract.snapshot.wire.RawStatement;
import dev.cofre.contract.snapshot.wire.SignedStatement;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;

/**
 * Verifies signed snapshot statements with the one key that a node pins.
 *
 * <p>Immutable and thread-safe. What is signed: see {@code snapshot.proto}.
 */
public final class SnapshotVerifier {
  /** ECDSA over P-256 with SHA-256, DER-encoded: the signature algorithm's JCA name. */
  public static final String ALGORITHM = "SHA256withECDSA";

  private static final byte[] DOMAIN = "cofre snapshot v1\0".getBytes(StandardCharsets.US_ASCII);

  /** SP 800-186 §3.2.1.3. */
  private static final BigInteger P256_ORDER =
      new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);

  private final PublicKey key;
  private final byte[] keyId;

  /**
   * Pins {@code key}.
   *
   * @throws IllegalArgumentException when it is not a key of the curve P-256
   */
  public SnapshotVerifier(PublicKey key) {
    if (!(key instanceof ECPublicKey ec) || !ec.getParams().getOrder().equals(P256_ORDER)) {
      throw new IllegalArgumentException("the verification key must be an EC key of P-256");
    }
    this.key = key;
    this.keyId = keyId(key);
  }

  /** The pinned key, which signs exchanged tokens too. */
  public PublicKey key() {
    return key;
  }

  /**
   * Reads the pinned key from PEM ({@code BEGIN PUBLIC KEY}).
   *
   * @throws IllegalArgumentException when {@code pem} does not hold an EC public key
   */
  public static SnapshotVerifier fromPem(String pem) {
    String body = pem.replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
    try {
      byte[] spki = Base64.getDecoder().decode(body);
      return new SnapshotVerifier(
          KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(spki)));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IllegalArgumentException("not a PEM file with an EC public key", e);
    }
  }

  /** {@code key} as PEM, as {@link #fromPem} reads it. */
  public static String toPem(PublicKey key) {
    return "-----BEGIN PUBLIC KEY-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded())
        + "\n-----END PUBLIC KEY-----\n";
  }

  /** SHA-256 of {@code key}'s SubjectPublicKeyInfo. */
  public static byte[] keyId(PublicKey key) {
    return SnapshotDigest.sha256().digest(key.getEncoded());
  }

  /** The bytes that a signature over {@code statement} covers. */
  public static byte[] signingInput(byte[] statement) {
    byte[] input = Arrays.copyOf(DOMAIN, DOMAIN.length + statement.length);
    System.arraycopy(statement, 0, input, DOMAIN.length, statement.length);
    return input;
  }

  /**
   * The statement in {@code signed}, once its signature was verified. It holds slices of {@code
   * signed}, which must not be written to any more.
   *
   * @throws SnapshotRejectedException when it was not signed by the pinned key or cannot be read
   */
  public RawStatement verify(byte[] signed) throws SnapshotRejectedException {
    return verify(signed, 0, signed.length);
  }

  /** The same for {@code length} bytes from {@code offset} on. */
  public RawStatement verify(byte[] signed, int offset, int length)
      throws SnapshotRejectedException {
    try {
      SignedStatement envelope =
          SignedStatement.parseFrom(
              aliased(UnsafeByteOperations.unsafeWrap(signed, offset, length)));
      if (!MessageDigest.isEqual(keyId, envelope.getVerificationKeyId().toByteArray())) {
        throw new SnapshotRejectedException(
            "it names another verification key than the pinned one");
      }
      ByteString statement = envelope.getStatement();
      Signature signature = Signature.getInstance(ALGORITHM);
      signature.initVerify(key);
      signature.update(DOMAIN);
      signature.update(statement.asReadOnlyByteBuffer());
      if (!signature.verify(envelope.getSignature().toByteArray())) {
        throw new SnapshotRejectedException("its signature does not verify");
      }
      return RawStatement.parseFrom(aliased(statement));
    } catch (IOException e) {
      throw new SnapshotRejectedException("it cannot be read");
    } catch (GeneralSecurityException e) {
      throw new SnapshotRejectedException("its signature is malformed");
    }
  }

  /** Reads {@code bytes} without copying what they hold. */
  private static CodedInputStream aliased(ByteString bytes) {
    CodedInputStream in = bytes.newCodedInput();
    in.enableAliasing(true);
    return in;
  }
}
