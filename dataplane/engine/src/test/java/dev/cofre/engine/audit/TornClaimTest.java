package dev.cofre.engine.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.cofre.contract.audit.AuditLogReader;
import dev.cofre.contract.audit.AuditSegments;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A record that could not be written behind its claim keeps no reader from what follows. */
class TornClaimTest {
  @TempDir Path directory;
  private Segment segment;
  private AuditLogReader reader;

  @BeforeEach
  void create() throws Exception {
    segment = new SegmentFiles(directory, AuditSegments.EVENTS, 1 << 16, 1 << 20).create(1);
    reader = AuditLogReader.open(directory);
  }

  private static Records records(String id) {
    Records records = Records.ofThread();
    records.encoder().add(AuditLogs.event(id));
    return records;
  }

  private void commit(String id) {
    Records records = records(id);
    records.commit(segment, segment.claim(records.length()));
  }

  @Test
  void itIsGivenUpAndSteppedOver() throws Exception {
    commit("before");
    int torn = segment.claim(records("torn").length());
    commit("behind");
    assertEquals("before", reader.next().event().requestId());
    assertNull(reader.next(), "its writer may be about to commit");
    segment.giveUp(torn);
    assertEquals("behind", reader.next().event().requestId());
    assertNull(reader.next());
  }

  @Test
  void whatIsCommittedStays() throws Exception {
    TornClaims claims = new TornClaims();
    claims.addLastOfThread();
    commit("committed");
    claims.addLastOfThread();
    claims.giveUp();
    segment.giveUp(segment.tail());
    assertEquals("committed", reader.next().event().requestId());
    assertNull(reader.next());
  }
}
