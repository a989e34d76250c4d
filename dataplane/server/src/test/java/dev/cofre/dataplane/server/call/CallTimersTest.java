package dev.cofre.dataplane.server.call;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CallTimersTest {
  private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);
  private static final long LIMIT_S = ServerCall.BODY_MS_MAX / 1_000;

  private final Vertx vertx = Vertx.vertx();
  private final CallTimers timers = new CallTimers(vertx);
  private final List<String> late = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  @Test
  void bodiesThatDidNotArriveAreToldOnceInTheirOrder() {
    long nowNs = System.nanoTime();
    timers.body(() -> late.add("first"));
    CallTimers.Body second = timers.body(() -> late.add("second"));
    timers.body(() -> late.add("third"));
    second.arrived();
    timers.look(nowNs + (LIMIT_S - 1) * SECOND_NS);
    assertEquals(List.of(), late);
    timers.look(nowNs + (LIMIT_S + 10) * SECOND_NS);
    assertEquals(List.of("first", "third"), late);
    timers.look(nowNs + 2 * LIMIT_S * SECOND_NS);
    assertEquals(List.of("first", "third"), late);
  }

  @Test
  void whatArrivesTwiceLeavesTheOthersInPlace() {
    CallTimers.Body first = timers.body(() -> late.add("first"));
    first.arrived();
    timers.body(() -> late.add("second"));
    first.arrived();
    timers.look(System.nanoTime() + (LIMIT_S + 10) * SECOND_NS);
    assertEquals(List.of("second"), late);
  }
}
