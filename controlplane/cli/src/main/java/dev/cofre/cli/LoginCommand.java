package dev.cofre.cli;

import dev.cofre.contract.identity.BearerToken;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code login}: an identity provider's token for a short-lived one of the service. */
@Command(
    name = "login",
    description =
        "Exchanges an identity provider's token (JWT) for a short-lived one, which goes to a file"
            + " (mode 0600) and is never shown.")
final class LoginCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Option(
      names = "--jwt-file",
      required = true,
      paramLabel = "FILE",
      description = "File with the identity provider's token; - for the standard input.")
  private Path jwtFile;

  @Option(
      names = "--ttl-seconds",
      paramLabel = "N",
      defaultValue = "900",
      description = "How long it is to count, at most 3600 (default ${DEFAULT-VALUE}).")
  private int ttlSeconds;

  @Mixin private TokenFileOption out;
  @Mixin private OutputOption output;
  @Mixin private ControlPlane plane;

  LoginCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    TokenFile file = out.checked();
    JsonObject document =
        new JsonObject()
            .put("token", SecretLine.read(terminal, jwtFile))
            .put("ttlSeconds", ttlSeconds);
    JsonObject answer =
        plane.callWithoutToken(
            terminal.environment(), calls -> calls.post("/v1/token/exchange", document));
    file.write(BearerToken.of(answer.getString("access_token")));
    output.print(
        terminal,
        new JsonObject()
            .put("principal", answer.getString("principal"))
            .put("expiresInSeconds", answer.getInteger("expires_in"))
            .put("tokenFile", file.file().toString()));
    return ExitCodes.OK;
  }
}
