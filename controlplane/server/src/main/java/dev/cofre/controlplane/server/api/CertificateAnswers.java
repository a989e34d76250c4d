package dev.cofre.controlplane.server.api;

import dev.cofre.controlplane.domain.CertificateAuthority;
import dev.cofre.controlplane.domain.CertificateRole;
import dev.cofre.controlplane.domain.IssuedCertificate;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/** Authorities, roles and certificates as the JSON that openapi.yaml describes. Stateless. */
final class CertificateAnswers {
  private static final int PEM_LINE = 64;
  private static final String KEY_BEGIN = ",\"privateKey\":\"-----BEGIN PRIVATE KEY-----";
  private static final String KEY_END = "\\n-----END PRIVATE KEY-----\\n\"}";

  private CertificateAnswers() {}

  static JsonObject document(CertificateAuthority authority) {
    JsonObject json =
        new JsonObject()
            .put("id", authority.id().toString())
            .put("name", authority.name())
            .put("tenant", authority.tenant())
            .put("environment", authority.draft().environment().wireName())
            .put("owner", authority.draft().owner())
            .put("description", authority.draft().description())
            .put("commonName", authority.draft().commonName())
            .put("keyType", authority.draft().keyType().wireName())
            .put("validDays", authority.draft().validity().toDays())
            .put("certificate", pem(authority.certificate()))
            .put("sha256", sha256(authority.certificate()))
            .put("notBefore", authority.notBefore().toString())
            .put("notAfter", authority.notAfter().toString())
            .put("certificatePath", "/pki/" + authority.id() + "/certificate")
            .put("crlPath", "/pki/" + authority.id() + "/crl");
    if (authority.draft().crlUrl() != null) {
      json.put("crlUrl", authority.draft().crlUrl());
    }
    return Documents.stamp(json, authority.stamp());
  }

  static JsonObject document(CertificateRole role) {
    JsonObject json = new JsonObject().put("name", role.name());
    role.draft().document().forEach(json::put);
    return Documents.stamp(json, role.stamp());
  }

  static JsonObject certificate(IssuedCertificate certificate) {
    JsonObject json =
        new JsonObject()
            .put("id", certificate.id().toString())
            .put("authorityId", certificate.authority().toString())
            .put("role", certificate.role())
            .put("principal", certificate.principal())
            .put("serial", certificate.serial())
            .put("dnsNames", new JsonArray(certificate.names().dnsNames()))
            .put("uris", new JsonArray(certificate.names().uris()))
            .put("ipAddresses", new JsonArray(certificate.names().ipAddresses()))
            .put("generatedKey", certificate.generatedKey())
            .put("state", certificate.state().name())
            .put("issuedAt", certificate.issuedAt().toString())
            .put("notBefore", certificate.notBefore().toString())
            .put("expiresAt", certificate.expiresAt().toString());
    if (certificate.sha256() != null) {
      json.put("sha256", certificate.sha256());
    }
    return certificate.revokedAt() == null
        ? json
        : json.put("reason", certificate.reason().wireName())
            .put("revokedAt", certificate.revokedAt().toString());
  }

  /** The same with {@code der} and the certificate of {@code authority}, as PEM. */
  static JsonObject issued(IssuedCertificate row, byte[] der, CertificateAuthority authority) {
    return certificate(row)
        .put("certificate", pem(der))
        .put("authorityCertificate", pem(authority.certificate()));
  }

  /**
   * {@code issued} with the private key whose PKCS#8 is {@code base64}, which stays the caller's.
   */
  static byte[] withKey(JsonObject issued, byte[] base64) {
    String open = issued.encode();
    byte[] begin = SecretAnswers.bytes(open.substring(0, open.length() - 1) + KEY_BEGIN);
    byte[] end = SecretAnswers.bytes(KEY_END);
    int lines = (base64.length + PEM_LINE - 1) / PEM_LINE;
    byte[] whole = Arrays.copyOf(begin, begin.length + base64.length + 2 * lines + end.length);
    int to = begin.length;
    for (int from = 0; from < base64.length; from += PEM_LINE) {
      int length = Math.min(PEM_LINE, base64.length - from);
      whole[to++] = '\\';
      whole[to++] = 'n';
      System.arraycopy(base64, from, whole, to, length);
      to += length;
    }
    System.arraycopy(end, 0, whole, to, end.length);
    return whole;
  }

  private static String pem(byte[] der) {
    byte[] lineEnd = "\n".getBytes(StandardCharsets.US_ASCII);
    return "-----BEGIN CERTIFICATE-----\n"
        + Base64.getMimeEncoder(PEM_LINE, lineEnd).encodeToString(der)
        + "\n-----END CERTIFICATE-----\n";
  }

  static String sha256(byte[] der) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(der));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
