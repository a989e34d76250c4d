package dev.cofre.cli.scan;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds bearer tokens of Cofre by their form: {@code cofre_} and 43 characters or more, signed ones
 * with their signature.
 */
final class OwnTokens {
  private static final Pattern TOKEN =
      Pattern.compile("(?<![A-Za-z0-9_-])cofre_[A-Za-z0-9_-]{43,512}(\\.[A-Za-z0-9_-]{40,200})?");
  private static final int SHOWN = 10;
  private static final int DIGEST_BYTES = 8;

  private OwnTokens() {}

  static void search(byte[] content, Hits hits) {
    Matcher matcher = TOKEN.matcher(new String(content, StandardCharsets.ISO_8859_1));
    while (matcher.find()) {
      String token = matcher.group();
      String masked = token.substring(0, SHOWN) + "… (" + token.length() + " characters)";
      hits.found("token", "token:" + digest(token), masked, matcher.start());
    }
  }

  /** A token has 256 random bits: its digest tells nothing of it. */
  private static String digest(String token) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.US_ASCII));
      return HexFormat.of().formatHex(digest, 0, DIGEST_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  /** Takes what is found. */
  interface Hits {
    /** Something is found at {@code offset}. */
    void found(String kind, String id, String masked, int offset);
  }
}
