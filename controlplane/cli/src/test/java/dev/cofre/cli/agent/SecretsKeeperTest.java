package dev.cofre.cli.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.cli.run.SecretValue;
import dev.cofre.client.CofreException;
import dev.cofre.client.CofreException.Kind;
import dev.cofre.contract.problem.ErrorCode;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** With a clock that is moved; real secrets are in the system's tests. */
class SecretsKeeperTest {
  private final MovableClock clock = new MovableClock();
  private final Map<String, String> values = new HashMap<>(Map.of("a", "one"));
  private CofreException failure;

  private final Vault vault =
      new Vault() {
        @Override
        public Read read(List<String> names, boolean resolve) {
          if (failure != null) {
            throw failure;
          }
          Map<String, SecretValue> found = new HashMap<>();
          Map<String, String> refusals = new HashMap<>();
          for (String name : names) {
            if (values.containsKey(name)) {
              found.put(name, new SecretValue(name, 1, values.get(name).getBytes(UTF_8)));
            } else {
              refusals.put(name, name + ": forbidden");
            }
          }
          return new Read(found, refusals);
        }

        @Override
        public JsonObject issueLease(JsonObject wanted, String key) {
          throw new UnsupportedOperationException();
        }

        @Override
        public JsonObject renewLease(String id, JsonObject wanted) {
          throw new UnsupportedOperationException();
        }

        @Override
        public void revokeLease(String id) {
          throw new UnsupportedOperationException();
        }

        @Override
        public JsonObject issueCertificate(JsonObject wanted, String key) {
          throw new UnsupportedOperationException();
        }
      };

  private SecretsKeeper keeper() {
    return new SecretsKeeper(
        List.of(
            new Source.Secret("a", "a", false, false), new Source.Secret("b", "b", false, false)),
        Duration.ofSeconds(10),
        Duration.ofDays(1),
        new Attempts(clock, new Random(5)));
  }

  @Test
  void anotherValueOfTheSameVersionIsAChange() {
    SecretsKeeper keeper = keeper();
    assertTrue(keeper.step(vault));
    assertFalse(keeper.step(vault));
    values.put("a", "two");
    assertTrue(keeper.step(vault), "the secret was made anew under its name");
  }

  @Test
  void oneThatIsRefusedDoesNotSlowTheOthers() {
    SecretsKeeper keeper = keeper();
    for (int i = 0; i < 20; i++) {
      keeper.step(vault);
    }
    Duration next = Duration.between(clock.instant(), keeper.attempts().due());
    assertTrue(next.toSeconds() <= 12, next::toString);
    assertTrue(keeper.attempts().trouble().contains("b: forbidden"));
  }

  @Test
  void whatWasTakenOverIsDroppedWhenTheCallerIsRefusedAndKeptInAnOutage() {
    SecretsKeeper before = keeper();
    before.step(vault);
    JsonObject saved = new JsonObject(before.save("a").encode());
    for (ErrorCode code : List.of(ErrorCode.UNAUTHENTICATED, ErrorCode.FORBIDDEN)) {
      SecretsKeeper next = keeper();
      next.restore("a", saved);
      failure = new CofreException(Kind.UNREACHABLE, "away");
      assertThrows(CofreException.class, () -> next.step(vault));
      assertTrue(next.holds("a"));
      failure = CofreException.refused(Kind.REFUSED, code, "no", 0);
      assertThrows(CofreException.class, () -> next.step(vault));
      assertFalse(next.holds("a"), code.code());
      // What it has read itself stays.
      assertThrows(CofreException.class, () -> before.step(vault));
      assertTrue(before.holds("a"));
    }
    assertEquals(1, saved.getInteger("version"));
  }
}
