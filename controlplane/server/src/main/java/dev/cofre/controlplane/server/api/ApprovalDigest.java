package dev.cofre.controlplane.server.api;

import dev.cofre.controlplane.domain.approval.CanonicalRequest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * What those who approve a request name, so that nothing else can run: SHA-256 over {@code "cofre
 * approval v1" ‖ 0x00}, then tenant, requester, method, path, query, If-Match and body, each as u32
 * length ‖ bytes of UTF-8. Stateless.
 */
final class ApprovalDigest {
  private static final byte[] DOMAIN = "cofre approval v1\0".getBytes(StandardCharsets.US_ASCII);

  private ApprovalDigest() {}

  /** The digest of {@code requester}'s {@code request}. */
  static byte[] of(String tenant, String requester, CanonicalRequest request) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(DOMAIN);
      for (String text :
          new String[] {
            tenant, requester, request.method(), request.path(), request.query(), request.ifMatch()
          }) {
        part(sha256, text.getBytes(StandardCharsets.UTF_8));
      }
      part(sha256, request.body());
      return sha256.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  private static void part(MessageDigest digest, byte[] part) {
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, part.length));
    digest.update(part);
  }
}
