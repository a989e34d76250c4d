package dev.cofre.engine.snapshot;

import static dev.cofre.engine.snapshot.Statements.complete;
import static dev.cofre.engine.snapshot.Statements.delta;
import static dev.cofre.engine.snapshot.Statements.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.contract.snapshot.SnapshotRejectedException;
import dev.cofre.contract.snapshot.wire.KeyState;
import dev.cofre.contract.snapshot.wire.Statement;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SnapshotStateTest {
  private static final UUID KEY = UUID.randomUUID();

  private static SnapshotState at(long epoch, long revision, String digest)
      throws SnapshotRejectedException {
    return SnapshotState.NONE.apply(
        complete(epoch, revision, digest)
            .addKeys(key(KEY, "demo", KeyState.KEY_STATE_ACTIVE, "kek"))
            .build());
  }

  private static void rejects(SnapshotState state, Statement.Builder statement, String why) {
    String message =
        assertThrows(SnapshotRejectedException.class, () -> state.apply(statement.build()))
            .getMessage();
    assertTrue(message.contains(why), message);
  }

  @Test
  void changesAddToWhatIsHeld() throws Exception {
    SnapshotState held = at(1, 5, "five");
    SnapshotState next =
        held.apply(
            delta(1, 5, "five", 7, "seven")
                .addKeys(key(KEY, "demo", KeyState.KEY_STATE_DISABLED, "kek"))
                .build());
    assertEquals(7, next.revision());
    assertEquals(KeyCondition.DISABLED, next.key("default", "demo").condition());
    assertEquals(KeyCondition.ACTIVE, held.key(KEY).condition(), "a state never changes");
  }

  @Test
  void aCompleteStatementReplacesWhatIsHeld() throws Exception {
    SnapshotState next = at(1, 5, "five").apply(complete(2, 1, "one").build());
    assertNull(next.key(KEY));
  }

  @Test
  void theSameRevisionIsTheSameState() throws Exception {
    SnapshotState held = at(1, 5, "five");
    assertSame(held, held.apply(delta(1, 5, "five", 5, "five").build()));
    assertSame(held, held.apply(complete(1, 5, "five").build()));
  }

  @Test
  void olderGapsAndForksAreRejected() throws Exception {
    SnapshotState held = at(2, 5, "five");
    rejects(held, complete(2, 4, "four"), "older");
    rejects(held, complete(1, 9, "nine"), "older");
    rejects(held, delta(2, 6, "six", 7, "seven"), "continue");
    rejects(held, delta(3, 5, "five", 6, "six"), "continue");
    rejects(held, delta(2, 5, "other", 6, "six"), "digest chain");
    rejects(held, complete(2, 5, "other"), "something else");
    rejects(held, complete(2, 9, "nine"), "does not continue the digest chain");
    assertNotNull(held.apply(complete(3, 1, "one").build()), "a new epoch begins anew");
  }

  @Test
  void aStateOfALaterReleaseIsNoStateToWorkIn() throws Exception {
    SnapshotState state =
        SnapshotState.NONE.apply(
            complete(1, 1, "one")
                .addKeys(key(KEY, "demo", KeyState.KEY_STATE_UNSPECIFIED, "kek"))
                .build());
    assertEquals(KeyCondition.DISABLED, state.key(KEY).condition());
  }

  @Test
  void withoutAFreshStatementTheHolderRefuses() throws Exception {
    AtomicLong clock = new AtomicLong();
    SnapshotHolder holder = new SnapshotHolder(1_000, clock::get);
    assertEquals(
        ErrorCode.POLICY_STALE, assertThrows(ProblemException.class, holder::current).code());
    holder.accept(complete(1, 1, "one").build(), clock.get());
    assertEquals(1, holder.current().revision());
    clock.addAndGet(1_000_000_001L);
    assertEquals(
        ErrorCode.POLICY_STALE, assertThrows(ProblemException.class, holder::current).code());
    holder.accept(delta(1, 1, "one", 1, "one").build(), clock.get());
    assertEquals(1, holder.current().revision());
  }
}
