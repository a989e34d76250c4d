package dev.cofre.engine.audit;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A process that appends on four threads for ever, and writes the id of each event to its standard
 * output once it is acknowledged.
 */
final class AppendingProcess {
  static final AuditLogConfig CONFIG = new AuditLogConfig(false, 1L << 30, 1L << 20);
  private static final int THREADS = 4;

  private AppendingProcess() {}

  public static void main(String[] arguments) throws IOException {
    MappedAuditLog log = MappedAuditLog.open(Path.of(arguments[0]), CONFIG);
    OutputStream out = new FileOutputStream(FileDescriptor.out);
    for (int t = 0; t < THREADS; t++) {
      String prefix = arguments[1] + "-" + t + "-";
      Thread.ofPlatform().start(() -> append(log, prefix, out));
    }
  }

  private static void append(MappedAuditLog log, String prefix, OutputStream out) {
    for (int i = 0; true; i++) {
      String id = prefix + i;
      if (!log.append(AuditLogs.event(id)).isCompletedExceptionally()) {
        try {
          out.write((id + "\n").getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }
}
