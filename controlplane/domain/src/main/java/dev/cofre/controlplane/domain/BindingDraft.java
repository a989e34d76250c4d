package dev.cofre.controlplane.domain;

import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What is asked for when a caller from elsewhere is to be one of our principals. One of three:
 * {@code subject} of {@code provider}, {@code claims} of {@code provider}, or {@code spiffeId}.
 * Immutable.
 *
 * @param provider the identity provider's name; null for a SPIFFE id
 * @param subject what the claim {@code sub}, or the SPIFFE id, must be, exactly; null with claims
 * @param claims what claims must be, exactly, or hold when they are lists; empty with a subject
 */
public record BindingDraft(String provider, String subject, Map<String, String> claims) {
  private static final int SUBJECT_MAX = 512;
  private static final int SPIFFE_MAX = 1_024;
  private static final int CLAIMS_MAX = 16;
  private static final Set<String> OF_THE_PROVIDER =
      Set.of("iss", "aud", "exp", "nbf", "iat", "jti");
  private static final Pattern SERVICE_ACCOUNT =
      Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?/[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?");
  private static final Pattern SPIFFE =
      Pattern.compile("spiffe://[a-z0-9._-]{1,255}(/(?!\\.{1,2}(/|$))[A-Za-z0-9._-]+)+");

  /** Takes a copy of {@code claims}. */
  public BindingDraft {
    claims = Map.copyOf(claims);
  }

  /**
   * Reads the document of a binding.
   *
   * @throws InvalidDocumentException naming every field that is wrong, missing or unknown
   */
  public static BindingDraft read(Map<String, ?> document) {
    DocumentFields fields = new DocumentFields(document);
    String provider = fields.optionalText("provider");
    String subject = fields.has("subject") ? fields.printable("subject", SUBJECT_MAX) : null;
    fields.mayHave("subject");
    String account = fields.optionalText("serviceAccount");
    String spiffeId = fields.optionalText("spiffeId");
    Map<String, String> claims = fields.textMap("claims", CLAIMS_MAX, 128, SUBJECT_MAX);
    int ways =
        (subject == null ? 0 : 1)
            + (account == null ? 0 : 1)
            + (spiffeId == null ? 0 : 1)
            + (claims.isEmpty() ? 0 : 1);
    if (ways != 1) {
      fields.wrong("subject", "or one of claims, serviceAccount, spiffeId must be there, and one");
    }
    if ((spiffeId == null) == (provider == null)) {
      fields.wrong("provider", "goes with every binding but one of a spiffeId");
    }
    if (account != null && !SERVICE_ACCOUNT.matcher(account).matches()) {
      fields.wrong("serviceAccount", "must be NAMESPACE/NAME");
    }
    if (spiffeId != null
        && (spiffeId.length() > SPIFFE_MAX || !SPIFFE.matcher(spiffeId).matches())) {
      fields.wrong("spiffeId", "must be spiffe://TRUST-DOMAIN/PATH");
    }
    if (claims.keySet().stream().anyMatch(OF_THE_PROVIDER::contains)) {
      fields.wrong("claims", "may not name what the provider's own rules are about");
    }
    fields.end();
    return new BindingDraft(
        provider,
        account != null
            ? "system:serviceaccount:" + account.replace('/', ':')
            : spiffeId != null ? spiffeId : subject,
        claims);
  }

  /** Whether it is about client certificates. */
  public boolean isSpiffe() {
    return provider == null;
  }
}
