package dev.cofre.controlplane.domain;

import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What is asked for when an identity provider is made or changed: whose signed tokens are believed,
 * and within which bounds. Immutable.
 *
 * @param issuer what the claim {@code iss} must be, exactly
 * @param audiences one of which the claim {@code aud} must hold
 * @param jwksUrl where its keys are, https, or http on loopback
 * @param jwks its keys, in place of a URL: a JWK set as JSON text
 * @param jwksCa PEM of the CA of {@code jwksUrl}, when it is none that the machine trusts
 * @param algorithms signature algorithms that it may use
 * @param clockSkewSeconds how far its clock and ours may differ
 * @param maxTokenSeconds the longest lifetime of a token of its
 * @param staleSeconds how long its keys count when they cannot be fetched again
 */
public record IdentityProviderDraft(
    String name,
    Kind kind,
    String issuer,
    List<String> audiences,
    Optional<String> jwksUrl,
    Optional<String> jwks,
    Optional<String> jwksCa,
    List<String> algorithms,
    long clockSkewSeconds,
    long maxTokenSeconds,
    long staleSeconds) {

  /** What is known of its tokens beyond the standard claims. */
  public enum Kind {
    /** OpenID Connect, or any other issuer of JWTs. */
    OIDC,
    /** The service-account tokens of a Kubernetes cluster. */
    KUBERNETES;

    /** The name in documents. */
    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Kind of(String wireName) {
      return valueOf(wireName.toUpperCase(Locale.ROOT));
    }
  }

  /** The signature algorithms that there are: never none, never one with a shared secret. */
  public static final List<String> ALGORITHMS = List.of("RS256", "PS256", "ES256", "EdDSA");

  private static final int AUDIENCES_MAX = 16;
  private static final int JWKS_CHARACTERS_MAX = 65_536;
  private static final int ISSUER_MAX = 512;
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}");
  private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "[::1]");

  /**
   * Reads the document of an identity provider.
   *
   * @param name of the one to be changed; null when one is to be made, and the document names it
   * @throws InvalidDocumentException naming every field that is wrong, missing or unknown
   */
  public static IdentityProviderDraft read(Map<String, ?> document, String name) {
    DocumentFields fields = new DocumentFields(document);
    String read = fields.matching("name", name, NAME, "1 to 63 of a-z, 0-9, '.', '_' and '-'");
    if (name != null && !name.equals(read)) {
      fields.wrong("name", "cannot be changed");
    }
    Kind kind =
        fields.oneOf("kind", "oidc", List.of("oidc", "kubernetes"), IdentityProviderDraft.Kind::of);
    String issuer = fields.printable("issuer", ISSUER_MAX);
    List<String> audiences = fields.texts("audiences", AUDIENCES_MAX);
    Optional<String> url = Optional.ofNullable(fields.optionalText("jwksUrl"));
    Optional<String> keys = Optional.ofNullable(fields.optionalText("jwks"));
    Optional<String> ca = Optional.ofNullable(fields.optionalText("jwksCa"));
    List<String> algorithms = fields.optionalTexts("algorithms", ALGORITHMS.size());
    IdentityProviderDraft draft =
        new IdentityProviderDraft(
            read,
            kind,
            issuer,
            audiences,
            url,
            keys,
            ca,
            algorithms.isEmpty() ? List.of("RS256", "ES256") : algorithms,
            fields.number("clockSkewSeconds", 30, 0, 300),
            fields.number("maxTokenSeconds", 3_600, 60, 86_400),
            fields.number("staleSeconds", 3_600, 0, 86_400));
    check(fields, draft);
    fields.end();
    return draft;
  }

  private static void check(DocumentFields fields, IdentityProviderDraft draft) {
    if (!ALGORITHMS.containsAll(draft.algorithms)) {
      fields.wrong("algorithms", "must be of " + String.join(", ", ALGORITHMS));
    }
    if (draft.jwksUrl.isPresent() == draft.jwks.isPresent()) {
      fields.wrong("jwksUrl", "or jwks must be there, and not both");
    }
    draft.jwksUrl.ifPresent(
        url -> {
          if (!isTrustworthy(url)) {
            fields.wrong("jwksUrl", "must be an https URL, or http on loopback");
          }
        });
    if (draft.jwks.filter(text -> text.length() > JWKS_CHARACTERS_MAX).isPresent()) {
      fields.wrong("jwks", "must be at most " + JWKS_CHARACTERS_MAX + " characters");
    }
    if (draft.jwksCa.filter(text -> text.length() > JWKS_CHARACTERS_MAX).isPresent()) {
      fields.wrong("jwksCa", "must be at most " + JWKS_CHARACTERS_MAX + " characters");
    }
    if (draft.jwksCa.isPresent() && draft.jwksUrl.isEmpty()) {
      fields.wrong("jwksCa", "goes with jwksUrl");
    }
  }

  private static boolean isTrustworthy(String text) {
    try {
      URI url = URI.create(text);
      boolean whole =
          url.getHost() != null && url.getUserInfo() == null && url.getFragment() == null;
      return whole
          && text.length() <= 1_024
          && ("https".equals(url.getScheme())
              || ("http".equals(url.getScheme()) && LOOPBACK.contains(url.getHost())));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** As the document that {@link #read} takes. */
  public Map<String, Object> document() {
    Map<String, Object> document = new java.util.LinkedHashMap<>();
    document.put("name", name);
    document.put("kind", kind.wireName());
    document.put("issuer", issuer);
    document.put("audiences", audiences);
    jwksUrl.ifPresent(url -> document.put("jwksUrl", url));
    jwks.ifPresent(keys -> document.put("jwks", keys));
    jwksCa.ifPresent(ca -> document.put("jwksCa", ca));
    document.put("algorithms", algorithms);
    document.put("clockSkewSeconds", clockSkewSeconds);
    document.put("maxTokenSeconds", maxTokenSeconds);
    document.put("staleSeconds", staleSeconds);
    return document;
  }
}
