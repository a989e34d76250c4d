package dev.cofre.controlplane.domain;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What is asked for when a certificate authority is made; valid in itself. Immutable.
 *
 * @param name within its tenant
 * @param environment which of the tenant's environments its certificates are for
 * @param owner who answers for it: a principal's id, or {@code group:NAME}
 * @param commonName of its subject
 * @param keyType of its key in the HSM; an elliptic curve
 * @param validity how long its own certificate is valid
 * @param crlUrl where others fetch its revocation list, as it stands in certificates; null: none
 *     stands there
 */
public record CertificateAuthorityDraft(
    String name,
    String tenant,
    Environment environment,
    String owner,
    String description,
    String commonName,
    CertificateKeyType keyType,
    Duration validity,
    String crlUrl) {
  /** The names that authorities may have: shorter than a role's, for grants name both. */
  public static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,39}");

  private static final String NAME_RULE =
      "1 to 40 of a-z, 0-9, '.', '_' and '-', beginning with a letter or digit";
  private static final Pattern COMMON_NAME =
      Pattern.compile("[A-Za-z0-9][A-Za-z0-9 ._-]{0,62}[A-Za-z0-9]");
  private static final Pattern CRL_URL =
      Pattern.compile("http://[A-Za-z0-9]([A-Za-z0-9.-]{0,252})(:[0-9]{1,5})?(/[A-Za-z0-9._/-]*)");
  private static final int CRL_URL_MAX = 256;
  private static final int OWNER_MAX = 256;
  private static final int DESCRIPTION_MAX = 1_024;
  private static final int DAYS_DEFAULT = 3_650;
  private static final int DAYS_MAX = 7_300;

  /**
   * Reads the document of an authority to be made in {@code tenant}.
   *
   * @throws InvalidDocumentException naming every field that is wrong, missing or unknown
   */
  public static CertificateAuthorityDraft read(Map<String, ?> document, String tenant) {
    DocumentFields fields = new DocumentFields(document);
    CertificateAuthorityDraft draft =
        new CertificateAuthorityDraft(
            fields.matching("name", null, NAME, NAME_RULE),
            tenant,
            fields.oneOf("environment", null, Environment.wireNames(), Environment::of),
            fields.printable("owner", OWNER_MAX),
            fields.printable("description", DESCRIPTION_MAX),
            fields.matching(
                "commonName",
                null,
                COMMON_NAME,
                "2 to 64 of A-Z, a-z, 0-9, ' ', '.', '_' and '-', its ends letters or digits"),
            fields.oneOf(
                "keyType",
                CertificateKeyType.EC_P256.wireName(),
                CertificateKeyType.names(CertificateKeyType.GENERATED),
                CertificateKeyType::of),
            Duration.ofDays(fields.number("validDays", DAYS_DEFAULT, 1, DAYS_MAX)),
            crlUrl(fields));
    fields.end();
    return draft;
  }

  private static String crlUrl(DocumentFields fields) {
    String url = fields.optionalText("crlUrl");
    if (url != null && (url.length() > CRL_URL_MAX || !CRL_URL.matcher(url).matches())) {
      fields.wrong("crlUrl", "must be a http URL of a path, without user, query and fragment");
    }
    return url;
  }
}
