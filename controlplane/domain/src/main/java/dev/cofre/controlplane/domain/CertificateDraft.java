package dev.cofre.controlplane.domain;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * What is asked for when a certificate is wanted: for the key and the names of a signing request,
 * or for a key that the server makes and the names that are said. Immutable.
 *
 * @param csr a PKCS#10 request as PEM; null when the server is to make the key
 * @param keyType of the key that the server is to make; null with {@code csr}
 * @param names what was said; null with {@code csr}, whose own names count
 * @param ttl how long; null: as the role has it
 */
public record CertificateDraft(
    String authority,
    String role,
    String csr,
    CertificateKeyType keyType,
    SubjectNames names,
    Duration ttl) {
  /** The longest signing request, in characters of PEM. */
  public static final int CSR_MAX = 16_384;

  private static final List<String> OF_GENERATED =
      List.of("keyType", "dnsNames", "uris", "ipAddresses");

  /**
   * Reads what is asked for.
   *
   * @throws InvalidDocumentException naming every field that is wrong, missing or unknown
   */
  public static CertificateDraft read(Map<String, ?> document) {
    DocumentFields fields = new DocumentFields(document);
    String authority =
        fields.matching("authority", null, CertificateAuthorityDraft.NAME, "an authority's name");
    String role = fields.matching("role", null, SecretEngineDraft.NAME, "a role's name");
    String csr = fields.optionalText("csr");
    Duration ttl = ttl(fields);
    CertificateKeyType keyType = null;
    SubjectNames names = null;
    if (csr == null) {
      keyType =
          fields.oneOf(
              "keyType",
              CertificateKeyType.EC_P256.wireName(),
              CertificateKeyType.names(CertificateKeyType.GENERATED),
              CertificateKeyType::of);
      names = names(fields);
    } else {
      if (csr.length() > CSR_MAX) {
        fields.wrong("csr", "must be of at most " + CSR_MAX + " characters");
      }
      refuse(fields);
    }
    fields.end();
    return new CertificateDraft(authority, role, csr, keyType, names, ttl);
  }

  private static void refuse(DocumentFields fields) {
    for (String field : OF_GENERATED) {
      fields.mayHave(field);
      if (fields.has(field)) {
        fields.wrong(field, "must be absent: the signing request says it");
      }
    }
  }

  private static SubjectNames names(DocumentFields fields) {
    SubjectNames names =
        new SubjectNames(
            names(fields, "dnsNames", SubjectNames::dnsName, "a DNS name"),
            names(fields, "uris", SubjectNames::spiffeId, "a SPIFFE id with a path"),
            names(fields, "ipAddresses", SubjectNames::ipAddress, "an IPv4 or IPv6 address"));
    requireFew(fields, "dnsNames", names);
    return names;
  }

  private static void requireFew(DocumentFields fields, String field, SubjectNames names) {
    if (names.count() == 0 || names.count() > SubjectNames.NAMES_MAX) {
      fields.wrong(field, "must be 1 to " + SubjectNames.NAMES_MAX + " names, with all others");
    }
    if (names.uris().size() > 1) {
      fields.wrong(field, "must have one URI at most: a certificate has one SPIFFE id");
    }
  }

  /**
   * The names that stand in a signing request.
   *
   * @throws InvalidDocumentException when one is none, or there are none or too many
   */
  public static SubjectNames requested(
      List<String> dnsNames, List<String> uris, List<String> ipAddresses) {
    DocumentFields fields = new DocumentFields(Map.of());
    SubjectNames names =
        new SubjectNames(
            canonical(fields, "csr", dnsNames, SubjectNames::dnsName, "a DNS name"),
            canonical(fields, "csr", uris, SubjectNames::spiffeId, "a SPIFFE id with a path"),
            canonical(fields, "csr", ipAddresses, SubjectNames::ipAddress, "an IP address"));
    fields.requireRight();
    requireFew(fields, "csr", names);
    fields.requireRight();
    return names;
  }

  private static List<String> names(
      DocumentFields fields, String field, UnaryOperator<String> canonical, String what) {
    return canonical(
        fields, field, fields.anyTexts(field, SubjectNames.NAMES_MAX), canonical, what);
  }

  private static List<String> canonical(
      DocumentFields fields,
      String field,
      List<String> texts,
      UnaryOperator<String> canonical,
      String what) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      String name = canonical.apply(texts.get(i));
      if (name == null) {
        fields.wrong(field, "must have " + what + " in place " + (i + 1) + " of its kind");
        return names;
      }
      names.add(name);
    }
    return names.stream().distinct().toList();
  }

  private static Duration ttl(DocumentFields fields) {
    if (!fields.has("ttlSeconds")) {
      fields.mayHave("ttlSeconds");
      return null;
    }
    long least = CertificateRoleDraft.TTL_S_MIN;
    return Duration.ofSeconds(
        fields.number("ttlSeconds", least, least, CertificateRoleDraft.TTL_S_MAX));
  }

  /**
   * Why one certificate is revoked.
   *
   * @throws InvalidDocumentException naming every field that is wrong or unknown
   */
  public static RevocationReason revocation(Map<String, ?> document) {
    DocumentFields fields = new DocumentFields(document);
    RevocationReason reason = reason(fields);
    fields.end();
    return reason;
  }

  private static RevocationReason reason(DocumentFields fields) {
    return fields.oneOf(
        "reason",
        RevocationReason.UNSPECIFIED.wireName(),
        RevocationReason.wireNames(),
        RevocationReason::of);
  }

  /**
   * Which certificates are meant; what is null selects nothing in particular.
   *
   * @param dryRun whether they are only counted
   */
  public record Selection(
      String authority, String role, String principal, RevocationReason reason, boolean dryRun) {
    /**
     * Reads which certificates are to be revoked: of an authority, or one role of it, or a
     * principal, or both.
     *
     * @throws InvalidDocumentException naming every field that is wrong, missing or unknown
     */
    public static Selection read(Map<String, ?> document) {
      DocumentFields fields = new DocumentFields(document);
      Selection selection =
          new Selection(
              fields.optionalText("authority"),
              fields.optionalText("role"),
              fields.optionalText("principal"),
              CertificateDraft.reason(fields),
              fields.flag("dryRun"));
      if (selection.authority == null && selection.principal == null) {
        fields.wrong("authority", "is missing; name an authority, a principal, or both");
      }
      if (selection.role != null && selection.authority == null) {
        fields.wrong("role", "needs authority, whose role it is");
      }
      fields.end();
      return selection;
    }
  }
}
