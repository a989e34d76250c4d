package dev.cofre.controlplane.server.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** However many keys are used up, those that are old have their half of a batch. */
class RotationJobTest {
  private static List<UUID> ids(int kind, int count) {
    return IntStream.range(0, count).mapToObj(i -> new UUID(kind, i)).toList();
  }

  private static void assertBatch(int old, int used, int ofOld, int ofUsed) {
    assertEquals(
        Stream.concat(ids(1, ofOld).stream(), ids(2, ofUsed).stream()).toList(),
        RotationJob.together(ids(1, old), ids(2, used)));
  }

  @Test
  void halfOfABatchIsForEach() {
    assertBatch(50, 50, 25, 25);
    assertBatch(10, 50, 10, 40);
    assertBatch(50, 10, 40, 10);
    assertBatch(50, 0, 50, 0);
    assertBatch(0, 50, 0, 50);
    assertBatch(3, 4, 3, 4);
    assertBatch(0, 0, 0, 0);
  }
}
