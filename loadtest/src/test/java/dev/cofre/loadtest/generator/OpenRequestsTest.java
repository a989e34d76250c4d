package dev.cofre.loadtest.generator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpenRequestsTest {
  private final OpenRequests open = new OpenRequests(4);
  private final List<Long> closed = new ArrayList<>();

  @Test
  void answersMayComeInAnyOrder() {
    for (int round = 0; round < 5; round++) {
      for (long number = 0; number < 4; number++) {
        open.add(number, 10 * number, 10 * number + 1);
      }
      assertEquals(0, open.room());
      assertTrue(close(2));
      assertFalse(close(2));
      assertEquals(1, open.oldestSentNs());
      assertTrue(close(0));
      assertEquals(11, open.oldestSentNs());
      assertTrue(close(3));
      open.closeOldest((intended, sent) -> closed.add(intended));
      assertEquals(0, open.size());
      assertEquals(List.of(20L, 0L, 30L, 10L), closed);
      closed.clear();
    }
  }

  private boolean close(long number) {
    return open.close(
        number,
        (intended, sent) -> {
          assertEquals(intended + 1, sent);
          closed.add(intended);
        });
  }
}
