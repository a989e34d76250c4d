package dev.cofre.cli;

import dev.cofre.contract.audit.seal.Receipt;
import dev.cofre.contract.audit.seal.ReceiptIssuer;
import dev.cofre.contract.transparency.NoteKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code audit receipt}: proofs that a request's events are in the log. */
@Command(name = "receipt", description = "Makes and verifies receipts for events.")
final class AuditReceiptCommand {
  private final Terminal terminal;

  AuditReceiptCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Command(
      name = "make",
      description = {
        "Prints the receipt for an event of a request: the event, its inclusion proof and the signed",
        "head (C2SP tlog-proof). It is verified without the log. Exit code 1 when no head covers such",
        "an event, which it does about a second after its answer."
      })
  int make(
      @Option(
              names = "--request",
              required = true,
              paramLabel = "ID",
              description = "The Request-Id that the caller was told.")
          String request,
      @Option(
              names = "--event",
              paramLabel = "N",
              defaultValue = "1",
              description = "Which of the request's events (default: the first).")
          int event,
      @Parameters(paramLabel = "DIRECTORY", description = "The audit.directory of a plane.")
          Path directory)
      throws IOException {
    if (!Files.isDirectory(directory)) {
      throw new CliException(ExitCodes.USAGE, "there is no folder " + directory);
    }
    List<Receipt> receipts = new ReceiptIssuer(directory).receipts(request);
    if (event < 1 || receipts.size() < event) {
      throw new CliException(
          ExitCodes.FAILED,
          "the log holds "
              + receipts.size()
              + " sealed events of request "
              + request
              + "; a new one is sealed within about a second");
    }
    terminal.print(receipts.get(event - 1).toString());
    return ExitCodes.OK;
  }

  @Command(
      name = "verify",
      description = {
        "Verifies a receipt by the node's verification key and prints its event. Exit code 1 when it",
        "is not proven."
      })
  int verify(
      @Mixin AuditKeyOption key,
      @Parameters(paramLabel = "FILE", description = "The receipt.") Path file)
      throws IOException {
    NoteKey noteKey = key.read();
    if (!Files.isRegularFile(file)) {
      throw new CliException(ExitCodes.USAGE, "there is no file " + file);
    }
    try {
      Receipt receipt = Receipt.parse(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
      if (!receipt.verifies(noteKey)) {
        throw new CliException(ExitCodes.FAILED, "the receipt is not proven by that key");
      }
      terminal.print(receipt.event().toJson() + "\n");
      return ExitCodes.OK;
    } catch (IllegalArgumentException e) {
      throw new CliException(ExitCodes.FAILED, file + ": " + e.getMessage());
    }
  }
}
