package dev.cofre.contract.golden;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.envelope.Protection;
import dev.cofre.contract.envelope.Usage;
import dev.cofre.contract.envelope.WrappedDataKey;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An envelope of the past with all that made it: a KEK in clear, which stands in test code alone.
 * Any test that can wrap by AES-GCM may import the KEK and must be able to open the envelope.
 *
 * @param name of its files
 * @param fields of its JSON file; bytes are hexadecimal
 * @param envelope its bytes
 */
public record GoldenEnvelope(String name, Map<String, String> fields, byte[] envelope) {
  private static final Pattern FIELD = Pattern.compile("\"([^\"\\\\]+)\": \"([^\"\\\\]*)\"");

  /** Reads a flat JSON object of strings. */
  static Map<String, String> parse(String json) {
    Map<String, String> fields = new LinkedHashMap<>();
    Matcher matcher = FIELD.matcher(json);
    while (matcher.find()) {
      fields.put(matcher.group(1), matcher.group(2));
    }
    return fields;
  }

  /** AES-256, 32 bytes. */
  public byte[] kek() {
    return bytes("kek");
  }

  /** The tenant whose key it is. */
  public String tenant() {
    return text("tenant");
  }

  /** The encryption context. */
  public EncryptionContext context() {
    return EncryptionContext.parseHeader(text("context"));
  }

  /** What the wrapped data key says of itself. */
  public WrappedDataKey.Identity identity() {
    return new WrappedDataKey.Identity(
        Protection.valueOf(text("protection")),
        Usage.valueOf(text("usage")),
        UUID.fromString(text("keyId")),
        Integer.parseUnsignedInt(text("keyVersion")),
        UUID.fromString(text("dataKeyId")));
  }

  /** The item's number in its request. */
  public int item() {
    return Integer.parseInt(text("item"));
  }

  /** The length of the plaintext. */
  public int plaintextLength() {
    return Integer.parseInt(text("plaintextLength"));
  }

  /** SHA-256 of the plaintext. */
  public byte[] plaintextSha256() {
    return bytes("plaintextSha256");
  }

  /** The bytes of the field {@code field}. */
  public byte[] bytes(String field) {
    return HexFormat.of().parseHex(text(field));
  }

  private String text(String field) {
    String value = fields.get(field);
    if (value == null) {
      throw new IllegalArgumentException("the golden file " + name + " has no field " + field);
    }
    return value;
  }
}
