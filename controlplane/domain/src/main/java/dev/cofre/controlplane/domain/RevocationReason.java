package dev.cofre.controlplane.domain;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Why a certificate is revoked, as RFC 5280 section 5.3.1 numbers it. */
public enum RevocationReason {
  UNSPECIFIED(0),
  KEY_COMPROMISE(1),
  AFFILIATION_CHANGED(3),
  SUPERSEDED(4),
  CESSATION_OF_OPERATION(5);

  private final int number;

  RevocationReason(int number) {
    this.number = number;
  }

  /** The number in revocation lists. */
  public int number() {
    return number;
  }

  /** As it stands in documents. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static List<String> wireNames() {
    return Arrays.stream(values()).map(RevocationReason::wireName).toList();
  }

  /** The reason with this name, which must be one. */
  public static RevocationReason of(String wireName) {
    return valueOf(wireName.toUpperCase(Locale.ROOT).replace('-', '_'));
  }
}
