package dev.cofre.controlplane.server.x509;

/** What issues certificates. Immutable. */
public record Pki(AuthorityKeys keys, CertificateIssuer issuer, RevocationLists lists) {}
