package dev.cofre.cli.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.cli.template.UnfitValueException;
import dev.cofre.client.CofreException;
import dev.cofre.client.CofreException.Kind;
import dev.cofre.contract.problem.ErrorCode;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The times of a lease, with a clock that is moved; real leases are in the system's tests. */
class LeaseKeeperTest {
  private static final Duration TTL = Duration.ofMinutes(10);
  private static final Duration MAX = Duration.ofMinutes(30);
  private static final String ID = "00000000-0000-4000-8000-%012d";

  private final MovableClock clock = new MovableClock();
  private final Leases leases = new Leases();
  private final LeaseKeeper keeper =
      new LeaseKeeper(
          new Source.Lease("db", "pg", "reader", 600), new Attempts(clock, new Random(7)));

  /** Leases by the control plane's rules; its clock is an hour ahead. */
  private final class Leases implements Vault {
    private final List<String> calls = new ArrayList<>();
    private final Set<String> revoked = new HashSet<>();
    private CofreException failure;
    private CofreException issueFailure;
    private Duration ahead = Duration.ofHours(1);
    private boolean unheard;
    private Instant max;
    private int count;
    private String lastKey;

    private Instant now() {
      return clock.instant().plus(ahead);
    }

    private void fail() {
      if (failure != null) {
        throw failure;
      }
    }

    @Override
    public Read read(List<String> names, boolean resolve) {
      throw new UnsupportedOperationException();
    }

    @Override
    public JsonObject issueLease(JsonObject wanted, String key) {
      calls.add("issue");
      if (key.equals(lastKey) && count > 0) {
        throw CofreException.refused(
            Kind.REFUSED,
            ErrorCode.CONFLICT,
            "the first request with this Idempotency-Key made the lease "
                + ID.formatted(count)
                + ", whose password is kept nowhere: revoke it and take a fresh key",
            0);
      }
      fail();
      if (issueFailure != null) {
        throw issueFailure;
      }
      count++;
      max = now().plus(MAX);
      if (unheard) {
        lastKey = key;
        throw new CofreException(Kind.CUT_SHORT, "cut");
      }
      return lease().put("password", "p" + count).put("userName", "u" + count);
    }

    private JsonObject lease() {
      Instant end = now().plus(TTL);
      return new JsonObject()
          .put("id", ID.formatted(count))
          .put("issuedAt", now().toString())
          .put("expiresAt", "" + (end.isAfter(max) ? max : end))
          .put("maxExpiresAt", max.toString());
    }

    @Override
    public JsonObject renewLease(String id, JsonObject wanted) {
      calls.add("renew");
      fail();
      if (revoked.contains(id)) {
        throw CofreException.refused(Kind.REFUSED, ErrorCode.CONFLICT, "the lease has ended", 0);
      }
      return lease();
    }

    @Override
    public void revokeLease(String id) {
      calls.add("revoke " + id);
      revoked.add(id);
    }

    @Override
    public JsonObject issueCertificate(JsonObject wanted, String key) {
      throw new UnsupportedOperationException();
    }
  }

  private Duration toNext() {
    return Duration.between(clock.instant(), keeper.attempts().due());
  }

  private String password() throws UnfitValueException {
    return new String(keeper.field("db", "password"), UTF_8);
  }

  @Test
  void renewsAtHalfOfTheLifeToTheLimitAndThenGetsAnotherAhead() throws Exception {
    assertTrue(keeper.step(leases));
    Set<Duration> waits = new HashSet<>();
    Instant start = clock.instant();
    int renewals = 0;
    while (leases.count == 1) {
      Duration next = toNext();
      waits.add(next);
      assertTrue(next.toSeconds() <= 360 && !next.isNegative(), next::toString);
      clock.move(next);
      assertTrue(keeper.holds("db"), "the credential has ended before it was replaced");
      boolean changed = keeper.step(leases);
      assertEquals(leases.count == 2, changed);
      renewals += changed ? 0 : 1;
    }
    assertTrue(renewals >= 3, () -> "renewals: " + leases.calls);
    assertTrue(waits.size() > 2, "the times are not spread: " + waits);
    assertTrue(Duration.between(start, clock.instant()).compareTo(MAX) < 0);
    assertEquals("p2", password());
    assertEquals(List.of(ID.formatted(1), ID.formatted(2)), keeper.leases());
    clock.move(Duration.ofSeconds(599));
    assertTrue(keeper.holds("db"));
    clock.move(Duration.ofSeconds(1));
    assertFalse(keeper.holds("db"), "its own clock counts, not the difference");
    assertThrows(UnfitValueException.class, this::password);
  }

