package dev.cofre.cli;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code key export}: has a KEK wrapped to a recipient's public key, inside the HSM. */
@Command(
    name = "export",
    description = {
      "Has the KEK of a key's version wrapped to a recipient's RSA key; another person approves it.",
      "The key must have been made exportable, and its data class must permit export.",
      "Once it is approved, --approval prints what was wrapped."
    },
    footer = {
      "",
      "Examples:",
      "  cofre key export orders --key-version 1 --recipient-key-file recipient.pem",
      "  cofre key export --approval ID --output json > orders-1.json"
    })
final class KeyExportCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(paramLabel = "KEY", arity = "0..1", description = "Alias or id.")
  private String key;

  @Option(names = "--key-version", paramLabel = "N", description = "The version's number.")
  private Integer number;

  @Option(
      names = "--recipient-key-file",
      paramLabel = "PEM",
      description = "RSA public key of 3072 or 4096 bits (SubjectPublicKeyInfo).")
  private Path recipient;

  @Option(
      names = "--wrapping-algorithm",
      paramLabel = "NAME",
      description =
          "RSA_AES_KEY_WRAP_SHA_256 or RSA_AES_KEY_WRAP_SHA_1 (default: the first that the HSM"
              + " does).")
  private String algorithm;

  @Option(
      names = "--approval",
      paramLabel = "ID",
      description = "Print what an approved export gave.")
  private String approval;

  @Mixin private OutputOption output;
  @Mixin private ControlPlane plane;

  KeyExportCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    if (approval != null) {
      return KeyCommand.print(terminal, output, plane, this::exported);
    }
    if (key == null || number == null || recipient == null) {
      throw new CliException(
          ExitCodes.USAGE, "give KEY, --key-version and --recipient-key-file, or --approval");
    }
    if (!Files.isReadable(recipient)) {
      throw new CliException(ExitCodes.USAGE, "cannot read " + recipient);
    }
    JsonObject body = new JsonObject().put("recipientPublicKey", Files.readString(recipient));
    if (algorithm != null) {
      body.put("wrappingAlgorithm", algorithm);
    }
    String path = KeyCommand.path(key) + "/versions/" + number + "/export";
    return KeyCommand.print(terminal, output, plane, calls -> calls.post(path, body));
  }

  private JsonObject exported(ControlPlane.Calls calls) {
    JsonObject request = calls.get(ApprovalCommand.PATH + "/" + ControlPlane.escaped(approval));
    JsonObject answer = request.getJsonObject("answer");
    boolean done =
        "key:export".equals(request.getString("action"))
            && "DONE".equals(request.getString("state"))
            && answer != null;
    if (!done) {
      throw new CliException(
          ExitCodes.FAILED,
          "the request is "
              + request.getString("action")
              + " and "
              + request.getString("state")
              + ", not an export that is DONE");
    }
    return answer.getJsonObject("document");
  }
}
