package dev.cofre.controlplane.server.api;

import dev.cofre.contract.encoding.CanonicalBase64;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.FieldError;
import dev.cofre.controlplane.domain.InvalidDocumentException;
import dev.cofre.controlplane.domain.SecretReference;
import dev.cofre.controlplane.domain.SecretTemplate;
import dev.cofre.controlplane.domain.SecretVersionDraft;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A document whose field {@value #VALUE} is a secret, in base64. The value is decoded from the
 * body's bytes, never becomes a {@link String}, and is overwritten by {@link #close()}. Not
 * thread-safe.
 */
final class SecretBody implements AutoCloseable {
  static final String VALUE = "value";

  /** The longest value. */
  static final int VALUE_BYTES_MAX = SecretTemplate.BYTES_MAX;

  private static final int ENCODED_MAX = (VALUE_BYTES_MAX + 2) / 3 * 4;

  private final Map<String, Object> fields;
  private final byte[] value;

  private SecretBody(Map<String, Object> fields, byte[] value) {
    this.fields = fields;
    this.value = value;
  }

  /**
   * Reads the body of {@code call}; what is kept of it to know it again is without the value.
   *
   * @throws ProblemException {@code payload_too_large} for a value of more than {@value
   *     #VALUE_BYTES_MAX} bytes
   * @throws InvalidDocumentException when the value is not 1 byte or more in canonical base64
   */
  static SecretBody read(Call call) {
    byte[] body = call.facts().body();
    StrictJson.Holding held = StrictJson.holding(body, VALUE);
    call.knownBy(new JsonObject(held.fields()).encode().getBytes(StandardCharsets.UTF_8));
    return new SecretBody(
        held.fields(), held.length() < 0 ? null : decode(body, held.offset(), held.length()));
  }

  private static byte[] decode(byte[] body, int offset, int length) {
    byte[] text = unescaped(body, offset, length);
    try {
      if (text.length > ENCODED_MAX) {
        throw tooLong();
      }
      byte[] value = CanonicalBase64.decode(text, 0, text.length);
      if (value.length > VALUE_BYTES_MAX) {
        Arrays.fill(value, (byte) 0);
        throw tooLong();
      }
      if (value.length == 0) {
        throw wrong("must hold 1 byte or more");
      }
      return value;
    } catch (IllegalArgumentException e) {
      throw wrong("must be canonical base64 (RFC 4648, section 4), padded");
    } finally {
      Arrays.fill(text, (byte) 0);
    }
  }

  /** Some writers of JSON put a backslash before each slash. */
  private static byte[] unescaped(byte[] body, int offset, int length) {
    byte[] text = new byte[length];
    int written = 0;
    for (int i = offset; i < offset + length; i++) {
      if (body[i] != '\\' || i + 1 == offset + length || body[i + 1] != '/') {
        text[written++] = body[i];
      }
    }
    if (written == length) {
      return text;
    }
    byte[] shorter = Arrays.copyOf(text, written);
    Arrays.fill(text, (byte) 0);
    return shorter;
  }

  private static ProblemException tooLong() {
    return new ProblemException(
        ErrorCode.PAYLOAD_TOO_LARGE,
        "a secret holds at most " + VALUE_BYTES_MAX + " bytes; encrypt what is larger with a key");
  }

  private static InvalidDocumentException wrong(String message) {
    return new InvalidDocumentException(List.of(new FieldError(VALUE, message)));
  }

  /** All fields; {@value #VALUE} is {@code true} when there is one. */
  Map<String, Object> fields() {
    return fields;
  }

  /**
   * The value.
   *
   * @throws InvalidDocumentException when there is none
   */
  byte[] value() {
    if (value == null) {
      throw wrong("is missing");
    }
    return value;
  }

  /** Whether the value is a template. */
  boolean isTemplate() {
    return SecretVersionDraft.isTemplate(fields);
  }

  /**
   * What the value refers to; nothing when it is no template.
   *
   * @throws InvalidDocumentException when it is said to be one, and is none
   */
  Set<SecretReference> references() {
    return isTemplate() ? SecretTemplate.parse(value()).references() : Set.of();
  }

  @Override
  public void close() {
    if (value != null) {
      Arrays.fill(value, (byte) 0);
    }
  }
}
