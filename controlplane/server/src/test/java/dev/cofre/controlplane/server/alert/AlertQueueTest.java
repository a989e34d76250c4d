package dev.cofre.controlplane.server.alert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.controlplane.server.Await;
import dev.cofre.documents.alert.Alert;
import dev.cofre.documents.alert.AlertRule.Severity;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** What is given up when there is no room, and a channel that fails in the worst way. */
class AlertQueueTest {
  private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");

  private final AlertBook book = new AlertBook();
  private final List<String> sent = new CopyOnWriteArrayList<>();

  private static Alert alert(String id, Severity severity) {
    return new Alert(id, "r", severity, "d", Map.of(), NOW, NOW, 1, 1, "t", "", false);
  }

  private ChannelRunner runner(AlertChannel channel) {
    return new ChannelRunner(
        new ChannelSettings(
            "c", ChannelSettings.Kind.WEBHOOK, Severity.INFO, 1_000, node -> channel),
        "cp-1",
        book);
  }

  /** Sends to a list; throws {@code failure} at alerts whose id begins with {@code bad}. */
  private AlertChannel channel(Error failure) {
    return new AlertChannel() {
      @Override
      public String send(Alert alert) throws IOException {
        if (alert.id().startsWith("bad")) {
          throw failure;
        }
        sent.add(alert.id());
        return "taken";
      }

      @Override
      public void abort() {
        // Nothing takes long.
      }

      @Override
      public void close() {
        // Nothing is open.
      }
    };
  }

  private void add(ChannelRunner runner, Alert alert) {
    book.add(alert, Map.of("c", Delivery.pending(NOW)));
    book.takeEvicted().forEach(runner::evict);
    runner.add(alert);
  }

  private static void end(ChannelRunner runner) {
    runner.stop();
    runner.awaitEnd(System.nanoTime() + 5_000_000_000L);
  }

  @Test
  void theLeastSevereIsGivenUpFirstAndThatIsCountedAndShown() throws Exception {
    ChannelRunner runner = runner(channel(new AssertionError()));
    add(runner, alert("critical", Severity.CRITICAL));
    for (int i = 0; i < AlertBook.ALERTS_MAX; i++) {
      add(runner, alert("info" + i, Severity.INFO));
    }
    assertEquals(1, runner.dropped());
    assertTrue(runner.hasDropped());
    assertEquals(AlertBook.ALERTS_MAX, runner.queued());
    runner.start();
    Await.until("all are sent", () -> runner.queued() == 0 && sent.size() >= 1_000);
    end(runner);
    assertTrue(sent.contains("critical"));
    assertFalse(sent.contains("info0"), "the oldest of the least severe");
    assertTrue(sent.contains("info999"));
  }

  @Test
  void aQueueThatIsFullKeepsTheMostSevere() {
    ChannelRunner runner = runner(channel(new AssertionError()));
    for (int i = 0; i < AlertBook.ALERTS_MAX; i++) {
      runner.add(alert("info" + i, Severity.INFO));
    }
    book.add(alert("info0", Severity.INFO), Map.of("c", Delivery.pending(NOW)));
    runner.add(alert("critical", Severity.CRITICAL));
    assertEquals(AlertBook.ALERTS_MAX, runner.queued());
    assertEquals(
        "dropped",
        AlertFixture.delivery(book.newest(1).getFirst(), "c").getString("state"),
        "not the new one");
  }

  @Test
  void whatWasSentMakesRoomBeforeWhatWaits() {
    book.add(alert("waits", Severity.INFO), Map.of("c", Delivery.pending(NOW)));
    for (int i = 0; i < AlertBook.ALERTS_MAX; i++) {
      book.add(alert("a" + i, Severity.CRITICAL), Map.of("c", Delivery.pending(NOW)));
      book.note("a" + i, "c", new Delivery(Delivery.State.SENT, NOW, 0, ""));
    }
    assertEquals(List.of(), book.takeEvicted());
    assertEquals(List.of("waits"), book.pending("c").stream().map(Alert::id).toList());
  }

  @Test
  void aChannelGoesOnAfterAnError() throws Exception {
    ChannelRunner runner = runner(channel(new StackOverflowError("deep")));
    runner.start();
    add(runner, alert("bad", Severity.INFO));
    add(runner, alert("good", Severity.INFO));
    Await.until("the next is sent", () -> sent.contains("good"));
    assertTrue(runner.failures() > 0);
    end(runner);
  }

  @Test
  void aChannelWhoseThreadIsGoneFails() throws Exception {
    ChannelRunner runner =
        runner(
            channel(
                new AssertionError() {
                  private static final long serialVersionUID = 1;

                  @Override
                  public String getMessage() {
                    throw new AssertionError("nothing can be said of it");
                  }
                }));
    runner.start();
    assertFalse(runner.isFailing());
    add(runner, alert("bad", Severity.INFO));
    Await.until("that is shown", runner::isFailing);
  }
}
