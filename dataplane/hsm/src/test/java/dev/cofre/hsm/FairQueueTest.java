package dev.cofre.hsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class FairQueueTest {
  private static final Requester ALICE = new Requester("one", "alice");
  private static final Requester BOB = new Requester("one", "bob");
  private static final Requester CAROL = new Requester("two", "carol");

  private final AtomicLong clockNs = new AtomicLong(1_000_000_000L);
  private final FairQueue queue =
      new FairQueue(new GatewayLimits(2, 400, Duration.ofSeconds(2)), clockNs::get);

  private HsmCall<?> add(Requester requester) {
    Lane lane = queue.admit(requester);
    assertNotNull(lane);
    HsmCall<?> call =
        new UnwrapCall(
            new Wrap("kek", new byte[12], new byte[0], new byte[48]), lane, Runnable::run, 0);
    queue.add(call);
    return call;
  }

  private void add(Requester requester, int count) {
    for (int i = 0; i < count; i++) {
      add(requester);
    }
  }

  private List<HsmCall<?>> take(int max) {
    List<HsmCall<?>> batch = new ArrayList<>();
    queue.take(max, batch);
    return batch;
  }

  private Map<String, Integer> served(int calls) {
    Map<String, Integer> counts = new TreeMap<>();
    for (int i = 0; i < calls; i++) {
      take(1).forEach(call -> counts.merge(call.lane.requester.principal(), 1, Integer::sum));
    }
    return counts;
  }

  private void makeSuspect(Requester requester) {
    Lane lane = add(requester).lane;
    for (int i = 0; i < 20; i++) {
      lane.rejected(clockNs.get());
    }
    take(1);
    queue.leave(lane);
    queue.suspectDone(0);
  }

  @Test
  void tenantsShareFirstThenPrincipals() {
    add(ALICE, 80);
    add(BOB, 80);
    add(CAROL, 80);
    assertEquals(Map.of("alice", 20, "bob", 20, "carol", 40), served(80));
  }

  @Test
  void whoComesLateIsServedSoonAndNotForItsAbsence() {
    add(ALICE, 90);
    served(50);
    add(BOB, 30);
    assertEquals(Map.of("alice", 10, "bob", 10), served(20));
  }

  @Test
  void aLoneRequesterHasAll() {
    add(ALICE, 32);
    assertEquals(32, take(64).size());
    assertEquals(0, queue.waiting());
  }

  @Test
  void boundsHoldUntilCallsAreSettled() {
    for (int i = 0; i < 100; i++) {
      add(ALICE);
    }
    assertNull(queue.admit(ALICE));
    add(BOB, 100);
    assertNull(queue.admit(new Requester("one", "dave")), "its tenant has its half");
    add(CAROL, 100);
    HsmCall<?> taken = take(1).getFirst();
    assertNull(queue.admit(new Requester("one", "dave")), "taken, not settled");
    queue.leave(taken.lane);
    assertNotNull(queue.admit(new Requester("one", "dave")));
  }

  @Test
  void idleLanesAreForgottenAndMadeAgain() {
    HsmCall<?> call = add(ALICE);
    queue.sweep();
    take(1);
    queue.leave(call.lane);
    queue.sweep();
    HsmCall<?> again = add(ALICE);
    assertFalse(call.lane == again.lane, "a lane of its own");
    assertEquals(1, take(8).size());
  }

  @Test
  void settledCallsAreNotServed() {
    add(ALICE).fail(new IllegalStateException());
    HsmCall<?> waited = add(ALICE);
    assertEquals(List.of(waited), take(8));
  }

  @Test
  void suspectsHaveAPartOfTheTimeWhileOthersAsk() {
    makeSuspect(BOB);
    add(ALICE, 100);
    add(BOB, 90);
    int suspects = 0;
    for (int i = 0; i < 90; i++) {
      List<HsmCall<?>> batch = new ArrayList<>();
      boolean suspect = queue.take(1, batch);
      clockNs.addAndGet(10_000);
      if (suspect) {
        assertEquals(1, batch.size());
        suspects++;
        queue.suspectDone(10_000);
      }
    }
    assertTrue(suspects >= 8 && suspects <= 10, "served: " + suspects);
  }

  @Test
  void suspectsHaveOneCallAtATime() {
    makeSuspect(BOB);
    clockNs.addAndGet(100_000_000);
    add(BOB, 2);
    List<HsmCall<?>> batch = new ArrayList<>();
    assertTrue(queue.take(8, batch));
    assertEquals(1, batch.size());
    assertEquals(0, take(8).size(), "one of theirs runs");
    queue.suspectDone(1_000);
    assertEquals(1, take(8).size(), "nobody else asks");
  }

  @Test
  void aFewRejectionsAmongGoodCallsAreNoSuspicion() {
    Lane lane = add(ALICE).lane;
    for (int i = 0; i < 1_000; i++) {
      if (i % 10 == 0) {
        lane.rejected(clockNs.get());
      } else {
        lane.answered();
      }
      assertFalse(lane.isSuspect(clockNs.get(), Long.MAX_VALUE));
    }
    for (int i = 0; i < 5; i++) {
      lane.rejected(clockNs.get());
    }
    assertTrue(lane.isSuspect(clockNs.get(), 10));
    assertFalse(lane.isSuspect(clockNs.get() + 10, 10), "it passes");
  }
}
