package dev.cofre.controlplane.server.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.controlplane.domain.DataClass;
import dev.cofre.controlplane.domain.Environment;
import dev.cofre.controlplane.domain.Secret;
import dev.cofre.controlplane.domain.SecretDraft;
import dev.cofre.controlplane.domain.SecretGrant;
import dev.cofre.controlplane.domain.SecretRotation;
import dev.cofre.controlplane.domain.SecretVersion;
import dev.cofre.controlplane.domain.Stamp;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What every database must do with secrets and who reads them. */
interface SecretContract extends StoreFixture {
  @Test
  default void secretsTheirVersionsAndWhoReadsThem() {
    SecretDraft draft =
        new SecretDraft(
            "db-a",
            "secrets",
            Environment.PROD,
            DataClass.INTERNAL,
            "owner-1",
            "for tests",
            Instant.parse("2099-01-01T00:00:00Z"),
            new SecretRotation(0, "never"));
    UUID id = UUID.randomUUID();
    Secret first = new Secret(id, draft, 1, Stamp.created(Instant.EPOCH, "me"));
    byte[] envelope = {1, 2, 3};
    store()
        .change(
            tx -> {
              tx.secrets().insert(first);
              tx.secretVersions().insert(id, SecretVersion.created(1, tx.now(), "me"), envelope);
              return null;
            });
    assertEquals(first, store().read(tx -> tx.secrets().find("secrets", "db-a").orElseThrow()));
    assertEquals(1, store().<Integer>read(tx -> tx.secrets().count("secrets")));
    Set<String> owners = Set.of("owner-1", "group:x");
    assertTrue(store().read(tx -> tx.secrets().findOwned("secrets", "db-a", owners)).isPresent());
    assertTrue(
        store().read(tx -> tx.secrets().findOwned("secrets", "db-a", Set.of("y"))).isEmpty());
    assertTrue(store().read(tx -> tx.secrets().find("others", "db-a")).isEmpty());
    assertEquals(
        List.of(first), store().read(tx -> tx.secrets().pageOwned("secrets", owners, "", 9)));

    Instant now = Instant.parse("2030-01-01T00:00:00Z");
    SecretGrant ends =
        new SecretGrant("secrets", "app", "db-a", now.plusSeconds(1), now, "security-admin");
    SecretGrant stays = new SecretGrant("secrets", "group:g", "db-a", null, now, "sa");
    store()
        .change(
            tx -> {
              tx.secretGrants().put(ends);
              tx.secretGrants().put(ends);
              tx.secretGrants().put(stays);
              return null;
            });
    assertEquals(
        List.of(ends, stays), store().read(tx -> tx.secretGrants().page("secrets", "db-a", "", 9)));
    assertEquals(List.of(ends, stays), store().read(tx -> tx.secretGrants().all("secrets", 9)));
    assertTrue(granted("app", "db-a", now));
    assertFalse(granted("app", "db-a", now.plusSeconds(1)), "it has ended");
    assertFalse(granted("app", "db-", now));
    assertFalse(granted("%", "db-a", now));
    assertTrue(granted("group:g", "db-a", now.plusSeconds(9)));
    assertEquals(
        List.of(first),
        store().read(tx -> tx.secrets().pageGranted("secrets", Set.of("app"), now, "", 9)));
    assertEquals(1, store().<Integer>read(tx -> tx.secretGrants().countOf("secrets", "app")));
    assertEquals(2, store().<Integer>read(tx -> tx.secretGrants().countOn("secrets", "db-a")));

    store()
        .change(
            tx -> {
              SecretVersion second = SecretVersion.created(2, tx.now(), "me");
              tx.secretVersions().insert(id, second, envelope);
              tx.secrets().update(first.with(2, tx.now(), "you"));
              tx.secretVersions()
                  .move(id, second.in(SecretVersion.State.DESTROYED, tx.now(), "you"));
              tx.secretGrants().delete(ends);
              return null;
            });
    assertEquals(2, store().<Integer>read(tx -> tx.secretVersions().newest(id)));
    assertEquals(
        2, store().read(tx -> tx.secrets().find("secrets", "db-a").orElseThrow()).currentVersion());
    assertArrayEquals(
        envelope, store().read(tx -> tx.secretVersions().envelope(id, 1)).orElseThrow());
    assertTrue(store().read(tx -> tx.secretVersions().envelope(id, 2)).isEmpty());
    assertEquals(
        List.of(SecretVersion.State.ACTIVE, SecretVersion.State.DESTROYED),
        store().read(tx -> tx.secretVersions().page(id, 0, 9)).stream()
            .map(SecretVersion::state)
            .toList());
    assertFalse(granted("app", "db-a", now));
  }

  private boolean granted(String reader, String secret, Instant now) {
    return store().read(tx -> tx.secretGrants().isGranted("secrets", Set.of(reader), secret, now));
  }
}
