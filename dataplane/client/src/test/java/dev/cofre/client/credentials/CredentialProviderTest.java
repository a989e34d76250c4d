package dev.cofre.client.credentials;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.client.CofreException;
import dev.cofre.client.credentials.ScriptedVault.Mood;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Times and failures; what real systems do with it is tested beside the control plane. */
class CredentialProviderTest {
  private static final CredentialSource LEASE = CredentialSource.lease("shop-db", "reader");
  private static final CredentialSource SECRET =
      CredentialSource.secret("orders-login", Duration.ofMinutes(1));
  private static final Duration READ = Duration.ofSeconds(73);

  /** Later than a lease of 600 s is renewed, and before its end. */
  private static final Duration RENEWED = Duration.ofSeconds(361);

  private static final Duration REST = ScriptedVault.LIFE.minus(RENEWED);

  private final ScriptedVault vault = new ScriptedVault();
  private final MovableTimes times = new MovableTimes();
  private final List<String> told = Collections.synchronizedList(new ArrayList<>());

  @AfterEach
  void stop() {
    vault.close();
  }

  private CredentialProvider start(CredentialSource source) {
    CredentialProvider provider = times.start(vault.endpoint(), source);
    provider.addListener(
        new CredentialListener() {
          @Override
          public void changed(CredentialState state) {
            told.add("changed");
          }

          @Override
          public void troubled(CredentialState state) {
            told.add(state.trouble().orElseThrow());
          }
        });
    return provider;
  }

