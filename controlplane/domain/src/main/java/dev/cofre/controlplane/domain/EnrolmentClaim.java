package dev.cofre.controlplane.domain;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What a machine says that trades its code for a place: the code, and the digest of the token that
 * it made for itself. It does not show itself.
 */
public final class EnrolmentClaim {
  /** {@code cofre-enrol-} and 160 random bits in base32. */
  private static final Pattern CODE = Pattern.compile("cofre-enrol-[a-z2-7]{32}");

  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  private final String code;
  private final byte[] tokenDigest;

  private EnrolmentClaim(String code, byte[] tokenDigest) {
    this.code = code;
    this.tokenDigest = tokenDigest;
  }

  /**
   * Reads the document of an enrolment's end.
   *
   * @throws InvalidDocumentException naming every field that is wrong, missing or unknown
   */
  public static EnrolmentClaim read(Map<String, ?> document) {
    DocumentFields fields = new DocumentFields(document);
    String code = fields.matching("code", null, CODE, "the code that was given out");
    String digest =
        fields.matching("sha256", null, SHA256, "the token's SHA-256, in 64 of 0-9 and a-f");
    fields.end();
    return new EnrolmentClaim(code, HexFormat.of().parseHex(digest));
  }

  /** The code's bytes, of which the digest is taken. */
  public byte[] code() {
    return code.getBytes(StandardCharsets.US_ASCII);
  }

  /** SHA-256 of the machine's own token, 32 bytes. */
  public byte[] tokenDigest() {
    return tokenDigest.clone();
  }

  @Override
  public String toString() {
    return "EnrolmentClaim[…]";
  }
}
