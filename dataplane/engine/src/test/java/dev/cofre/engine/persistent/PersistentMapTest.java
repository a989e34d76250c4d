package dev.cofre.engine.persistent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class PersistentMapTest {
  /** Against HashMap, through all sizes and with old versions kept. */
  @Test
  void isAMapWhoseOldVersionsStay() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    PersistentMap<String, Integer> map = PersistentMap.empty();
    Map<String, Integer> model = new HashMap<>();
    for (int round = 0; round < 300; round++) {
      PersistentMap<String, Integer> before = map;
      Map<String, Integer> modelBefore = new HashMap<>(model);
      PersistentMap.Editor<String, Integer> editor = map.edit();
      for (int i = random.nextInt(60); i >= 0; i--) {
        String key = "k" + random.nextInt(2_000);
        if (random.nextInt(3) == 0) {
          assertEquals(model.remove(key), editor.remove(key), "seed " + seed);
        } else {
          assertEquals(model.put(key, i), editor.put(key, i), "seed " + seed);
        }
        assertEquals(model.get(key), editor.get(key), "seed " + seed);
      }
      map = editor.done();
      assertSame(model, map, seed);
      assertSame(modelBefore, before, seed);
    }
  }

  private static void assertSame(
      Map<String, Integer> model, PersistentMap<String, Integer> map, long seed) {
    assertEquals(model.size(), map.size(), "seed " + seed);
    Map<String, Integer> seen = new HashMap<>();
    map.forEach(seen::put);
    assertEquals(model, seen, "seed " + seed);
    model.forEach((key, value) -> assertEquals(value, map.get(key), "seed " + seed));
  }

  @Test
  void holdsManyAndFindsEach() {
    PersistentMap.Editor<UUID, Integer> editor = PersistentMap.<UUID, Integer>empty().edit();
    for (int i = 0; i < 300_000; i++) {
      editor.put(new UUID(i, 7), i);
    }
    PersistentMap<UUID, Integer> map = editor.done();
    assertEquals(300_000, map.size());
    for (int i = 0; i < 300_000; i++) {
      assertEquals(i, map.get(new UUID(i, 7)));
    }
    assertNull(map.get(new UUID(300_000, 7)));
  }

  @Test
  void emptyStaysEmpty() {
    PersistentMap.Editor<String, String> editor = PersistentMap.<String, String>empty().edit();
    editor.put("a", "b");
    assertEquals(0, PersistentMap.empty().size());
    PersistentMap<String, String> one = editor.done();
    PersistentMap.Editor<String, String> other = one.edit();
    assertNull(other.remove("x"));
    assertEquals("b", other.remove("a"));
    assertEquals(0, other.done().size());
    assertEquals("b", one.get("a"));
  }
}