  private static void await(BooleanSupplier fact) {
    long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!fact.getAsBoolean()) {
      assertTrue(System.nanoTime() < endNs, "not within a minute");
      LockSupport.parkNanos(2_000_000);
    }
  }

  private void pass(Duration time) {
    vault.ahead = vault.ahead.plus(time);
    times.advance(time);
  }

  private long count(String call) {
    synchronized (vault.asked) {
      return vault.asked.stream().filter(one -> one.endsWith(call)).count();
    }
  }

  private static String id(CredentialProvider provider) {
    try (Credential now = provider.get()) {
      return now.id();
    }
  }

  /** Of its ten minutes nine and a half are left: the test itself has taken less than that. */
  private static boolean hasItsWholeLife(CredentialProvider provider) {
    return provider
        .state()
        .ends()
        .filter(end -> end.isAfter(Instant.now().plusSeconds(570)))
        .isPresent();
  }

  @Test
  void aLeaseIsRenewedWhileARenewalGivesItsWholeLifeAndThenFollowed() {
    try (CredentialProvider provider = start(LEASE)) {
      String first = id(provider);
      for (int renewals = 1; renewals <= 8; renewals++) {
        pass(RENEWED);
        await(() -> hasItsWholeLife(provider));
        assertEquals(renewals, count("/renew"), "361 s eight times are 2,888 of the 3,000 s");
      }
      assertEquals(first, id(provider));
      told.clear();
      pass(RENEWED);
      await(() -> count("/leases") == 2);
      await(() -> !id(provider).equals(first));
      await(() -> told.equals(List.of("changed")));
      assertEquals(2, vault.live(), "the one before works until its end");
    }
    assertEquals(0, vault.live(), "closing ends both");
  }

  @Test
  void whatIsHeldIsServedThroughAnOutageAsLongAsItLives() {
    try (CredentialProvider provider = start(LEASE)) {
      String first = id(provider);
      vault.mood = Mood.AWAY;
      pass(RENEWED);
      await(() -> told.contains("unavailable"));
      assertEquals(first, id(provider));
      assertEquals(Optional.of("unavailable"), provider.state().trouble());
      pass(REST);
      await(() -> provider.state().id().isEmpty());
      CofreException none = assertThrows(CofreException.class, provider::get);
      assertEquals("unavailable", none.reason());
      vault.mood = Mood.ANSWERS;
      pass(Duration.ofMinutes(1));
      await(() -> provider.state().id().isPresent());
      assertNotEquals(first, id(provider));
      assertEquals(Optional.empty(), provider.state().trouble());
    }
  }

  @Test
  void anOutageIsAskedLessAndLessOften() {
    vault.mood = Mood.AWAY;
    try (CredentialProvider provider = start(LEASE)) {
      for (int seconds = 0; seconds < 600; seconds++) {
        times.advance(Duration.ofSeconds(1));
        LockSupport.parkNanos(8_000_000);
      }
      long asked = count("/leases");
      assertTrue(asked >= 8 && asked <= 60, "in ten minutes, 30 s apart in the end: " + asked);
      assertEquals(Optional.empty(), provider.state().id());
    }
  }

  @Test
  void aLeaseThatWasRevokedIsReplacedAtItsRenewal() {
    try (CredentialProvider provider = start(LEASE)) {
      String first = id(provider);
      vault.end(first);
      pass(RENEWED);
      await(() -> !id(provider).equals(first));
    }
    assertEquals(0, vault.live());
  }

  @Test
  void whatALostAnswerMadeIsRevoked() {
    vault.mood = Mood.HANGS_UP;
    try (CredentialProvider provider = start(LEASE)) {
      await(() -> !told.isEmpty());
      assertTrue(vault.live() <= 1);
      vault.mood = Mood.ANSWERS;
      times.advance(Duration.ofSeconds(2));
      await(
          () -> {
            assertNotEquals(Optional.of("conflict"), provider.state().trouble(), "at once");
            return provider.state().id().isPresent();
          });
      assertEquals(1, vault.live());
      assertEquals(1, vault.revoked.size());
      assertNotEquals(vault.revoked.get(0), id(provider));
    }
    assertEquals(0, vault.live());
  }

  @Test
  void whatALostAnswerMadeIsRevokedAtTheEndToo() {
    vault.mood = Mood.RAMBLES;
    try (CredentialProvider provider = start(LEASE)) {
      await(() -> told.contains("protocol"));
      assertEquals(1, vault.live());
      vault.mood = Mood.ANSWERS;
      assertEquals(Optional.empty(), provider.state().id());
    }
    assertEquals(0, vault.live());
  }

  @Test
  void aRefusedCredentialIsReplacedOnceForAllWhoAsk() throws Exception {
    ExecutorService callers = Executors.newFixedThreadPool(16);
    try (CredentialProvider provider = start(LEASE);
        Credential refused = provider.get()) {
      List<Future<String>> answers = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        answers.add(
            callers.submit(
                () -> {
                  try (Credential next = provider.replacement(refused)) {
                    return next.id();
                  }
                }));
      }
      for (Future<String> answer : answers) {
        assertNotEquals(refused.id(), answer.get(60, TimeUnit.SECONDS));
      }
      assertEquals(2, count("/leases"));
    } finally {
      callers.shutdownNow();
    }
    assertEquals(0, vault.live());
  }

  /** A system that refuses everybody has a credential made now and then. */
  @Test
  void aSystemThatRefusesAllHasNoCredentialsMadeWithoutEnd() {
    try (CredentialProvider provider = start(LEASE)) {
      for (int i = 0; i < 50; i++) {
        try (Credential refused = provider.get();
            Credential next = provider.replacement(refused)) {
          assertTrue(i > 0 || !next.isSame(refused), "the first time");
        }
      }
      assertTrue(count("/leases") <= 4, "not at once again: " + count("/leases"));
      for (int minutes = 0; minutes < 200; minutes++) {
        // Without the times at which it would be renewed or followed: its clock alone goes on.
        times.advance(Duration.ofMillis(1_500));
        try (Credential refused = provider.get()) {
          provider.replacement(refused).close();
        }
      }
      assertTrue(count("/leases") <= 12, "in five minutes: " + count("/leases"));
    }
    assertEquals(0, vault.live());
  }

  @Test
  void noMoreThanTwentyWorkBesideTheOneThatIsHeld() {
    vault.life = Duration.ofDays(1);
    vault.lifeMax = Duration.ofDays(1);
    try (CredentialProvider provider = start(LEASE)) {
      for (int i = 0; i < 30; i++) {
        try (Credential refused = provider.get()) {
          provider.replacement(refused).close();
        }
        times.advance(Duration.ofSeconds(181));
      }
      assertEquals(21, count("/leases"));
      assertEquals(Optional.of("busy"), provider.state().trouble());
    }
    assertEquals(0, vault.live());
  }

  /** Two data sources by one provider: at one of them nobody logs in. */
  @Test
  void aLoginThatWorksElsewhereHasNoMoreMade() {
    try (CredentialProvider provider = start(LEASE)) {
      for (int i = 0; i < 60; i++) {
        try (Credential now = provider.get()) {
          provider.worked(now);
          provider.replacement(now).close();
        }
      }
      assertTrue(count("/leases") <= 8, "not at once again: " + count("/leases"));
    }
  }

  @Test
  void closingOnAnInterruptedThreadRevokesToo() {
    CredentialProvider provider = start(LEASE);
    id(provider);
    Thread.currentThread().interrupt();
    provider.close();
    assertTrue(Thread.interrupted(), "it is kept for the caller");
    assertEquals(0, vault.live());
  }

  @Test
  void aListenerMayCloseAndWaitsForNoReplacement() {
    CredentialProvider provider = start(LEASE);
    String first = id(provider);
    provider.addListener(
        state -> {
          try (Credential now = provider.get()) {
            provider.replacement(now).close();
          } catch (CofreException e) {
            told.add("replacement: " + e.reason());
          }
          provider.close();
          told.add("closed");
        });
    vault.end(first);
    pass(RENEWED);
    await(() -> told.contains("closed"));
    await(() -> vault.live() == 0);
    assertTrue(told.contains("replacement: local"), told.toString());
    provider.close();
    assertEquals(Optional.empty(), provider.state().id());
  }

  @Test
  void whatCouldNotBeRenewedIsRevokedAtTheEnd() {
    try (CredentialProvider provider = start(LEASE)) {
      String first = id(provider);
      vault.renewsNot = true;
      pass(RENEWED);
      await(() -> !id(provider).equals(first));
      assertEquals(2, vault.live());
    }
    assertEquals(0, vault.live());
  }

  @Test
  void aSecretIsFollowedByItsValue() {
    try (CredentialProvider provider = start(SECRET)) {
      try (Credential first = provider.get()) {
        assertEquals("orders-login@1", first.id());
        assertEquals("blue", first.username());
        assertArrayEquals("first".toCharArray(), first.password());
        assertEquals(Optional.empty(), provider.connectionLifetimeMax());
      }
      vault.value = ScriptedVault.secretValue("green", "s\"e\\cond-ключ");
      vault.version = 2;
      times.advance(READ);
      await(() -> id(provider).equals("orders-login@2"));
      try (Credential second = provider.get()) {
        assertEquals("green", second.username());
        assertArrayEquals("s\"e\\cond-ключ".toCharArray(), second.password());
        vault.value = ScriptedVault.secretValue("blue", "third");
        vault.version = 3;
        try (Credential third = provider.replacement(second)) {
          assertEquals("blue", third.username());
        }
      }
      vault.mood = Mood.FORBIDS;
      times.advance(READ);
      await(() -> told.contains("forbidden"));
      assertEquals("orders-login@3", id(provider), "it is held as long as there is no other");
    }
    assertEquals(0, count("/revoke"));
  }

  @Test
  void whatIsNoCredentialIsNoneAndNotQuoted() {
    for (String value :
        List.of(
            "hidden-word",
            "{\"username\":\"hidden-word\"}",
            "{\"username\":\"a\",\"password\":\"\"}",
            "{\"username\":\"a\",\"password\":\"hidden-word\"",
            "{\"username\":\"a\",\"password\":\"hidden-word\"}}",
            "[\"hidden-word\"]")) {
      told.clear();
      vault.value = value;
      try (CredentialProvider provider = start(SECRET)) {
        await(() -> provider.state().trouble().isPresent());
        assertEquals(Optional.of("protocol"), provider.state().trouble(), value);
        CofreException none = assertThrows(CofreException.class, provider::get);
        assertFalse(none.toString().contains("hidden-word"), none.toString());
        CofreException first = (CofreException) none.getCause();
        assertEquals(none.getMessage(), first.getMessage());
        assertNull(first.getCause());
        assertNotSame(none, assertThrows(CofreException.class, provider::get), "to each its own");
      }
    }
  }

  @Test
  void passwordsAreOverwrittenAndNowhereInWords() {
    char[] kept;
    CredentialProvider provider = start(LEASE);
    try (provider;
        Credential now = provider.get()) {
      kept = now.password();
      String password = new String(kept);
      assertEquals("password-0", password);
      for (Object one : List.of(provider, now, provider.state())) {
        assertFalse(one.toString().contains(password), one.toString());
      }
    }
    assertArrayEquals(new char[kept.length], kept);
    CofreException closed = assertThrows(CofreException.class, provider::get);
    assertEquals(CofreException.Kind.LOCAL, closed.kind());
    assertEquals(Optional.empty(), provider.state().id());
  }

  @Test
  void whatAListenerThrowsStopsNothing() {
    try (CredentialProvider provider = times.start(vault.endpoint(), LEASE)) {
      provider.addListener(
          state -> {
            throw new IllegalStateException("of the test");
          });
      String first = id(provider);
      vault.end(first);
      pass(RENEWED);
      await(() -> !id(provider).equals(first));
      await(() -> hasItsWholeLife(provider));
      pass(RENEWED);
      await(() -> count("/renew") == 2);
    }
  }

  @Test
  void aConnectionMayLiveForAThirdOfALease() {
    try (CredentialProvider provider = start(LEASE)) {
      assertEquals(Optional.of(ScriptedVault.LIFE.dividedBy(3)), provider.connectionLifetimeMax());
    }
  }

  @Test
  void aRoleThatIsNotThereIsTold() {
    try (CredentialProvider provider = start(CredentialSource.lease("other-db", "reader"))) {
      await(() -> told.contains("not_found"));
      assertEquals(Optional.empty(), provider.state().id());
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> CredentialSource.lease("shop-db", "reader", Duration.ofMillis(5)));
    assertThrows(IllegalArgumentException.class, () -> CredentialSource.secret("x", Duration.ZERO));
  }
}
