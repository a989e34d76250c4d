package dev.cofre.engine.seal;

import dev.cofre.engine.audit.AuditLogConfig;
import dev.cofre.engine.audit.MappedAuditLog;
import dev.cofre.hsm.Hsm;
import dev.cofre.hsm.HsmConfig;
import dev.cofre.hsm.Pin;
import dev.cofre.hsm.Pkcs11Hsm;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * A process that appends to a log for ever and seals it with a key in a SoftHSM2 token; it writes
 * the id of each event to its standard output once it is acknowledged.
 */
final class SealingProcess {
  static final AuditLogConfig CONFIG = new AuditLogConfig(false, 1L << 30, 1L << 16);

  private SealingProcess() {}

  public static void main(String[] arguments) throws IOException {
    // Not the test's own token class: that would make the token anew.
    HsmConfig token =
        new HsmConfig(
            Path.of("/usr/lib/softhsm/libsofthsm2.so"), "cofre-test", OptionalLong.empty());
    Hsm hsm = Pkcs11Hsm.login(token, Pin.read(arguments[2]));
    Path directory = Path.of(arguments[0]);
    MappedAuditLog log = MappedAuditLog.open(directory, CONFIG);
    try (AuditSealer sealer = SealedLogs.sealer(directory, log, arguments[3], hsm)) {
      OutputStream out = new FileOutputStream(FileDescriptor.out);
      for (int i = 0; sealer.figures().broken() == 0; i++) {
        String id = arguments[1] + "-" + i;
        if (!log.append(SealedLogs.event(id)).isCompletedExceptionally()) {
          out.write((id + "\n").getBytes(StandardCharsets.US_ASCII));
        }
        if (i % 100 == 0) {
          SealedLogs.count(log, "192.0.2." + i % 7);
        }
      }
    }
  }
}
