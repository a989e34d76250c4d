package dev.cofre.loadtest.system;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;

/** Who vouches for callers, as an OIDC provider does: a key and the tokens that it signs. */
final class TestIssuer {
  private static final int LIFE_SECONDS = 600;
  private static final int COORDINATE_BYTES = 32;

  private final String name;
  private final KeyPair key;

  TestIssuer(String name) throws GeneralSecurityException {
    this.name = name;
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    this.key = generator.generateKeyPair();
  }

  private String url() {
    return "https://" + name + ".example";
  }

  /** The document that makes it an identity provider. */
  JsonObject provider() {
    var point = ((ECPublicKey) key.getPublic()).getW();
    JsonObject jwk =
        new JsonObject()
            .put("kty", "EC")
            .put("crv", "P-256")
            .put("kid", "k")
            .put("x", base64(coordinate(point.getAffineX())))
            .put("y", base64(coordinate(point.getAffineY())));
    return new JsonObject()
        .put("name", name)
        .put("issuer", url())
        .put("audiences", new JsonArray().add("cofre"))
        .put("jwks", new JsonObject().put("keys", new JsonArray().add(jwk)).encode());
  }

  /** A token of {@code subject} with {@code claims} beside those that each has. */
  String token(String subject, Map<String, Object> claims) throws GeneralSecurityException {
    long nowS = Instant.now().getEpochSecond();
    JsonObject all =
        new JsonObject()
            .put("iss", url())
            .put("aud", "cofre")
            .put("sub", subject)
            .put("iat", nowS)
            .put("exp", nowS + LIFE_SECONDS);
    claims.forEach(all::put);
    String signed =
        base64("{\"alg\":\"ES256\",\"kid\":\"k\"}".getBytes(UTF_8))
            + "."
            + base64(all.encode().getBytes(UTF_8));
    Signature signer = Signature.getInstance("SHA256withECDSAinP1363Format");
    signer.initSign(key.getPrivate());
    signer.update(signed.getBytes(UTF_8));
    return signed + "." + base64(signer.sign());
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static byte[] coordinate(BigInteger number) {
    byte[] bytes = number.toByteArray();
    byte[] fixed = new byte[COORDINATE_BYTES];
    int length = Math.min(bytes.length, fixed.length);
    System.arraycopy(bytes, bytes.length - length, fixed, fixed.length - length, length);
    return fixed;
  }
}
