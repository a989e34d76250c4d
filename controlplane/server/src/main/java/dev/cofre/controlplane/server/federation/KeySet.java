package dev.cofre.controlplane.server.federation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jose4j.json.JsonUtil;
import org.jose4j.jwk.EllipticCurveJsonWebKey;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.OctetKeyPairJsonWebKey;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.lang.JoseException;

/**
 * The public signature keys of an identity provider (JWK set, RFC 7517 §5). Immutable.
 *
 * <p>Keys with a shared secret, keys for encryption, and keys that cannot be read are passed over.
 */
public final class KeySet {
  private static final int KEYS_MAX = 100;

  private final List<PublicJsonWebKey> keys;

  private KeySet(List<PublicJsonWebKey> keys) {
    this.keys = List.copyOf(keys);
  }

  /**
   * Reads a JWK set.
   *
   * @throws IllegalArgumentException when it is none, or holds no key that can be used
   */
  public static KeySet parse(String json) {
    try {
      Object list = JsonUtil.parseJson(json).get("keys");
      if (!(list instanceof List<?> items) || items.size() > KEYS_MAX) {
        throw new IllegalArgumentException("it is no JWK set of at most " + KEYS_MAX + " keys");
      }
      List<PublicJsonWebKey> keys = new ArrayList<>();
      for (Object item : items) {
        add(keys, item);
      }
      if (keys.isEmpty()) {
        throw new IllegalArgumentException("it holds no public signature key");
      }
      return new KeySet(keys);
    } catch (JoseException e) {
      throw new IllegalArgumentException("it is not well-formed JSON", e);
    }
  }

  private static void add(List<PublicJsonWebKey> keys, Object item) {
    if (!(item instanceof Map<?, ?> map)
        || !List.of("RSA", "EC", "OKP").contains(String.valueOf(map.get("kty")))
        || (map.get("use") != null && !"sig".equals(map.get("use")))) {
      return;
    }
    @SuppressWarnings("unchecked") // JSON objects have text keys
    Map<String, Object> parameters = (Map<String, Object>) map;
    // Certificates and where to find some say nothing here: the set itself is what is trusted.
    parameters.keySet().removeIf(name -> name.startsWith("x5"));
    try {
      if (JsonWebKey.Factory.newJwk(parameters) instanceof PublicJsonWebKey key) {
        keys.add(key);
      }
    } catch (JoseException e) {
      System.getLogger(KeySet.class.getName())
          .log(System.Logger.Level.DEBUG, "a key of a JWK set cannot be read", e);
    }
  }

  /**
   * The key for a signature by {@code algorithm}, or null.
   *
   * @param keyId null when the token names none: then there must be just one that fits
   */
  PublicJsonWebKey find(String keyId, String algorithm) {
    List<PublicJsonWebKey> fitting =
        keys.stream()
            .filter(key -> keyId == null || keyId.equals(key.getKeyId()))
            .filter(key -> key.getAlgorithm() == null || algorithm.equals(key.getAlgorithm()))
            .filter(key -> fits(key, algorithm))
            .toList();
    return fitting.size() == 1 ? fitting.getFirst() : null;
  }

  private static boolean fits(PublicJsonWebKey key, String algorithm) {
    return switch (algorithm) {
      case "RS256", "PS256" -> key instanceof RsaJsonWebKey;
      case "ES256" ->
          key instanceof EllipticCurveJsonWebKey curve && curve.getCurveName().equals("P-256");
      case "EdDSA" ->
          key instanceof OctetKeyPairJsonWebKey pair
              && pair.getSubtype().equals(OctetKeyPairJsonWebKey.SUBTYPE_ED25519);
      default -> false;
    };
  }
}
