package dev.cofre.cli;

import dev.cofre.contract.identity.BearerToken;
import dev.cofre.contract.random.KernelRandom;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code enrol}: a machine's first credential for a one-time code. */
@Command(
    name = "enrol",
    description =
        "Trades a one-time code for this machine's own token, which is made here, is sent to nobody"
            + " and goes to a file (mode 0600).")
final class EnrolCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Option(
      names = "--code-file",
      required = true,
      paramLabel = "FILE",
      description = "File with the code; - for the standard input.")
  private Path codeFile;

  @Mixin private TokenFileOption out;
  @Mixin private OutputOption output;
  @Mixin private ControlPlane plane;

  EnrolCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  /** The token is in its file before the code is used: a code works once. */
  @Override
  public Integer call() throws IOException {
    TokenFile file = out.checked();
    String code = SecretLine.read(terminal, codeFile);
    BearerToken token = BearerToken.generate(KernelRandom.INSTANCE);
    Path waiting = file.file().resolveSibling(file.file().getFileName() + ".enrolling");
    new TokenFile(waiting, true).write(token);
    JsonObject document =
        new JsonObject().put("code", code).put("sha256", HexFormat.of().formatHex(token.digest()));
    JsonObject answer =
        plane.callWithoutToken(terminal.environment(), calls -> calls.post("/v1/enrol", document));
    file.write(token);
    Files.deleteIfExists(waiting);
    output.print(terminal, answer.copy().put("tokenFile", file.file().toString()));
    return ExitCodes.OK;
  }
}
