package dev.cofre.controlplane.domain.approval;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * A request as it was sent, all of it that has an effect. The body's array is not to be changed.
 *
 * <p>What is approved is {@link #digest}: SHA-256 over {@code "cofre approval v1" ‖ 0x00}, then
 * tenant, requester, method, path, query, If-Match and body, each as u32 length ‖ bytes of UTF-8.
 *
 * @param path as sent, percent-encoded
 * @param query its parameters in the order of their names, percent-encoded; empty when there are
 *     none
 * @param ifMatch empty when there was none
 */
public record CanonicalRequest(
    String method, String path, String query, String ifMatch, byte[] body) {

  private static final byte[] DOMAIN = "cofre approval v1\0".getBytes(StandardCharsets.US_ASCII);

  /** What those who approve {@code requester}'s request name, so that nothing else can run. */
  public byte[] digest(String tenant, String requester) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(body.length + 256);
    bytes.writeBytes(DOMAIN);
    for (String text : new String[] {tenant, requester, method, path, query, ifMatch}) {
      part(bytes, text.getBytes(StandardCharsets.UTF_8));
    }
    part(bytes, body);
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  private static void part(ByteArrayOutputStream bytes, byte[] part) {
    bytes.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(part.length).array());
    bytes.writeBytes(part);
  }
}
