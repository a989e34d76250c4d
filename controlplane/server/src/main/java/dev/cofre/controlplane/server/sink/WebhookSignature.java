package dev.cofre.controlplane.server.sink;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The signature of the Standard Webhooks specification: HMAC-SHA-256 over {@code
 * ID.TIMESTAMP.BODY}, as {@code v1,BASE64}. Stateless.
 */
final class WebhookSignature {
  private static final String PREFIX = "whsec_";
  private static final int SECRET_BYTES_MIN = 24;
  private static final int SECRET_BYTES_MAX = 64;

  private WebhookSignature() {}

  /**
   * The secret in {@code file}; whoever asks overwrites it.
   *
   * @throws IOException when there is none, or everybody may read the file
   */
  static byte[] secret(Path file) throws IOException {
    byte[] contents = SinkSecret.read(file);
    int end = contents.length;
    byte[] prefix = PREFIX.getBytes(StandardCharsets.US_ASCII);
    byte[] encoded = Arrays.copyOfRange(contents, Math.min(prefix.length, end), end);
    boolean named = Arrays.equals(Arrays.copyOf(contents, prefix.length), prefix);
    Arrays.fill(contents, (byte) 0);
    try {
      byte[] secret = named ? Base64.getDecoder().decode(encoded) : new byte[0];
      if (secret.length >= SECRET_BYTES_MIN && secret.length <= SECRET_BYTES_MAX) {
        return secret;
      }
      Arrays.fill(secret, (byte) 0);
    } catch (IllegalArgumentException e) {
      // Not base64; its message may quote the secret.
      named = false;
    } finally {
      Arrays.fill(encoded, (byte) 0);
    }
    throw new IOException(
        file
            + " must hold whsec_ and "
            + SECRET_BYTES_MIN
            + " to "
            + SECRET_BYTES_MAX
            + " bytes in base64");
  }

  /** The signature over {@code body}, sent as {@code id} at {@code seconds} since 1970. */
  static String sign(byte[] secret, String id, long seconds, byte[] body) throws IOException {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret, "HmacSHA256"));
      mac.update((id + "." + seconds + ".").getBytes(StandardCharsets.UTF_8));
      return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
    } catch (GeneralSecurityException e) {
      throw new IOException("HMAC-SHA-256 is missing", e);
    }
  }
}
