package dev.cofre.controlplane.server.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.controlplane.domain.CertificateAuthority;
import dev.cofre.controlplane.domain.CertificateAuthorityDraft;
import dev.cofre.controlplane.domain.CertificateRole;
import dev.cofre.controlplane.domain.CertificateRoleDraft;
import dev.cofre.controlplane.domain.CertificateState;
import dev.cofre.controlplane.domain.IssuedCertificate;
import dev.cofre.controlplane.domain.RevocationReason;
import dev.cofre.controlplane.domain.Stamp;
import dev.cofre.controlplane.domain.SubjectNames;
import dev.cofre.controlplane.server.store.CertificateAuthorityTable.Crl;
import dev.cofre.controlplane.server.store.CertificateTable.Filter;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every database must do with authorities and certificates; each one runs it unchanged. */
abstract class CertificateStoreContract {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Stamp STAMP = Stamp.created(NOW, "owner");

  private Store store;

  abstract StoreLocation freshDatabase() throws Exception;

  @BeforeEach
  void open() throws Exception {
    store = Store.open(freshDatabase(), Clock.systemUTC());
  }

  @AfterEach
  void close() {
    store.close();
  }

  private <T> T change(Function<Transaction, T> work) {
    return store.change(work);
  }

  private CertificateAuthority authority(String name) {
    CertificateAuthorityDraft draft =
        CertificateAuthorityDraft.read(
            Map.of(
                "name", name,
                "environment", "prod",
                "owner", "owner",
                "description", "tests",
                "commonName", "tests",
                "crlUrl", "http://crl.example.com/x"),
            "t");
    CertificateAuthority ahead =
        new CertificateAuthority(
            UUID.randomUUID(), draft, CertificateAuthority.State.PENDING, null, null, null, STAMP);
    return change(
        tx -> {
          tx.authorities().insert(ahead, NOW.plusSeconds(120));
          assertTrue(tx.authorities().find("t", name).isEmpty(), "nobody sees it yet");
          assertTrue(tx.authorities().isTaken("t", name));
          assertTrue(
              tx.authorities().activate(ahead.id(), new byte[] {1, 2}, NOW, NOW.plusSeconds(9)));
          assertFalse(tx.authorities().activate(ahead.id(), new byte[] {3}, NOW, NOW));
          return tx.authorities().find("t", name).orElseThrow();
        });
  }

  private static IssuedCertificate certificate(CertificateAuthority of, String who, int serial) {
    return new IssuedCertificate(
        UUID.randomUUID(),
        "t",
        of.id(),
        "r",
        who,
        "%032x".formatted(serial),
        new SubjectNames(List.of("a.b"), List.of("spiffe://t/a"), List.of("10.0.0.1")),
        true,
        CertificateState.PENDING,
        NOW,
        NOW.minusSeconds(60),
        NOW.plusSeconds(600),
        null,
        null,
        null);
  }

  @Test
  void anAuthorityIsReadAsItWasWritten() {
    CertificateAuthority made = authority("web");
    assertArrayEquals(new byte[] {1, 2}, made.certificate());
    assertEquals("http://crl.example.com/x", made.draft().crlUrl());
    assertEquals(NOW, made.notBefore());
    assertEquals(STAMP, made.stamp());
    change(
        tx -> {
          assertEquals(1, tx.authorities().page("t", "", 9).size());
          assertEquals(0, tx.authorities().page("other", "", 9).size());
          assertEquals(1, tx.authorities().pageOwned("t", Set.of("owner"), "", 9).size());
          assertEquals(0, tx.authorities().pageOwned("t", Set.of("else"), "", 9).size());
          assertTrue(tx.authorities().isOwner("t", "owner"));
          assertEquals(1, tx.authorities().count("t"));
          return null;
        });
  }

  @Test
  void whatEndsIsTakenByOneAndItsNameIsFree() {
    CertificateAuthority made = authority("web");
    change(
        tx -> {
          tx.authorities().end(made.id(), NOW);
          assertFalse(tx.authorities().isTaken("t", "web"));
          return null;
        });
    Optional<CertificateAuthority> first =
        change(tx -> tx.authorities().claimEnding(NOW, NOW.plusSeconds(20)));
    assertEquals(made.id(), first.orElseThrow().id());
    assertTrue(change(tx -> tx.authorities().claimEnding(NOW, NOW.plusSeconds(20))).isEmpty());
    assertTrue(
        change(tx -> tx.authorities().claimEnding(NOW.plusSeconds(20), NOW.plusSeconds(40)))
            .isPresent(),
        "who took it may have been killed");
    change(
        tx -> {
          tx.authorities().delete(made.id());
          assertFalse(tx.authorities().end(made.id(), NOW), "there is nothing to end");
          return null;
        });
    assertTrue(change(tx -> tx.authorities().find(made.id())).isEmpty());
  }

