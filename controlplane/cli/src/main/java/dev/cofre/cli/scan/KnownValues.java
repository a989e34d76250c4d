package dev.cofre.cli.scan;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Values of secrets, kept as digests under a key of this object's own, and found again in bytes: as
 * they are without line ends about them, in base64 and in hexadecimal. Not thread-safe.
 *
 * <p>For each length of a value, a hash (a polynomial with a random base) rolls over the bytes;
 * where it is that of a value, HMAC-SHA-256 of the window decides. So the values themselves need
 * not be kept, and a value is found wherever it stands in a line.
 */
public final class KnownValues {
  /** Shorter ones would be found everywhere. */
  public static final int BYTES_MIN = 8;

  private final long base;
  private final Mac mac;

  /** By length and hash; the same value may be several secrets'. */
  private final Map<Integer, Map<Long, List<Known>>> byLength = new TreeMap<>();

  private record Known(String name, String form, byte[] digest) {}

  /** Knows none yet. */
  public KnownValues() {
    SecureRandom random = new SecureRandom();
    byte[] key = new byte[32];
    random.nextBytes(key);
    base = random.nextLong() | 1;
    try {
      mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every JDK has HmacSHA256", e);
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  /**
   * Remembers {@code value}, which stays the caller's, as that of the secret {@code name}.
   *
   * @return whether it is long enough
   */
  public boolean add(String name, byte[] value) {
    byte[] stripped = stripped(value);
    try {
      if (stripped.length < BYTES_MIN) {
        return false;
      }
      put(name, "plain", stripped);
      // Of a value with a line end, both forms are usual.
      for (byte[] bytes :
          stripped.length == value.length ? List.of(value) : List.of(value, stripped)) {
        putText(name, "base64", Base64.getEncoder().withoutPadding().encodeToString(bytes));
        putText(name, "base64url", Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
      }
      putText(name, "hexadecimal", HexFormat.of().formatHex(stripped));
      putText(name, "hexadecimal", HexFormat.of().withUpperCase().formatHex(stripped));
      return true;
    } finally {
      Arrays.fill(stripped, (byte) 0);
    }
  }

  private static byte[] stripped(byte[] value) {
    int from = 0;
    int to = value.length;
    while (to > from && (value[to - 1] == '\n' || value[to - 1] == '\r')) {
      to--;
    }
    while (from < to && (value[from] == '\n' || value[from] == '\r')) {
      from++;
    }
    return Arrays.copyOfRange(value, from, to);
  }

  private void putText(String name, String form, String text) {
    put(name, form, text.getBytes(StandardCharsets.US_ASCII));
  }

  private void put(String name, String form, byte[] bytes) {
    long hash = 0;
    for (byte b : bytes) {
      hash = hash * base + (b & 0xff);
    }
    List<Known> same =
        byLength
            .computeIfAbsent(bytes.length, length -> new HashMap<>())
            .computeIfAbsent(hash, none -> new ArrayList<>(1));
    byte[] digest = mac.doFinal(bytes);
    if (same.stream()
        .noneMatch(
            known -> known.name.equals(name) && MessageDigest.isEqual(known.digest, digest))) {
      same.add(new Known(name, form, digest));
    }
  }

  void search(byte[] content, OwnTokens.Hits hits) {
    byLength.forEach((length, known) -> search(content, length, known, hits));
  }

  private void search(
      byte[] content, int length, Map<Long, List<Known>> known, OwnTokens.Hits hits) {
    if (content.length < length) {
      return;
    }
    long leaving = 1;
    for (int i = 1; i < length; i++) {
      leaving *= base;
    }
    long hash = 0;
    for (int i = 0; i < content.length; i++) {
      if (i >= length) {
        hash -= (content[i - length] & 0xff) * leaving;
      }
      hash = hash * base + (content[i] & 0xff);
      int start = i - length + 1;
      List<Known> candidates = start < 0 ? null : known.get(hash);
      if (candidates != null) {
        mac.update(content, start, length);
        byte[] digest = mac.doFinal();
        for (Known candidate : candidates) {
          if (MessageDigest.isEqual(candidate.digest, digest)) {
            hits.found(
                "value",
                "secret:" + candidate.name,
                candidate.form + ", " + length + " characters",
                start);
          }
        }
      }
    }
  }
}
