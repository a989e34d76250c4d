package dev.cofre.controlplane.domain;

import java.util.Locale;

/** What a certificate is for: its extended key usage. */
public enum CertificateUsage {
  /** A TLS server. */
  SERVER,
  /** A TLS client. */
  CLIENT;

  /** As it stands in documents. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
