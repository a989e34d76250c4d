package dev.cofre.engine.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.snapshot.wire.Statement;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SnapshotHolderTest {
  private static final long MS = 1_000_000;

  private final AtomicLong clockNs = new AtomicLong(Long.MAX_VALUE - 3);
  private final SnapshotHolder holder = new SnapshotHolder(1_000, clockNs::get);

  @Test
  void isAsOldAsWhatItWasToldSays() throws Exception {
    SnapshotState state = state();
    long now = clockNs.addAndGet(5_000 * MS);
    holder.publish(state, now - 400 * MS);
    assertEquals(400, holder.ageMs());
    assertFalse(holder.isStale());
    clockNs.addAndGet(601 * MS);
    assertTrue(holder.isStale());
  }

  @Test
  void anOlderStatementMakesNothingOlder() throws Exception {
    SnapshotState state = state();
    long now = clockNs.addAndGet(5_000 * MS);
    holder.publish(state, now - 100 * MS);
    holder.publish(state, now - 900 * MS);
    assertEquals(100, holder.ageMs());
    holder.publish(state, now);
    assertEquals(0, holder.ageMs());
  }

  private static SnapshotState state() throws Exception {
    return SnapshotState.NONE.apply(
        Statement.newBuilder()
            .setEpoch(1)
            .setRevision(1)
            .setDigest(com.google.protobuf.ByteString.copyFrom(new byte[32]))
            .build());
  }
}
