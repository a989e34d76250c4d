package dev.cofre.engine.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class DecisionCacheTest {
  private record Somebody(String id, String tenant, Set<String> roles)
      implements PolicyEvaluator.Subject {}

  private final PolicyEvaluator.Subject subject = new Somebody("app", "default", Set.of());
  private final PolicyEvaluator.Subject namesake = new Somebody("app", "default", Set.of());
  private final DecisionCache<String> cache = new DecisionCache<>();

  @Test
  void aDecisionIsOfItsPrincipalActionAndKey() {
    cache.put(subject, Action.ENCRYPT, "demo", "yes");
    assertEquals("yes", cache.get(subject, Action.ENCRYPT, "demo"));
    assertNull(cache.get(subject, Action.DECRYPT, "demo"));
    assertNull(cache.get(subject, Action.ENCRYPT, "other"));
    assertNull(cache.get(namesake, Action.ENCRYPT, "demo"), "of another revision");
  }

  @Test
  void aKeyIsAskedForByItsIdToo() {
    UUID id = UUID.randomUUID();
    cache.put(subject, Action.DECRYPT, id, "no");
    assertEquals("no", cache.get(subject, Action.DECRYPT, id));
    assertNull(cache.get(subject, Action.DECRYPT, id.toString()), "a name is no id");
  }

  @Test
  void anotherRevisionForgetsAll() {
    Object revision = new Object();
    cache.follow(revision);
    cache.put(subject, Action.ENCRYPT, "demo", "yes");
    cache.follow(revision);
    assertEquals("yes", cache.get(subject, Action.ENCRYPT, "demo"));
    cache.follow(new Object());
    assertNull(cache.get(subject, Action.ENCRYPT, "demo"));
  }

  @Test
  void namesThatAreAskedForDoNotMakeItGrow() {
    for (int i = 0; i < 100_000; i++) {
      cache.put(subject, Action.ENCRYPT, "name-" + i, "no");
    }
    int kept = 0;
    for (int i = 0; i < 100_000; i++) {
      kept += cache.get(subject, Action.ENCRYPT, "name-" + i) == null ? 0 : 1;
    }
    assertEquals(true, kept > 0 && kept <= DecisionCache.PLACES, "kept: " + kept);
  }
}
