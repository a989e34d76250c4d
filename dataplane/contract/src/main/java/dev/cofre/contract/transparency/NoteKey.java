package dev.cofre.contract.transparency;

import dev.cofre.contract.encoding.CanonicalBase64;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * A key that verifies signed notes: ECDSA over P-256 with SHA-256, DER, C2SP signed-note's type
 * 0x02, whose key id is the beginning of SHA-256 of the SubjectPublicKeyInfo. Immutable and
 * thread-safe.
 *
 * <p>Not Ed25519, the type most logs use: SunPKCS11 has no Ed25519, and the private half never
 * leaves the HSM.
 */
public final class NoteKey {
  private static final byte ECDSA = 2;
  private static final String ALGORITHM = "SHA256withECDSA";

  /** SP 800-186 §3.2.1.3. */
  private static final BigInteger P256_ORDER =
      new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);

  private final String name;
  private final PublicKey key;
  private final int id;

  /**
   * The key of that name.
   *
   * @throws IllegalArgumentException when it is not of P-256, or notes cannot name it so
   */
  public NoteKey(String name, PublicKey key) {
    if (!isName(name)) {
      throw new IllegalArgumentException("a key's name holds neither spaces nor plus: " + name);
    }
    if (!(key instanceof ECPublicKey ec) || !isP256(ec)) {
      throw new IllegalArgumentException("the key must be an EC key of P-256");
    }
    this.name = name;
    this.key = key;
    this.id = ByteBuffer.wrap(MerkleHash.newSha256().digest(key.getEncoded())).getInt();
  }

  /** Whether a key, and so the log that it signs for, can have {@code name}. */
  static boolean isName(String name) {
    return !name.isEmpty() && name.chars().noneMatch(c -> c <= ' ' || c == '+' || c >= 0x7f);
  }

  private static boolean isP256(ECPublicKey key) {
    return key.getParams().getOrder().equals(P256_ORDER);
  }

  /**
   * Reads {@code NAME+KEYID+BASE64(0x02 ‖ SubjectPublicKeyInfo)}, as {@link #toString()} writes it.
   *
   * @throws IllegalArgumentException when {@code text} is none
   */
  public static NoteKey parse(String text) {
    String[] parts = text.strip().split("\\+", 3);
    if (parts.length != 3) {
      throw new IllegalArgumentException("not a verification key NAME+ID+KEY");
    }
    byte[] typed = CanonicalBase64.decode(parts[2]);
    if (typed.length < 2 || typed[0] != ECDSA) {
      throw new IllegalArgumentException("a verification key of another type than ECDSA");
    }
    NoteKey key = new NoteKey(parts[0], publicKey(Arrays.copyOfRange(typed, 1, typed.length)));
    if (!key.hexId().equals(parts[1].toLowerCase(Locale.ROOT))) {
      throw new IllegalArgumentException("the verification key does not have the id beside it");
    }
    return key;
  }

  private static PublicKey publicKey(byte[] spki) {
    try {
      return KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(spki));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("not an EC public key", e);
    }
  }

  /** The key's name. */
  public String name() {
    return name;
  }

  /** The same key under {@code other} name. */
  public NoteKey named(String other) {
    return new NoteKey(other, key);
  }

  /** Whether it is the same key, whatever the names. */
  public boolean isSameKey(NoteKey other) {
    return Arrays.equals(key.getEncoded(), other.key.getEncoded());
  }

  /** The note of {@code text} with {@code signature}, which is DER. */
  public SignedNote note(String text, byte[] signature) {
    return new SignedNote(text, List.of(new SignedNote.Signature(name, id, signature.clone())));
  }

  /** Whether {@code note} is signed by this key. */
  public boolean verifies(SignedNote note) {
    for (SignedNote.Signature signature : note.signatures()) {
      if (signature.keyId() == id && signature.keyName().equals(name)) {
        return verifies(note.signedBytes(), signature.bytes());
      }
    }
    return false;
  }

  private boolean verifies(byte[] text, byte[] signature) {
    try {
      Signature verification = Signature.getInstance(ALGORITHM);
      verification.initVerify(key);
      verification.update(text);
      return verification.verify(signature);
    } catch (GeneralSecurityException e) {
      // A signature that is no DER is no signature of the key.
      return false;
    }
  }

  private String hexId() {
    return String.format(Locale.ROOT, "%08x", id);
  }

  /** The text that {@link #parse} reads. */
  @Override
  public String toString() {
    ByteArrayOutputStream typed = new ByteArrayOutputStream();
    typed.write(ECDSA);
    typed.writeBytes(key.getEncoded());
    return name + "+" + hexId() + "+" + CanonicalBase64.encode(typed.toByteArray());
  }
}
