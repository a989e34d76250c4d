package dev.cofre.controlplane.domain;

import java.util.HexFormat;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What is asked for when a principal gets another token: its SHA-256, for the token itself is known
 * to its holder alone.
 */
public final class TokenDraft {
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  private final byte[] digest;

  private TokenDraft(byte[] digest) {
    this.digest = digest;
  }

  /**
   * Reads the document of a token.
   *
   * @throws InvalidDocumentException naming every field that is wrong, missing or unknown
   */
  public static TokenDraft read(Map<String, ?> document) {
    DocumentFields fields = new DocumentFields(document);
    String digest =
        fields.matching("sha256", null, SHA256, "the token's SHA-256, in 64 of 0-9 and a-f");
    fields.end();
    return new TokenDraft(HexFormat.of().parseHex(digest));
  }

  /** The digest, 32 bytes. */
  public byte[] digest() {
    return digest.clone();
  }
}
