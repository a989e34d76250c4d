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
import dev.cofre.controlplane.domain.SecretGroup;
import dev.cofre.controlplane.domain.SecretGroupDraft;
import dev.cofre.controlplane.domain.SecretGroupMember;
import dev.cofre.controlplane.domain.SecretReference;
import dev.cofre.controlplane.domain.SecretRotation;
import dev.cofre.controlplane.domain.SecretVersion;
import dev.cofre.controlplane.domain.Stamp;
import dev.cofre.controlplane.server.store.SecretReferenceTable.Dependent;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
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

  @Test
  default void groupsOfSecretsAndWhoReadsByThem() {
    String tenant = "secret-groups";
    Instant now = Instant.parse("2030-01-01T00:00:00Z");
    SecretGroup shop = group(tenant, "shop", "owner-1");
    SecretGroup other = group(tenant, "other", "owner-2");
    SecretGrant direct = new SecretGrant(tenant, "app", "db-1", null, now, "sa");
    SecretGrant onGroup =
        new SecretGrant(tenant, "app", shop.reference(), now.plusSeconds(9), now, "sa");
    SecretGrant onRole = new SecretGrant(tenant, "app", "engine/role", null, now, "sa");
    store()
        .change(
            tx -> {
              for (String name : List.of("db-1", "db-2", "db-3")) {
                tx.secrets().insert(secret(tenant, name));
              }
              tx.secretGroups().insert(shop);
              tx.secretGroups().insert(other);
              tx.secretGroups().add(shop, new SecretGroupMember("db-2", now, "sa"));
              tx.secretGroups().add(shop, new SecretGroupMember("db-1", now, "sa"));
              tx.secretGroups().add(other, new SecretGroupMember("db-3", now, "sa"));
              List.of(direct, onGroup, onRole).forEach(tx.secretGrants()::put);
              return null;
            });
    assertEquals(shop, store().read(tx -> tx.secretGroups().find(tenant, "shop")).orElseThrow());
    assertTrue(store().read(tx -> tx.secretGroups().find("others", "shop")).isEmpty());
    assertEquals(2, store().<Integer>read(tx -> tx.secretGroups().count(tenant)));
    assertTrue(store().<Boolean>read(tx -> tx.secretGroups().isOwner(tenant, "owner-1")));
    assertFalse(store().<Boolean>read(tx -> tx.secretGroups().isOwner(tenant, "owner-3")));
    assertEquals(List.of(other, shop), store().read(tx -> tx.secretGroups().page(tenant, "", 9)));
    assertEquals(
        List.of(shop),
        store().read(tx -> tx.secretGroups().pageOwned(tenant, Set.of("owner-1"), "", 9)));
    Set<String> app = Set.of("app", "group:x");
    assertEquals(
        List.of(shop), store().read(tx -> tx.secretGroups().pageGranted(tenant, app, now, "", 9)));
    assertEquals(List.of("shop"), store().read(tx -> tx.secretGrants().groups(tenant, app, now)));
    Instant after = now.plusSeconds(9);
    assertEquals(List.of(), store().read(tx -> tx.secretGrants().groups(tenant, app, after)));
    assertEquals(
        List.of("db-1", "db-2"),
        store().read(tx -> tx.secretGroups().members(shop)).stream()
            .map(SecretGroupMember::secret)
            .toList());
    assertEquals(List.of("shop"), store().read(tx -> tx.secretGroups().of(tenant, "db-2")));
    List<String> groups = List.of("shop", "none");
    assertTrue(store().<Boolean>read(tx -> tx.secretGroups().isInOneOf(tenant, groups, "db-2")));
    assertFalse(store().<Boolean>read(tx -> tx.secretGroups().isInOneOf(tenant, groups, "db-3")));
    assertFalse(store().<Boolean>read(tx -> tx.secretGroups().isInOneOf(tenant, Set.of(), "db-2")));
    assertEquals(
        List.of("db-1", "db-2"), names(tx -> tx.secrets().pageGranted(tenant, app, now, "", 9)));
    assertEquals(List.of("db-1"), names(tx -> tx.secrets().pageGranted(tenant, app, after, "", 9)));
    assertEquals(List.of("db-2"), names(tx -> tx.secrets().pageOfGroup(tenant, "shop", "db-1", 9)));
    assertEquals(
        List.of(direct, onGroup),
        store().read(tx -> tx.secretGrants().pageReading(tenant, "db-1", "", "", 9)));
    assertEquals(
        List.of(onGroup),
        store().read(tx -> tx.secretGrants().pageReading(tenant, "db-1", "app", "db-1", 9)));
    assertEquals(
        List.of(onGroup),
        store().read(tx -> tx.secretGrants().pageReading(tenant, "db-2", "", "", 9)));

    SecretGroup changed =
        new SecretGroup(shop.id(), shop.draft(), shop.stamp().changed(now, "you"));
    store()
        .change(
            tx -> {
              tx.secretGroups().update(changed);
              tx.secretGroups().remove(shop, "db-1");
              tx.secretGroups().delete(other);
              return null;
            });
    assertEquals(changed, store().read(tx -> tx.secretGroups().find(tenant, "shop")).orElseThrow());
    assertEquals(List.of(), store().read(tx -> tx.secretGroups().of(tenant, "db-1")));
    assertEquals(List.of(), store().read(tx -> tx.secretGroups().of(tenant, "db-3")));
    assertTrue(store().read(tx -> tx.secretGroups().find(tenant, "other")).isEmpty());
  }

  @Test
  default void whatTemplatesReferTo() {
    String tenant = "secret-references";
    Secret host = secret(tenant, "host");
    Secret url = secret(tenant, "url");
    Secret foreign = secret(tenant, "foreign", "owner-2");
    List<SecretReference> references =
        List.of(new SecretReference("host", 0), new SecretReference("host", 1));
    byte[] envelope = {1};
    store()
        .change(
            tx -> {
              for (Secret secret : List.of(host, url, foreign)) {
                tx.secrets().insert(secret);
                boolean template = !secret.equals(host);
                tx.secretVersions()
                    .insert(
                        secret.id(), SecretVersion.created(1, tx.now(), "me", template), envelope);
                if (template) {
                  tx.secretReferences().insert(secret, 1, references);
                }
              }
              return null;
            });
    assertTrue(store().read(tx -> tx.secretVersions().find(url.id(), 1)).orElseThrow().template());
    assertFalse(
        store().read(tx -> tx.secretVersions().find(host.id(), 1)).orElseThrow().template());
    assertEquals(references, store().read(tx -> tx.secretReferences().of(url.id(), 1)));
    assertEquals(List.of(), store().read(tx -> tx.secretReferences().of(url.id(), 2)));
    // Those of another owner do not get its value, so they do not count.
    assertEquals(
        List.of(new Dependent("url", 1, 0), new Dependent("url", 1, 1)),
        store().read(tx -> tx.secretReferences().dependents(host, 9)));
    store()
        .change(
            tx -> {
              tx.secrets().update(url.with(2, tx.now(), "me"));
              return null;
            });
    assertEquals(List.of(), store().read(tx -> tx.secretReferences().dependents(host, 9)));
    store()
        .change(
            tx -> {
              tx.secrets().update(url.with(1, tx.now(), "me"));
              SecretVersion version = tx.secretVersions().find(url.id(), 1).orElseThrow();
              tx.secretVersions()
                  .move(url.id(), version.in(SecretVersion.State.DELETED, tx.now(), "me"));
              return null;
            });
    assertEquals(List.of(), store().read(tx -> tx.secretReferences().dependents(host, 9)));
    store()
        .change(
            tx -> {
              tx.secretReferences().remove(url.id(), 1);
              return null;
            });
    assertEquals(List.of(), store().read(tx -> tx.secretReferences().of(url.id(), 1)));
  }

  private List<String> names(Function<Transaction, List<Secret>> page) {
    return store().read(page).stream().map(Secret::name).toList();
  }

  private static SecretGroup group(String tenant, String name, String owner) {
    SecretGroupDraft draft =
        new SecretGroupDraft(
            name, tenant, Environment.PROD, DataClass.INTERNAL, owner, "for tests");
    return new SecretGroup(UUID.randomUUID(), draft, Stamp.created(Instant.EPOCH, "me"));
  }

  private static Secret secret(String tenant, String name) {
    return secret(tenant, name, "owner-1");
  }

  private static Secret secret(String tenant, String name, String owner) {
    SecretDraft draft =
        new SecretDraft(
            name,
            tenant,
            Environment.PROD,
            DataClass.INTERNAL,
            owner,
            "for tests",
            Instant.parse("2099-01-01T00:00:00Z"),
            new SecretRotation(0, "never"));
    return new Secret(UUID.randomUUID(), draft, 1, Stamp.created(Instant.EPOCH, "me"));
  }

  private boolean granted(String reader, String secret, Instant now) {
    return store().read(tx -> tx.secretGrants().isGranted("secrets", Set.of(reader), secret, now));
  }
}
