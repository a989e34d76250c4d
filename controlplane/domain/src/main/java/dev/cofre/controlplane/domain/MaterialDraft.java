package dev.cofre.controlplane.domain;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Wrapped material and what is to be made of it. Immutable; the array is not to be changed.
 *
 * @param wrapped to the import's public key
 * @param checkValue the first digits of its check value, as the sender computed it
 * @param key the key to be made; empty when {@code versionOf} is not
 * @param versionOf the key that gets another version
 */
public record MaterialDraft(
    byte[] wrapped, String checkValue, Optional<KeyDraft> key, Optional<String> versionOf) {
  private static final int WRAPPED_MAX = 1_024;
  private static final Pattern CHECK_VALUE = Pattern.compile("([0-9a-fA-F]{2}){5,16}");
  private static final int NAME_MAX = 128;

  /**
   * Reads the document.
   *
   * @param tenant of the caller
   * @throws InvalidDocumentException naming every field that is wrong, missing or unknown
   */
  public static MaterialDraft read(Map<String, ?> document, String tenant, Instant now) {
    DocumentFields fields = new DocumentFields(document);
    byte[] wrapped = wrapped(fields);
    String check =
        fields.matching(
            "keyCheckValue",
            null,
            CHECK_VALUE,
            "the first 10 to 32 hexadecimal digits of the material's AES-CMAC over 16 zeros");
    fields.mayHave("key");
    fields.mayHave("versionOf");
    Optional<String> versionOf =
        document.containsKey("versionOf")
            ? Optional.ofNullable(fields.printable("versionOf", NAME_MAX))
            : Optional.empty();
    if (document.containsKey("key") == document.containsKey("versionOf")) {
      fields.wrong("key", "must be there, or else versionOf, and not both");
    }
    Map<String, Object> key = key(document, fields);
    fields.end();
    return new MaterialDraft(
        wrapped,
        check.toLowerCase(Locale.ROOT),
        key.isEmpty() ? Optional.empty() : Optional.of(keyDraft(key, tenant, now)),
        versionOf);
  }

  private static byte[] wrapped(DocumentFields fields) {
    String text = fields.printable("wrappedMaterial", WRAPPED_MAX * 2);
    byte[] wrapped = text == null ? null : decoded(text);
    if (text != null && (wrapped == null || wrapped.length > WRAPPED_MAX)) {
      fields.wrong(
          "wrappedMaterial", "must be base64 (RFC 4648 §4) of at most " + WRAPPED_MAX + " bytes");
    }
    return wrapped;
  }

  private static byte[] decoded(String text) {
    try {
      byte[] bytes = Base64.getDecoder().decode(text);
      // Another way to write the same bytes would have another digest.
      return Arrays.equals(
              Base64.getEncoder().encode(bytes), text.getBytes(StandardCharsets.US_ASCII))
          ? bytes
          : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static Map<String, Object> key(Map<String, ?> document, DocumentFields fields) {
    Map<String, Object> copy = new LinkedHashMap<>();
    if (document.containsKey("key")) {
      if (document.get("key") instanceof Map<?, ?> map && !map.isEmpty()) {
        map.forEach((name, value) -> copy.put(name.toString(), value));
      } else {
        fields.wrong("key", "must be an object: the key to be made");
      }
    }
    return copy;
  }

  private static KeyDraft keyDraft(Map<String, Object> key, String tenant, Instant now) {
    try {
      return KeyDraft.read(key, tenant, now).imported();
    } catch (InvalidDocumentException e) {
      List<FieldError> within =
          e.errors().stream()
              .map(error -> new FieldError("key." + error.field(), error.message()))
              .toList();
      throw new InvalidDocumentException(within);
    }
  }
}
