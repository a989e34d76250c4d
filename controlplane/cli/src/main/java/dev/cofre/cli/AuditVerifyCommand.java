package dev.cofre.cli;

import dev.cofre.contract.audit.seal.ChainReport;
import dev.cofre.contract.audit.seal.Finding;
import dev.cofre.contract.audit.seal.LogVerifier;
import dev.cofre.contract.audit.seal.Receipt;
import dev.cofre.contract.audit.seal.RemovalRecord;
import dev.cofre.contract.audit.seal.Removed;
import dev.cofre.contract.audit.seal.SignedHead;
import dev.cofre.contract.transparency.NoteKey;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code audit verify}: whether a log is as it was sealed, from its files alone. */
@Command(
    name = "verify",
    description = {
      "Verifies an audit log offline: finds every event that was changed, dropped, moved or inserted",
      "up to the last signed head, and says which. That the log was cut back to an earlier head is",
      "found with --against. Exit code 1 when anything is found."
    })
final class AuditVerifyCommand implements Callable<Integer> {
  private static final String KEPT = "kept";

  private final Terminal terminal;

  @Parameters(paramLabel = "DIRECTORY", description = "The audit.directory of a plane, or a copy.")
  private Path directory;

  @Mixin private AuditKeyOption key;

  @Option(
      names = "--against",
      paramLabel = "FILE|kept",
      description = {
        "File with a signed head, or a receipt, that was kept elsewhere; may be repeated.",
        "The word kept: the heads that the control plane keeps of this log."
      })
  private List<String> against = new ArrayList<>();

  @Mixin private ControlPlane control;

  @Option(
      names = "--partial",
      description =
          "Older segments may be elsewhere; else it is a finding that they are not there.")
  private boolean partial;

  @Option(
      names = "--removal-key",
      paramLabel = "FILE",
      description = {
        "File with the keys that sign what retention removed from an archive, kept apart from it.",
        "Without it the copy beside the log is taken."
      })
  private Path removalKey;

  @Mixin private OutputOption output;

  AuditVerifyCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    if (!Files.isDirectory(directory)) {
      throw new CliException(ExitCodes.USAGE, "there is no folder " + directory);
    }
    NoteKey noteKey = key.read(terminal, directory);
    List<SignedHead> heads = new ArrayList<>();
    for (String one : against) {
      if (one.equals(KEPT)) {
        heads.addAll(kept(noteKey));
      } else {
        heads.add(head(Path.of(one)));
      }
    }
    List<ChainReport> reports =
        new LogVerifier(directory, noteKey, heads, partial, removalKeys()).verify();
    terminal.print(output.isJson() ? json(reports) : text(reports));
    return reports.stream().allMatch(ChainReport::isIntact) ? ExitCodes.OK : ExitCodes.FAILED;
  }

  /** The keys that sign what retention removed; none when there are none. */
  private List<NoteKey> removalKeys() throws IOException {
    Path file = removalKey == null ? directory.resolve(RemovalRecord.KEY_FILE) : removalKey;
    if (!Files.isRegularFile(file)) {
      if (removalKey == null) {
        return List.of();
      }
      throw new CliException(ExitCodes.USAGE, "there is no key file " + file);
    }
    if (removalKey == null) {
      terminal
          .err()
          .println(
              "cofre: without --removal-key what was removed is verified by the key beside the log,"
                  + " which proves nothing against who can write there");
      terminal.err().flush();
    }
    try {
      return Files.readAllLines(file).stream()
          .filter(line -> !line.isBlank())
          .map(NoteKey::parse)
          .toList();
    } catch (IllegalArgumentException e) {
      throw new CliException(
          ExitCodes.USAGE, file + " holds no verification key: " + e.getMessage());
    }
  }

  /** What the control plane keeps of the log whose heads the key signs, by the key's name. */
  private List<SignedHead> kept(NoteKey noteKey) {
    String node = noteKey.name().substring(0, noteKey.name().lastIndexOf('/') + 1);
    List<String> heads =
        control.call(
            terminal.environment(),
            AuditHeadsCommand.ROLE,
            calls -> AuditHeadsCommand.await(calls, node));
    if (heads.isEmpty()) {
      throw new CliException(
          ExitCodes.FAILED, "the control plane keeps no head of " + noteKey.name());
    }
    return heads.stream().map(SignedHead::parse).toList();
  }

  private static SignedHead head(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new CliException(ExitCodes.USAGE, "there is no file " + file);
    }
    String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    try {
      return text.startsWith("c2sp.org/")
          ? Receipt.parse(text).head()
          : SignedHead.parse(text.stripTrailing() + "\n");
    } catch (IllegalArgumentException e) {
      throw new CliException(ExitCodes.USAGE, file + " holds no signed head: " + e.getMessage());
    }
  }

  private static String text(List<ChainReport> reports) {
    StringBuilder text = new StringBuilder();
    for (ChainReport report : reports) {
      text.append(report.chain()).append(": ").append(report.records()).append(" records from ");
      text.append(report.first())
          .append(", ")
          .append(report.unsealed())
          .append(" not sealed yet; ");
      text.append(
          report
              .head()
              .map(head -> "last head over " + head.size() + ", signed at " + head.time())
              .orElse("no head"));
      text.append(report.isIntact() ? "; intact\n" : "; NOT AS IT WAS SEALED\n");
      report.removed().ifPresent(removed -> text.append(removed(removed)));
      for (String note : report.notes()) {
        text.append("  note: ").append(Terminal.plain(note)).append('\n');
      }
      for (Finding finding : report.findings()) {
        text.append("  ").append(Terminal.plain(finding.toString())).append('\n');
      }
      if (report.findingsTotal() > report.findings().size()) {
        text.append("  … ").append(report.findingsTotal()).append(" findings in all\n");
      }
    }
    return text.toString();
  }

  /** What is not there, and by whose word. */
  private static String removed(Removed removed) {
    return Terminal.plain(
            "  removed by retention: "
                + removed.events()
                + " events before "
                + removed.end()
                + " (segments: "
                + removed.segments()
                + ", lost before: "
                + removed.lost()
                + "), of "
                + removed.oldest()
                + " to "
                + removed.newest()
                + ", as signed records say; the last was decided at "
                + removed.decided()
                + " by "
                + removed.policy())
        + "\n";
  }

  private static JsonObject json(Removed removed) {
    return new JsonObject()
        .put("segments", removed.segments())
        .put("events", removed.events())
        .put("lost", removed.lost())
        .put("end", removed.end())
        .put("oldest", removed.oldest().toString())
        .put("newest", removed.newest().toString())
        .put("policy", removed.policy())
        .put("decidedAt", removed.decided().toString());
  }

  private static String json(List<ChainReport> reports) {
    JsonArray chains = new JsonArray();
    for (ChainReport report : reports) {
      JsonArray findings = new JsonArray();
      for (Finding finding : report.findings()) {
        JsonObject one =
            new JsonObject()
                .put("kind", finding.kind().name().toLowerCase(Locale.ROOT))
                .put("place", finding.place())
                .put("message", finding.message());
        findings.add(finding.index() < 0 ? one : one.put("event", finding.index()));
      }
      JsonObject chain =
          new JsonObject()
              .put("chain", report.chain())
              .put("first", report.first())
              .put("records", report.records())
              .put("unsealed", report.unsealed())
              .put("intact", report.isIntact())
              .put("findings", findings)
              .put("findingsTotal", report.findingsTotal())
              .put("removed", report.removed().map(AuditVerifyCommand::json).orElse(null))
              .put("notes", new JsonArray(report.notes()));
      report
          .head()
          .ifPresent(head -> chain.put("headSize", head.size()).put("headTime", head.time()));
      chains.add(chain);
    }
    return new JsonObject().put("chains", chains).encodePrettily() + "\n";
  }
}
