package dev.cofre.controlplane.server.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.controlplane.domain.SecretExport;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What every database must do with sealed secrets that wait to be fetched. */
interface SecretExportContract extends StoreFixture {
  @Test
  default void sealedSecretsAreThereForTheirRequesterUntilTheirEnd() {
    Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    SecretExport waits = export(now, now.plus(Duration.ofHours(1)));
    SecretExport over = export(now.minusSeconds(60), now.minusSeconds(1));
    byte[] bundle = new byte[1 << 20];
    store()
        .change(
            tx -> {
              tx.secretExports().insert(waits, bundle);
              tx.secretExports().insert(over, bundle);
              return null;
            });
    assertEquals(Optional.of(waits), find("exports", "me", waits.id()));
    assertArrayEquals(bundle, store().read(tx -> tx.secretExports().bundle(waits)).orElseThrow());
    assertTrue(find("exports", "you", waits.id()).isEmpty());
    assertTrue(find("others", "me", waits.id()).isEmpty());
    assertTrue(find("exports", "me", over.id()).isEmpty());
    assertEquals(1, store().<Integer>read(tx -> tx.secretExports().count("exports")));
    assertTrue(store().<Boolean>read(tx -> tx.secretExports().hasOver()));
    store()
        .change(
            tx -> {
              tx.secretExports().removeOver();
              return null;
            });
    assertFalse(store().<Boolean>read(tx -> tx.secretExports().hasOver()));
    assertTrue(store().read(tx -> tx.secretExports().bundle(over)).isEmpty());
    assertTrue(find("exports", "me", waits.id()).isPresent());
  }

  private Optional<SecretExport> find(String tenant, String requester, UUID id) {
    return store().read(tx -> tx.secretExports().find(tenant, requester, id));
  }

  private static SecretExport export(Instant from, Instant to) {
    return new SecretExport(UUID.randomUUID(), "exports", "me", "ab".repeat(32), 2, from, to);
  }
}
