package dev.cofre.cli;

import dev.cofre.cli.run.SecretValue;
import dev.cofre.cli.scan.AllowList;
import dev.cofre.cli.scan.Finding;
import dev.cofre.cli.scan.GitHistory;
import dev.cofre.cli.scan.KnownValues;
import dev.cofre.cli.scan.Scan;
import dev.cofre.documents.yaml.FileErrors;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code scan}: tokens and known values of secrets where they should not be. */
@Command(
    name = "scan",
    description = {
      "Looks for Cofre's own tokens, and with --secret for values of secrets, in the files of a",
      "folder and with --history in all that its git repository holds. It never shows what it finds.",
      "Exit code 1: something was found, or a limit was reached before all was searched."
    })
final class ScanCommand implements Callable<Integer> {
  private static final int NAMES_AT_ONCE = 16;
  private static final int ALLOWED_BYTES_MAX = 1 << 20;
  private static final long PROGRESS_NS = 5_000_000_000L;

  private final Terminal terminal;
  private long toldNs = System.nanoTime();

  @Parameters(paramLabel = "DIR", description = "The folder.")
  private Path directory;

  @Option(
      names = "--secret",
      paramLabel = "NAME",
      description =
          "Look for this secret's current value, which the caller may read; may be repeated.")
  private List<String> secrets = List.of();

  @Option(names = "--history", description = "Search all versions of files in git, too.")
  private boolean history;

  @Option(
      names = "--allow",
      paramLabel = "FILE",
      description = "What may stay: lines of a finding's id and a pattern of files.")
  private Path allow;

  @Option(
      names = "--file-bytes-max",
      paramLabel = "N",
      defaultValue = "1048576",
      description = "Larger files are left out (default ${DEFAULT-VALUE}).")
  private int fileBytesMax;

  @Option(
      names = "--objects-max",
      paramLabel = "N",
      defaultValue = "200000",
      description = "With --history, how many objects at most (default ${DEFAULT-VALUE}).")
  private int objectsMax;

  @Mixin private OutputOption output;
  @Mixin private ControlPlane plane;

  ScanCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws Exception {
    if (!Files.isDirectory(directory)) {
      throw new CliException(ExitCodes.USAGE, directory + " is not a folder");
    }
    if (fileBytesMax < 1 || objectsMax < 1) {
      throw new CliException(ExitCodes.USAGE, "limits must be 1 or more");
    }
    AllowList allowed = allowed();
    Path folder = directory.toRealPath();
    Scan scan = new Scan(folder, known(), allowed, fileBytesMax, this::progress);
    GitHistory git = new GitHistory(folder, objectsMax);
    scan.files();
    if (history) {
      scan.history(git);
    }
    print(scan, git);
    if (isCut(scan, git)) {
      say(
          "not everything was searched: there are more than "
              + (git.isCut()
                  ? objectsMax + " objects in the history (--objects-max)"
                  : Scan.FINDINGS_MAX + " findings"));
      return ExitCodes.FAILED;
    }
    return scan.findings().isEmpty() ? ExitCodes.OK : ExitCodes.FAILED;
  }

  private static boolean isCut(Scan scan, GitHistory git) {
    return scan.isCut() || git.isCut();
  }

  private AllowList allowed() {
    if (allow == null) {
      return AllowList.empty();
    }
    FileErrors errors = new FileErrors();
    AllowList list;
    try {
      if (Files.size(allow) > ALLOWED_BYTES_MAX) {
        throw new CliException(
            ExitCodes.USAGE, allow + " is larger than " + ALLOWED_BYTES_MAX + " bytes");
      }
      list = AllowList.read(allow.toString(), Files.readString(allow), errors);
    } catch (IOException e) {
      throw new CliException(ExitCodes.USAGE, "cannot read " + allow);
    }
    if (!errors.isEmpty()) {
      throw new CliException(ExitCodes.USAGE, String.join("; ", errors.lines()));
    }
    return list;
  }

  /** The values are overwritten as soon as their digests are made. */
  private KnownValues known() {
    KnownValues known = new KnownValues();
    SecretReader reader = new SecretReader(terminal, plane);
    List<String> names = secrets.stream().distinct().toList();
    for (int i = 0; i < names.size(); i += NAMES_AT_ONCE) {
      SecretReader.Answer answer =
          reader.read(names.subList(i, Math.min(names.size(), i + NAMES_AT_ONCE)));
      for (SecretValue value : answer.values().values()) {
        byte[] bytes = value.bytes(false);
        value.wipe();
        if (!known.add(value.name(), bytes)) {
          say(
              value.name()
                  + " is not looked for: it has less than "
                  + KnownValues.BYTES_MIN
                  + " bytes");
        }
        Arrays.fill(bytes, (byte) 0);
      }
      if (!answer.refusals().isEmpty()) {
        throw new CliException(ExitCodes.USAGE, String.join("; ", answer.refusals().values()));
      }
    }
    return known;
  }

  private void progress(Scan scan) {
    if (System.nanoTime() - toldNs > PROGRESS_NS) {
      toldNs = System.nanoTime();
      say(scan.searched() + " searched, " + scan.findings().size() + " found");
    }
  }

  private void print(Scan scan, GitHistory git) {
    JsonArray findings = new JsonArray();
    StringBuilder lines = new StringBuilder();
    for (Finding finding : scan.findings()) {
      findings.add(document(finding));
      lines.append(
          Terminal.plain(
              finding.file()
                  + ":"
                  + finding.line()
                  + ": "
                  + finding.id()
                  + ", "
                  + finding.masked()
                  + (finding.commit() == null ? "" : ", commit " + finding.commit())));
      lines.append('\n');
    }
    if (!output.isJson()) {
      terminal.print(lines.toString());
      say(
          scan.searched()
              + " searched; left out: "
              + scan.binary()
              + " that are no text, "
              + scan.tooLarge()
              + " too large, "
              + scan.unreadable()
              + " unreadable; found: "
              + scan.findings().size()
              + ", and "
              + scan.allowedCount()
              + " that are allowed");
      return;
    }
    output.print(
        terminal,
        new JsonObject()
            .put("findings", findings)
            .put("searched", scan.searched())
            .put("binary", scan.binary())
            .put("tooLarge", scan.tooLarge())
            .put("unreadable", scan.unreadable())
            .put("allowed", scan.allowedCount())
            .put("complete", !isCut(scan, git)));
  }

  private static JsonObject document(Finding finding) {
    JsonObject json =
        new JsonObject()
            .put("kind", finding.kind())
            .put("id", finding.id())
            .put("masked", finding.masked())
            .put("file", finding.file())
            .put("line", finding.line());
    return finding.commit() == null ? json : json.put("commit", finding.commit());
  }

  private void say(String text) {
    terminal.err().println("cofre: " + Terminal.plain(text));
    terminal.err().flush();
  }
}