  @Test
  void anOutageIsTriedAgainLaterAndLaterAndTheCredentialLivesOn() throws Exception {
    keeper.step(leases);
    clock.move(toNext());
    leases.failure = new CofreException(Kind.UNREACHABLE, "away");
    Duration most = Duration.ZERO;
    int tries = 0;
    Instant end = clock.instant().plusSeconds(150);
    while (clock.instant().isBefore(end)) {
      CofreException away = assertThrows(CofreException.class, () -> keeper.step(leases));
      keeper.attempts().failed(away);
      tries++;
      assertEquals("p1", password());
      most = most.compareTo(toNext()) > 0 ? most : toNext();
      clock.move(toNext());
    }
    assertTrue(tries >= 6 && tries <= 30, "tries: " + tries);
    assertTrue(most.toSeconds() > 10 && most.toSeconds() <= 45, most::toString);
    leases.failure = null;
    assertFalse(keeper.step(leases));
    assertEquals("p1", password());
    assertEquals("", keeper.attempts().trouble());
  }

  @Test
  void aRevokedOneIsReplacedAtOnce() throws Exception {
    keeper.step(leases);
    leases.revoked.add(ID.formatted(1));
    clock.move(toNext());
    assertTrue(keeper.step(leases));
    assertEquals("p2", password());
  }

  @Test
  void aLostOneIsNotHeldWhileNoOtherIsThere() throws Exception {
    keeper.step(leases);
    leases.revoked.add(ID.formatted(1));
    leases.issueFailure = new CofreException(Kind.UNREACHABLE, "away");
    clock.move(toNext());
    assertThrows(CofreException.class, () -> keeper.step(leases));
    assertFalse(keeper.holds("db"), "a revoked credential counts as good");
  }

  @Test
  void aClockThatIsSetBackMakesItDueAndItsEndIsCountedAnew() throws Exception {
    keeper.step(leases);
    JsonObject saved = new JsonObject(keeper.save("db").encode());
    clock.move(Duration.ofHours(-2));
    leases.ahead = leases.ahead.plusHours(2);
    assertTrue(keeper.attempts().isDue());
    assertFalse(keeper.step(leases));
    assertTrue(toNext().toSeconds() <= 360, () -> "frozen for " + toNext());
    clock.move(TTL);
    assertFalse(keeper.holds("db"), "believes in it for longer than it lives");
    // Also when the next agent takes over what has nothing to renew.
    JsonObject last = saved.put("maxExpiresAt", saved.getString("expiresAt"));
    LeaseKeeper next =
        new LeaseKeeper(
            new Source.Lease("db", "pg", "reader", 600), new Attempts(clock, new Random(9)));
    next.restore("db", last);
    assertTrue(next.attempts().isDue());
  }

  @Test
  void whatWasMadeUnheardIsRevoked() throws Exception {
    leases.unheard = true;
    CofreException cut = assertThrows(CofreException.class, () -> keeper.step(leases));
    keeper.attempts().failed(cut);
    leases.unheard = false;
    // Also by the agent after this one.
    LeaseKeeper next =
        new LeaseKeeper(
            new Source.Lease("db", "pg", "reader", 600), new Attempts(clock, new Random(8)));
    next.restore("db", new JsonObject(keeper.save("db").encode()));
    assertThrows(CofreException.class, () -> next.step(leases));
    assertEquals(List.of("issue", "issue", "revoke " + ID.formatted(1)), leases.calls);
    assertTrue(next.step(leases));
    assertEquals("p2", new String(next.field("db", "password"), UTF_8));
  }

  @Test
  void isTakenOverForTheRestOfItsLife() throws Exception {
    keeper.step(leases);
    JsonObject saved = new JsonObject(keeper.save("db").encode());
    clock.move(Duration.ofSeconds(500));
    LeaseKeeper next =
        new LeaseKeeper(
            new Source.Lease("db", "pg", "reader", 600), new Attempts(clock, new Random(9)));
    next.restore("db", saved);
    assertTrue(next.holds("db"));
    assertTrue(next.attempts().isDue(), "it is renewed at once");
    clock.move(Duration.ofSeconds(100));
    LeaseKeeper late =
        new LeaseKeeper(
            new Source.Lease("db", "pg", "reader", 600), new Attempts(clock, new Random(9)));
    late.restore("db", saved);
    assertFalse(late.holds("db"));
    assertFalse(keeper.status("db").encode().contains("p1"), "the status shows the password");
  }
}
