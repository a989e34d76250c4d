package dev.cofre.contract.context;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The encryption context: public key–value pairs that are bound to a ciphertext and that policy may
 * look at.
 *
 * <p>At most {@value #PAIRS_MAX} pairs; keys of 1 to {@value #KEY_BYTES_MAX} and values of 0 to
 * {@value #VALUE_BYTES_MAX} bytes of UTF-8; no normalisation. The canonical form (docs/PROTOCOL.md,
 * "Encryption context") is empty for a context without pairs, else u16 count, then the pairs sorted
 * by key bytes (unsigned), each part as u16 length ‖ bytes.
 *
 * <p>Immutable. Ordered by canonical form, so that a table whose keys were chosen to have one hash
 * is still quick.
 */
public final class EncryptionContext implements Comparable<EncryptionContext> {
  /** The most pairs that a context holds. */
  public static final int PAIRS_MAX = 32;

  /** The longest key, in bytes of UTF-8. */
  public static final int KEY_BYTES_MAX = 128;

  /** The longest value, in bytes of UTF-8. */
  public static final int VALUE_BYTES_MAX = 1024;

  /** The context without pairs. */
  public static final EncryptionContext EMPTY = new EncryptionContext(List.of(), new byte[0]);

  private final List<String> keys;
  private final byte[] canonical;
  private int hash;

  private EncryptionContext(List<String> keys, byte[] canonical) {
    this.keys = keys;
    this.canonical = canonical;
  }

  /**
   * The context of {@code pairs}.
   *
   * @throws ProblemException {@code invalid_request} when a limit is not kept
   */
  public static EncryptionContext of(Map<String, String> pairs) {
    Builder builder = new Builder();
    pairs.forEach(builder::add);
    return builder.build();
  }

  /**
   * Reads the header form: {@code k=v,k2=v2}, each part percent-encoded (RFC 3986, UTF-8). An
   * absent or empty header is the empty context.
   *
   * @throws ProblemException {@code invalid_request} when the header is not well formed
   */
  public static EncryptionContext parseHeader(String header) {
    if (header == null || header.isEmpty()) {
      return EMPTY;
    }
    Builder builder = new Builder();
    int start = 0;
    while (start <= header.length()) {
      int comma = header.indexOf(',', start);
      int end = comma < 0 ? header.length() : comma;
      parsePair(header, start, end, builder);
      start = end + 1;
    }
    return builder.build();
  }

  private static void parsePair(String header, int start, int end, Builder builder) {
    int equals = header.indexOf('=', start);
    int second = header.indexOf('=', equals + 1);
    if (equals < 0 || equals >= end || (second >= 0 && second < end)) {
      throw invalid(
          "the Encryption-Context header must be k=v,k2=v2 with each part percent-encoded");
    }
    byte[] key = part(header, start, equals);
    builder.add(new String(key, StandardCharsets.UTF_8), key, part(header, equals + 1, end));
  }

  /**
   * Reads the canonical form; no bytes are the empty context.
   *
   * @throws ProblemException {@code invalid_request} when these bytes are not the canonical form of
   *     a context
   */
  public static EncryptionContext ofCanonical(byte[] bytes, int offset, int length) {
    if (length == 0) {
      return EMPTY;
    }
    ByteBuffer in = ByteBuffer.wrap(bytes, offset, length);
    Builder builder = new Builder();
    try {
      int pairs = in.getShort() & 0xffff;
      if (pairs > PAIRS_MAX) {
        throw notCanonical();
      }
      for (int i = 0; i < pairs; i++) {
        byte[] key = bytes(in);
        builder.add(text(key), key, checked(bytes(in)));
      }
    } catch (BufferUnderflowException | CharacterCodingException e) {
      throw notCanonical();
    }
    EncryptionContext context = builder.build();
    if (in.hasRemaining()
        || !Arrays.equals(
            context.canonical, 0, context.canonical.length, bytes, offset, offset + length)) {
      throw notCanonical();
    }
    return context;
  }

  private static byte[] bytes(ByteBuffer in) {
    int length = in.getShort() & 0xffff;
    if (length > in.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }

  private static String text(byte[] utf8) throws CharacterCodingException {
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
  }

  private static byte[] checked(byte[] utf8) throws CharacterCodingException {
    text(utf8);
    return utf8;
  }

  private static ProblemException notCanonical() {
    return invalid("the encryption context is not in its canonical form (docs/PROTOCOL.md)");
  }

  /** Whether these bytes are its canonical form. */
  public boolean isCanonical(byte[] bytes, int offset, int length) {
    return Arrays.equals(canonical, 0, canonical.length, bytes, offset, offset + length);
  }

  /** Without the optional white space of RFC 9110 §5.6.3: spaces and tabs, no others. */
  private static byte[] part(String header, int start, int end) {
    int from = start;
    int to = end;
    while (from < to && isBlank(header.charAt(from))) {
      from++;
    }
    while (to > from && isBlank(header.charAt(to - 1))) {
      to--;
    }
    return PercentCoding.decode(header, from, to);
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }

  /** The header form of {@code pairs}, as {@link #parseHeader} reads it. */
  public static String formatHeader(Map<String, String> pairs) {
    StringBuilder header = new StringBuilder();
    pairs.forEach(
        (key, value) -> {
          if (header.length() > 0) {
            header.append(',');
          }
          header.append(PercentCoding.encode(key)).append('=').append(PercentCoding.encode(value));
        });
    return header.toString();
  }

  /** A copy of the canonical form; empty for the empty context. */
  public byte[] canonical() {
    return canonical.clone();
  }

  /** The length of the canonical form in bytes. */
  public int canonicalLength() {
    return canonical.length;
  }

  /** Whether there are no pairs. */
  public boolean isEmpty() {
    return keys.isEmpty();
  }

  /** The keys, sorted by their bytes. */
  public List<String> keys() {
    return keys;
  }

  /** Whether there is a pair with this key, given in UTF-8. Makes no garbage. */
  public boolean has(byte[] key) {
    return valueOf(key) >= 0;
  }

  /** Whether there is this pair, given in UTF-8. Makes no garbage. */
  public boolean has(byte[] key, byte[] value) {
    int at = valueOf(key);
    return at >= 0
        && u16(at) == value.length
        && Arrays.equals(canonical, at + 2, at + 2 + value.length, value, 0, value.length);
  }

  /** Where the value of {@code key} stands in the canonical form, with its length; -1: nowhere. */
  private int valueOf(byte[] key) {
    int at = 2;
    for (int pair = 0; pair < keys.size(); pair++) {
      int keyLength = u16(at);
      int value = at + 2 + keyLength;
      if (keyLength == key.length && Arrays.equals(canonical, at + 2, value, key, 0, keyLength)) {
        return value;
      }
      at = value + 2 + u16(value);
    }
    return -1;
  }

  private int u16(int at) {
    return ((canonical[at] & 0xff) << 8) | (canonical[at + 1] & 0xff);
  }

  @Override
  public boolean equals(Object other) {
    return other == this
        || (other instanceof EncryptionContext that && Arrays.equals(canonical, that.canonical));
  }

  @Override
  public int hashCode() {
    int known = hash; // two threads that race compute the same
    if (known == 0) {
      known = Arrays.hashCode(canonical);
      hash = known;
    }
    return known;
  }

  @Override
  public int compareTo(EncryptionContext other) {
    return Arrays.compareUnsigned(canonical, other.canonical);
  }

  /** The keys alone: values may be confidential to their owner. */
  @Override
  public String toString() {
    return "EncryptionContext" + keys;
  }

  /** The UTF-8 of {@code text}, which has one: no lone surrogate. */
  static byte[] utf8(String text, String what) {
    if (!hasSurrogates(text)) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
    try {
      ByteBuffer encoded =
          StandardCharsets.UTF_8
              .newEncoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .encode(CharBuffer.wrap(text));
      byte[] bytes = new byte[encoded.remaining()];
      encoded.get(bytes);
      return bytes;
    } catch (CharacterCodingException e) {
      throw invalid(
          "an encryption context " + what + " holds a lone surrogate, which UTF-8 cannot carry");
    }
  }

  private static boolean hasSurrogates(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        return true;
      }
    }
    return false;
  }

  private static ProblemException invalid(String detail) {
    return new ProblemException(ErrorCode.INVALID_REQUEST, detail);
  }

  /**
   * Collects pairs in the order they were read, so that a repeated key is seen. Not thread-safe.
   */
  public static final class Builder {
    private final List<Pair> pairs = new ArrayList<>();

    /**
     * Adds a pair.
     *
     * @throws ProblemException {@code invalid_request} when a limit is not kept
     */
    public Builder add(String key, String value) {
      return add(key, utf8(key, "key"), utf8(value, "value"));
    }

    private Builder add(String key, byte[] keyBytes, byte[] valueBytes) {
      if (pairs.size() == PAIRS_MAX) {
        throw invalid("an encryption context holds at most " + PAIRS_MAX + " pairs");
      }
      if (keyBytes.length == 0 || keyBytes.length > KEY_BYTES_MAX) {
        throw invalid("an encryption context key has 1 to " + KEY_BYTES_MAX + " bytes of UTF-8");
      }
      if (valueBytes.length > VALUE_BYTES_MAX) {
        throw invalid(
            "an encryption context value has at most " + VALUE_BYTES_MAX + " bytes of UTF-8");
      }
      pairs.add(new Pair(key, keyBytes, valueBytes));
      return this;
    }

    /**
     * The context.
     *
     * @throws ProblemException {@code invalid_request} when a key is repeated
     */
    public EncryptionContext build() {
      if (pairs.isEmpty()) {
        return EMPTY;
      }
      pairs.sort((a, b) -> Arrays.compareUnsigned(a.keyBytes, b.keyBytes));
      int length = Short.BYTES;
      for (Pair pair : pairs) {
        length += 2 * Short.BYTES + pair.keyBytes.length + pair.valueBytes.length;
      }
      byte[] canonical = new byte[length];
      int at = putU16(canonical, 0, pairs.size());
      String[] keys = new String[pairs.size()];
      for (int i = 0; i < keys.length; i++) {
        Pair pair = pairs.get(i);
        if (i > 0 && Arrays.equals(pairs.get(i - 1).keyBytes, pair.keyBytes)) {
          throw invalid("an encryption context key may stand once only");
        }
        at = putPart(canonical, at, pair.keyBytes);
        at = putPart(canonical, at, pair.valueBytes);
        keys[i] = pair.key;
      }
      return new EncryptionContext(List.of(keys), canonical);
    }

    private static int putPart(byte[] out, int at, byte[] part) {
      int start = putU16(out, at, part.length);
      System.arraycopy(part, 0, out, start, part.length);
      return start + part.length;
    }

    private static int putU16(byte[] out, int at, int value) {
      out[at] = (byte) (value >>> 8);
      out[at + 1] = (byte) value;
      return at + Short.BYTES;
    }
  }

  private record Pair(String key, byte[] keyBytes, byte[] valueBytes) {}
}
