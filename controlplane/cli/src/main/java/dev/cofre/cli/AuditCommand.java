package dev.cofre.cli;

import dev.cofre.contract.audit.AuditLogEntry;
import dev.cofre.contract.audit.AuditLogReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code audit}: what is in a plane's audit log, from its files, without a service. */
@Command(
    name = "audit",
    description = "Reads, searches and verifies audit logs.",
    subcommands = {
      AuditVerifyCommand.class,
      AuditReceiptCommand.class,
      AuditHeadsCommand.class,
      AuditSearchCommand.class,
      AuditInvestigateCommand.class,
      AuditTailCommand.class,
      AuditRetentionCommand.class,
      AuditHoldCommand.class
    })
final class AuditCommand {
  private static final int BUFFER_CHARS = 64 * 1024;
  private static final long POLL_MS = 200;

  /** A claim that is not committed after so many looks belongs to a writer that is gone. */
  private static final int POLLS_FOR_A_CLAIM = 25;

  private final Terminal terminal;

  AuditCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  /** Which log. */
  static final class Source {
    @Option(
        names = "--directory",
        paramLabel = "DIRECTORY",
        description = "The audit.directory of a plane, or a folder with files from there.")
    private Path directory;

    @Option(
        names = "--plane",
        paramLabel = "PLANE",
        description = "dataplane or controlplane, of ./cofre dev.")
    private String plane;
  }

  @Command(
      description = {
        "Prints the events of an audit log, one JSON object a line, the oldest first.",
        "The plane may be running: what is committed is shown. Counts of the running second may still",
        "grow after they were printed. Exit code 1 when bytes are damaged."
      })
  int show(
      @ArgGroup(multiplicity = "1") Source source,
      @Option(names = "--follow", description = "Goes on with what comes, until Ctrl-C.")
          boolean follow)
      throws IOException, InterruptedException {
    Path directory = directory(source);
    if (!Files.isDirectory(directory)) {
      throw new CliException(ExitCodes.USAGE, "there is no folder " + directory);
    }
    AuditLogReader reader = AuditLogReader.open(directory);
    StringBuilder lines = new StringBuilder();
    int damaged = 0;
    int idle = 0;
    while (true) {
      AuditLogEntry entry = follow ? reader.next() : reader.nextCommitted();
      if (entry == null) {
        flush(lines);
        if (!follow) {
          return damaged == 0 ? ExitCodes.OK : ExitCodes.FAILED;
        }
        if (++idle > POLLS_FOR_A_CLAIM && reader.skipUncommitted()) {
          continue;
        }
        TimeUnit.MILLISECONDS.sleep(POLL_MS);
      } else if (entry.isDamaged()) {
        damaged++;
        report(entry);
      } else {
        idle = 0;
        lines.append(entry.event().toJson()).append('\n');
        if (lines.length() > BUFFER_CHARS) {
          flush(lines);
        }
      }
    }
  }

  private Path directory(Source source) {
    if (source.directory != null) {
      return source.directory;
    }
    if (!source.plane.equals("dataplane") && !source.plane.equals("controlplane")) {
      throw new CliException(ExitCodes.USAGE, "--plane is dataplane or controlplane");
    }
    return Path.of(terminal.environment().getOrDefault("COFRE_HOME", ".cofre"))
        .resolve("audit")
        .resolve(source.plane);
  }

  private void report(AuditLogEntry entry) {
    terminal
        .err()
        .println(
            "cofre: "
                + entry.segment()
                + " is damaged: "
                + entry.lostBytes()
                + " bytes at "
                + entry.offset());
    terminal.err().flush();
  }

  private void flush(StringBuilder lines) {
    if (!lines.isEmpty()) {
      terminal.print(lines.toString());
      lines.setLength(0);
    }
  }
}
