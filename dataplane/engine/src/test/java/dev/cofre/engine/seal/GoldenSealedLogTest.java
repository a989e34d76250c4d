package dev.cofre.engine.seal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.audit.AuditSegments;
import dev.cofre.contract.audit.seal.Receipt;
import dev.cofre.contract.audit.seal.ReceiptIssuer;
import dev.cofre.contract.audit.seal.SealedLog;
import dev.cofre.contract.audit.seal.SignedHead;
import dev.cofre.hsm.Hsm;
import dev.cofre.hsm.SoftHsmToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A log that was sealed by the first version of the format stays verifiable by all later ones. Its
 * files never change. They were written by this test with {@code -Dcofre.golden=FOLDER}.
 */
class GoldenSealedLogTest {
  private static final Path GOLDEN = Path.of("src/test/resources/sealed-log-v1");
  private static final long EVENTS = 40;

  @Test
  void itIsVerified() throws IOException {
    Path folder = GOLDEN;
    String write = System.getProperty("cofre.golden");
    if (write != null) {
      folder = Path.of(write);
      try (Hsm hsm = SoftHsmToken.login()) {
        SealedLogs.write(folder, hsm, "r", (int) EVENTS);
      }
      Files.delete(folder.resolve("lock"));
    }
    assertEquals(List.of(), SealedLogs.findings(folder, SealedLogs.key(folder)));
    SignedHead head = new SealedLog(folder, AuditSegments.EVENTS).lastHead().orElseThrow();
    assertEquals("cofre-audit/n1/segment", head.checkpoint().origin());
    assertEquals(EVENTS, head.size());
    Receipt receipt = new ReceiptIssuer(folder).receipts("r7").getFirst();
    assertEquals(7, receipt.index());
    assertTrue(receipt.verifies(SealedLogs.key(folder)));
  }
}
