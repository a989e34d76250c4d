package dev.cofre.controlplane.domain;

import java.util.Arrays;
import java.util.List;

/** The sorts of public keys that certificates are made for. */
public enum CertificateKeyType {
  /** An elliptic curve key on NIST P-256. */
  EC_P256("ec-p256"),
  /** An elliptic curve key on NIST P-384. */
  EC_P384("ec-p384"),
  /** RSA with a modulus of 2,048 bits. */
  RSA_2048("rsa-2048"),
  /** RSA with a modulus of 3,072 bits. */
  RSA_3072("rsa-3072"),
  /** RSA with a modulus of 4,096 bits. */
  RSA_4096("rsa-4096");

  /** Those that are generated here, by the HSM for authorities and by the server for others. */
  public static final List<CertificateKeyType> GENERATED = List.of(EC_P256, EC_P384);

  private final String wireName;

  CertificateKeyType(String wireName) {
    this.wireName = wireName;
  }

  /** As it stands in documents. */
  public String wireName() {
    return wireName;
  }

  /** The type with this name, which must be one of {@link #names}. */
  public static CertificateKeyType of(String wireName) {
    return Arrays.stream(values())
        .filter(type -> type.wireName.equals(wireName))
        .findFirst()
        .orElseThrow();
  }

  /** The names of {@code types}. */
  public static List<String> names(List<CertificateKeyType> types) {
    return types.stream().map(CertificateKeyType::wireName).toList();
  }
}
