package dev.cofre.controlplane.server.x509;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.CertificateState;
import dev.cofre.controlplane.domain.IssuedCertificate;
import dev.cofre.controlplane.domain.SubjectNames;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Until when a certificate that was written ahead may be handed out. */
class CertificateIssuerTest {
  @Test
  void whatIsSlowIsNotHandedOutWhenItIsAboutToBeRevoked() {
    Instant issuedAt = Instant.parse("2026-01-01T00:00:00Z");
    IssuedCertificate ahead =
        new IssuedCertificate(
            UUID.randomUUID(),
            "default",
            UUID.randomUUID(),
            "role",
            "app",
            "0".repeat(32),
            new SubjectNames(List.of("localhost"), List.of(), List.of()),
            false,
            CertificateState.PENDING,
            issuedAt,
            issuedAt,
            issuedAt.plusSeconds(3_600),
            null,
            null,
            null);
    Instant latest = issuedAt.plus(Duration.ofMinutes(1));
    assertDoesNotThrow(() -> CertificateIssuer.requireTime(ahead, latest));
    ProblemException late =
        assertThrows(
            ProblemException.class,
            () -> CertificateIssuer.requireTime(ahead, latest.plusMillis(1)));
    assertEquals(ErrorCode.OVERLOADED, late.code());
  }
}
