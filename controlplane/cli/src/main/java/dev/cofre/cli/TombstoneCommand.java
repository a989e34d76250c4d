package dev.cofre.cli;

import dev.cofre.contract.tombstone.TombstoneVerifier;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code key tombstone}: what was destroyed, and whether the signature of that is right. */
@Command(
    name = "tombstone",
    description = "Shows the signed statement of what was destroyed of a key.")
final class TombstoneCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(paramLabel = "KEY", description = "Alias or id.")
  private String key;

  @Option(names = "--version", paramLabel = "N", description = "Of this version alone.")
  private Integer number;

  @Option(
      names = "--verify-with",
      paramLabel = "PEM",
      description = "Verify it with this public key, the one that nodes pin.")
  private Path pem;

  @Mixin private OutputOption output;
  @Mixin private ControlPlane plane;

  TombstoneCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    TombstoneVerifier verifier = pem == null ? null : verifier();
    String path =
        KeyCommand.path(key) + (number == null ? "" : "/versions/" + number) + "/tombstone";
    JsonObject tombstone =
        plane.call(terminal.environment(), KeyCommand.ROLE, calls -> calls.get(path));
    if (verifier != null) {
      byte[] signed = bytes(tombstone, "signed");
      if (!verifier.verifies(signed, bytes(tombstone, "signature"))) {
        throw new CliException(ExitCodes.FAILED, "the signature does not verify with " + pem);
      }
      // What is shown is what was verified.
      tombstone.put("document", new JsonObject(new String(signed, StandardCharsets.UTF_8)));
    }
    output.print(terminal, output.isJson() ? tombstone : tombstone.getJsonObject("document"));
    return ExitCodes.OK;
  }

  private TombstoneVerifier verifier() {
    try {
      return TombstoneVerifier.fromPem(Files.readString(pem));
    } catch (IOException | IllegalArgumentException e) {
      throw new CliException(ExitCodes.USAGE, pem + " cannot be read as a public key in PEM");
    }
  }

  private static byte[] bytes(JsonObject tombstone, String field) {
    try {
      return Base64.getDecoder().decode(tombstone.getString(field, ""));
    } catch (IllegalArgumentException e) {
      throw new CliException(ExitCodes.FAILED, "the answer's " + field + " is not Base64");
    }
  }
}
