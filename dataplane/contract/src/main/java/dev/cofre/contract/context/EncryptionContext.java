package dev.cofre.contract.context;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import java.io.ByteArrayOutputStream;
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
 * <p>Immutable.
 */
public final class EncryptionContext {
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
    for (String pair : header.split(",", -1)) {
      int equals = pair.indexOf('=');
      if (equals < 0 || pair.indexOf('=', equals + 1) >= 0) {
        throw invalid(
            "the Encryption-Context header must be k=v,k2=v2 with each part percent-encoded");
      }
      builder.add(
          PercentCoding.decode(trim(pair.substring(0, equals))),
          PercentCoding.decode(trim(pair.substring(equals + 1))));
    }
    return builder.build();
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
        builder.add(part(in), part(in));
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

  private static String part(ByteBuffer in) throws CharacterCodingException {
    int length = in.getShort() & 0xffff;
    if (length > in.remaining()) {
      throw new BufferUnderflowException();
    }
    ByteBuffer slice = in.slice(in.position(), length);
    in.position(in.position() + length);
    return StandardCharsets.UTF_8.newDecoder().decode(slice).toString();
  }

  private static ProblemException notCanonical() {
    return invalid("the encryption context is not in its canonical form (docs/PROTOCOL.md)");
  }

  /** Whether these bytes are its canonical form. */
  public boolean isCanonical(byte[] bytes, int offset, int length) {
    return Arrays.equals(canonical, 0, canonical.length, bytes, offset, offset + length);
  }

  /** Without the optional white space of RFC 9110 §5.6.3: spaces and tabs, no others. */
  private static String trim(String part) {
    int start = 0;
    int end = part.length();
    while (start < end && isBlank(part.charAt(start))) {
      start++;
    }
    while (end > start && isBlank(part.charAt(end - 1))) {
      end--;
    }
    return part.substring(start, end);
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

  @Override
  public boolean equals(Object other) {
    return other instanceof EncryptionContext that && Arrays.equals(canonical, that.canonical);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(canonical);
  }

  /** The keys alone: values may be confidential to their owner. */
  @Override
  public String toString() {
    return "EncryptionContext" + keys;
  }

  /** The UTF-8 of {@code text}, which has one: no lone surrogate. */
  static byte[] utf8(String text, String what) {
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
      if (pairs.size() == PAIRS_MAX) {
        throw invalid("an encryption context holds at most " + PAIRS_MAX + " pairs");
      }
      byte[] keyBytes = utf8(key, "key");
      byte[] valueBytes = utf8(value, "value");
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
      ByteArrayOutputStream canonical = new ByteArrayOutputStream();
      putU16(canonical, pairs.size());
      List<String> keys = new ArrayList<>(pairs.size());
      byte[] previous = null;
      for (Pair pair : pairs) {
        if (Arrays.equals(previous, pair.keyBytes)) {
          throw invalid("an encryption context key may stand once only");
        }
        previous = pair.keyBytes;
        putPart(canonical, pair.keyBytes);
        putPart(canonical, pair.valueBytes);
        keys.add(pair.key);
      }
      return new EncryptionContext(List.copyOf(keys), canonical.toByteArray());
    }

    private static void putPart(ByteArrayOutputStream out, byte[] part) {
      putU16(out, part.length);
      out.writeBytes(part);
    }

    private static void putU16(ByteArrayOutputStream out, int value) {
      out.write(value >>> 8);
      out.write(value);
    }
  }

  private record Pair(String key, byte[] keyBytes, byte[] valueBytes) {}
}