  @Test
  void ofTwoListsOfTheSameNumberOneIsKept() {
    CertificateAuthority made = authority("web");
    change(
        tx -> {
          assertEquals(0, tx.authorities().crl(made.id()).orElseThrow().number());
          assertEquals(List.of(made.id()), tx.authorities().crlsDue(NOW, 9));
          assertTrue(tx.authorities().putCrl(made.id(), 0, new Crl(7, NOW, new byte[] {1}, 0, 0)));
          assertFalse(tx.authorities().putCrl(made.id(), 0, new Crl(7, NOW, new byte[] {2}, 0, 0)));
          assertEquals(List.of(), tx.authorities().crlsDue(NOW, 9));
          assertEquals(List.of(made.id()), tx.authorities().crlsDue(NOW.plusSeconds(1), 9));
          tx.authorities().revoked(made.id());
          assertEquals(List.of(made.id()), tx.authorities().crlsDue(NOW, 9));
          Crl crl = tx.authorities().crl(made.id()).orElseThrow();
          assertEquals(1, crl.revocations());
          assertEquals(0, crl.listed());
          assertArrayEquals(new byte[] {1}, crl.list());
          return null;
        });
  }

  @Test
  void aRoleIsReadAsItWasWritten() {
    CertificateAuthority made = authority("web");
    CertificateRoleDraft draft =
        CertificateRoleDraft.read(
            "r",
            Map.of(
                "description", "d",
                "usages", List.of("client"),
                "dnsNames", List.of("A.b"),
                "keyTypes", List.of("rsa-2048"),
                "generatedKey", true));
    change(
        tx -> {
          tx.certificateRoles().put(new CertificateRole(made.id(), draft, STAMP));
          assertEquals(draft, tx.certificateRoles().find(made.id(), "r").orElseThrow().draft());
          assertEquals(1, tx.certificateRoles().count(made.id()));
          tx.certificateRoles().delete(made.id(), "r");
          assertEquals(0, tx.certificateRoles().page(made.id(), "", 9).size());
          return null;
        });
  }

  @Test
  void aCertificateIsHandedOutOnceAndRevokedOnce() {
    CertificateAuthority made = authority("web");
    IssuedCertificate one = certificate(made, "app", 1);
    change(
        tx -> {
          tx.certificates().insert(one);
          assertEquals(one, tx.certificates().find(one.id()).orElseThrow());
          assertTrue(tx.certificates().activate(one.id(), "0".repeat(64)));
          assertFalse(tx.certificates().activate(one.id(), "1".repeat(64)));
          assertFalse(tx.certificates().discard(one.id()), "it left");
          assertFalse(tx.certificates().abandon(one.id(), RevocationReason.UNSPECIFIED, NOW));
          assertTrue(tx.certificates().revoke(one.id(), RevocationReason.SUPERSEDED, NOW));
          assertFalse(tx.certificates().revoke(one.id(), RevocationReason.KEY_COMPROMISE, NOW));
          var listed = tx.certificates().revoked(made.id(), NOW);
          assertEquals(RevocationReason.SUPERSEDED, listed.getFirst().reason());
          assertEquals(one.serial(), listed.getFirst().serial());
          assertEquals(List.of(), tx.certificates().revoked(made.id(), NOW.plusSeconds(600)));
          return null;
        });
  }

  @Test
  void whatIsMeantIsCountedAndRevokedAndNothingElse() {
    CertificateAuthority web = authority("web");
    CertificateAuthority other = authority("other");
    change(
        tx -> {
          for (int i = 0; i < 4; i++) {
            tx.certificates().insert(certificate(web, i % 2 == 0 ? "app" : "batch", i));
          }
          tx.certificates().insert(certificate(other, "app", 9));
          Filter mine = new Filter("t", web.id(), "r", "app", null);
          assertEquals(2, tx.certificates().countRevocable(mine, NOW));
          assertEquals(0, tx.certificates().countRevocable(mine, NOW.plusSeconds(600)));
          assertEquals(List.of(), tx.certificates().authoritiesOfRevoked(mine, NOW));
          assertEquals(2, tx.certificates().revoke(mine, RevocationReason.UNSPECIFIED, NOW));
          assertEquals(List.of(web.id()), tx.certificates().authoritiesOfRevoked(mine, NOW));
          assertEquals(0, tx.certificates().countRevocable(mine, NOW));
          assertEquals(2, tx.certificates().revoked(web.id(), NOW).size());
          assertEquals(0, tx.certificates().revoked(other.id(), NOW).size());
          assertEquals(4, tx.certificates().countLive(web.id(), NOW));
          assertEquals(4, tx.certificates().countLive(web.id(), "r", NOW));
          assertEquals(1, tx.certificates().countLive("t", "app", NOW));
          Filter owned = new Filter("t", null, null, null, Set.of("owner"));
          assertEquals(5, tx.certificates().page(owned, null, 9).size());
          assertEquals(
              0, tx.certificates().page(new Filter("u", null, null, null, null), null, 9).size());
          assertEquals(3, tx.certificates().abandoned(NOW.plusSeconds(1), 9).size());
          assertEquals(5, tx.certificates().forget(NOW.plusSeconds(601), 9));
          return null;
        });
  }
}
