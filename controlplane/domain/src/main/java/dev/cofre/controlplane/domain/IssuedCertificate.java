package dev.cofre.controlplane.domain;

import java.time.Instant;
import java.util.UUID;

/**
 * A certificate that was issued: a lease that ends by itself. Its private key, if the server made
 * it, is kept nowhere. Immutable.
 *
 * @param authority the authority's id
 * @param role the role's name
 * @param principal whose it is
 * @param serial 128 random bits, as 32 hexadecimal digits
 * @param generatedKey whether the server made its key
 * @param sha256 of the certificate's DER, hexadecimal; null until it was signed
 * @param reason null while it is not revoked
 * @param revokedAt null while it is not revoked
 */
public record IssuedCertificate(
    UUID id,
    String tenant,
    UUID authority,
    String role,
    String principal,
    String serial,
    SubjectNames names,
    boolean generatedKey,
    CertificateState state,
    Instant issuedAt,
    Instant notBefore,
    Instant expiresAt,
    String sha256,
    RevocationReason reason,
    Instant revokedAt) {}
