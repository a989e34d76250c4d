package dev.cofre.controlplane.domain;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * What certificates of one sort may say and how long they live; valid in itself. What it does not
 * name is not permitted. Immutable.
 *
 * @param defaultTtl how long one lives when nothing else is asked for
 * @param maxTtl how long one lives at most
 * @param certificatesMax how many may be there at once that have not expired
 * @param dnsNames exact names, in lower case
 * @param dnsSuffixes with a dot in front: one or more labels may stand before it
 * @param uris exact SPIFFE ids
 * @param ipAddresses exact addresses, as {@link SubjectNames} writes them
 * @param keyTypes of the keys that certificates are made for
 * @param generatedKey whether the server makes the key when that is asked for
 */
public record CertificateRoleDraft(
    String name,
    String description,
    Duration defaultTtl,
    Duration maxTtl,
    int certificatesMax,
    List<String> dnsNames,
    List<String> dnsSuffixes,
    List<String> uris,
    List<String> ipAddresses,
    List<CertificateUsage> usages,
    List<CertificateKeyType> keyTypes,
    boolean generatedKey) {
  /** The longest life of a certificate, in seconds. */
  public static final long TTL_S_MAX = Duration.ofDays(30).toSeconds();

  /** The shortest life of a certificate, in seconds. */
  public static final long TTL_S_MIN = 60;

  /** The most certificates of an authority that have not expired. */
  public static final int OF_AUTHORITY_MAX = 100_000;

  private static final int CERTIFICATES_DEFAULT = 1_000;
  private static final int NAMES_MAX = 200;
  private static final int DESCRIPTION_MAX = 1_024;
  private static final long DEFAULT_TTL_S = 86_400;

  /**
   * Reads the document of the role {@code name}.
   *
   * @throws InvalidDocumentException naming every field that is wrong, missing or unknown
   */
  public static CertificateRoleDraft read(String name, Map<String, ?> document) {
    DocumentFields fields = new DocumentFields(document);
    if (!SecretEngineDraft.NAME.matcher(name).matches()) {
      fields.wrong("role", "must be 1 to 63 of a-z, 0-9, '.', '_' and '-'");
    }
    CertificateRoleDraft draft =
        new CertificateRoleDraft(
            name,
            fields.printable("description", DESCRIPTION_MAX),
            Duration.ofSeconds(
                fields.number("defaultTtlSeconds", DEFAULT_TTL_S, TTL_S_MIN, TTL_S_MAX)),
            Duration.ofSeconds(fields.number("maxTtlSeconds", DEFAULT_TTL_S, TTL_S_MIN, TTL_S_MAX)),
            (int) fields.number("certificatesMax", CERTIFICATES_DEFAULT, 1, OF_AUTHORITY_MAX),
            names(fields, "dnsNames", SubjectNames::dnsName, "a DNS name"),
            names(fields, "dnsSuffixes", SubjectNames::dnsSuffix, "'.' and two labels or more"),
            names(fields, "uris", SubjectNames::spiffeId, "a SPIFFE id with a path"),
            names(fields, "ipAddresses", SubjectNames::ipAddress, "an IPv4 or IPv6 address"),
            usages(fields),
            keyTypes(fields),
            fields.flag("generatedKey", false));
    if (draft.defaultTtl.compareTo(draft.maxTtl) > 0) {
      fields.wrong("defaultTtlSeconds", "must be at most maxTtlSeconds");
    }
    if (draft.names() == 0) {
      fields.wrong(
          "dnsNames", "is missing: a role permits a name, suffix, URI or address at least");
    }
    fields.end();
    return draft;
  }

  private int names() {
    return dnsNames.size() + dnsSuffixes.size() + uris.size() + ipAddresses.size();
  }

  /**
   * The texts of {@code field} as {@code canonical}, which answers null for what is none, has it.
   */
  private static List<String> names(
      DocumentFields fields, String field, UnaryOperator<String> canonical, String what) {
    List<String> names = new ArrayList<>();
    for (String text : fields.anyTexts(field, NAMES_MAX)) {
      String name = canonical.apply(text);
      if (name == null) {
        fields.wrong(field, "must be " + what + " each");
      } else {
        names.add(name);
      }
    }
    return names.stream().distinct().toList();
  }

  private static List<CertificateUsage> usages(DocumentFields fields) {
    List<CertificateUsage> usages = new ArrayList<>();
    List<String> texts = fields.texts("usages", CertificateUsage.values().length);
    for (CertificateUsage usage : CertificateUsage.values()) {
      if (texts.contains(usage.wireName())) {
        usages.add(usage);
      }
    }
    if (usages.size() != texts.size()) {
      fields.wrong("usages", "must be of server, client");
    }
    return List.copyOf(usages);
  }

  private static List<CertificateKeyType> keyTypes(DocumentFields fields) {
    List<String> texts = fields.optionalTexts("keyTypes", CertificateKeyType.values().length);
    if (texts.isEmpty()) {
      return CertificateKeyType.GENERATED;
    }
    List<CertificateKeyType> types =
        Arrays.stream(CertificateKeyType.values())
            .filter(type -> texts.contains(type.wireName()))
            .toList();
    if (types.size() != texts.size()) {
      fields.wrong(
          "keyTypes",
          "must be of "
              + String.join(", ", CertificateKeyType.names(List.of(CertificateKeyType.values()))));
    }
    return types;
  }

  /** As it stands in documents; {@link #read} reads it. */
  public Map<String, Object> document() {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("description", description);
    document.put("defaultTtlSeconds", defaultTtl.toSeconds());
    document.put("maxTtlSeconds", maxTtl.toSeconds());
    document.put("certificatesMax", certificatesMax);
    document.put("dnsNames", dnsNames);
    document.put("dnsSuffixes", dnsSuffixes);
    document.put("uris", uris);
    document.put("ipAddresses", ipAddresses);
    document.put("usages", usages.stream().map(CertificateUsage::wireName).toList());
    document.put("keyTypes", CertificateKeyType.names(keyTypes));
    document.put("generatedKey", generatedKey);
    return document;
  }

  /** Whether certificates may carry {@code dnsName}, which is as {@link SubjectNames} has it. */
  public boolean permitsDnsName(String dnsName) {
    return dnsNames.contains(dnsName)
        || (!SubjectNames.isInternationalized(dnsName)
            && dnsSuffixes.stream().anyMatch(dnsName::endsWith));
  }
}
