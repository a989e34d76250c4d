package dev.cofre.controlplane.server.sink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a sink reads, and whether it knows that it has all. */
class SinkFeedTest {
  @TempDir Path directory;

  @Test
  void aBatchTellsWhetherThereIsMore() throws Exception {
    try (SinkFixture fixture = new SinkFixture(directory)) {
      fixture.configure("lake", "kind = file", "directory = ../out", "batchEvents = 10");
      SinkFeed feed = fixture.feed("lake");
      assertTrue(feed.next().isLast());
      fixture.add("n1", 12);
      fixture.add("n2", 3);
      Batch first = feed.next();
      assertEquals(10, first.events().size());
      assertFalse(first.isLast());
      feed.sent(first);
      Batch second = feed.next();
      assertEquals(5, second.events().size());
      assertTrue(second.isLast(), "nothing is behind it, though it is not empty");
      feed.sent(second);
      assertEquals(0, feed.lagEvents());
      assertTrue(feed.next().events().isEmpty());
    }
  }
}
