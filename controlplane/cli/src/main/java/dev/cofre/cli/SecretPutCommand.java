package dev.cofre.cli;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code secret put}: a new value, of a secret that is there or of a new one. */
@Command(
    name = "put",
    description = {
      "Writes a value, read from the standard input or a file, as the next version of a secret.",
      "With --environment it makes the secret: then all that is said of it is needed, and",
      "--rotation-days or --no-rotation."
    },
    footer = {
      "",
      "Example:",
      "  cofre secret put orders-db --environment prod --data-class confidential \\",
      "    --owner group:shop --description \"orders database, user app\" \\",
      "    --expires-at 2027-01-01T00:00:00Z --rotation-days 90 < password"
    })
final class SecretPutCommand implements Callable<Integer> {
  private static final int BYTES_MAX = 65_536;
  private final Terminal terminal;

  @Parameters(paramLabel = "NAME", description = "a-z, 0-9, '.', '_', '-'; at most 128.")
  private String name;

  @Option(
      names = "--file",
      paramLabel = "FILE",
      defaultValue = "-",
      description = "Where the value is, taken as it is, line ends too (default: standard input).")
  private Path file;

  @Option(
      names = "--expected-version",
      paramLabel = "N",
      description = "Write only when this is the newest version.")
  private Integer expectedVersion;

  @Option(
      names = "--template",
      description = "The value has places, as {{NAME}}, for other secrets (docs/SECRETS.md).")
  private boolean template;

  @Option(names = "--environment", description = "Make the secret in dev, staging or prod.")
  private String environment;

  @Option(names = "--data-class", description = "public, internal, confidential or restricted.")
  private String dataClass;

  @Mixin private SecretOptions options;
  @Mixin private OutputOption output;
  @Mixin private ControlPlane plane;

  SecretPutCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    JsonObject document = options.document();
    if (environment == null && (dataClass != null || !document.isEmpty())) {
      throw new CliException(
          ExitCodes.USAGE,
          "--environment is missing, with which a secret is made; secret update changes one");
    }
    if (environment != null) {
      document.put("name", name).put("environment", environment);
      if (dataClass != null) {
        document.put("dataClass", dataClass);
      }
    } else if (expectedVersion != null) {
      document.put("expectedVersion", expectedVersion);
    }
    if (template) {
      document.put("template", true);
    }
    byte[] value = read();
    document.put("value", Base64.getEncoder().encodeToString(value));
    Arrays.fill(value, (byte) 0);
    String path = environment == null ? SecretCommand.path(name) + "/versions" : SecretCommand.PATH;
    output.print(
        terminal,
        plane.call(
            terminal.environment(), SecretCommand.OWNER, calls -> calls.post(path, document)));
    return ExitCodes.OK;
  }

  private byte[] read() throws IOException {
    byte[] value;
    if (file.equals(Path.of("-"))) {
      value = terminal.in().readNBytes(BYTES_MAX + 1);
    } else {
      try (InputStream in = Files.newInputStream(file)) {
        value = in.readNBytes(BYTES_MAX + 1);
      } catch (IOException e) {
        throw new CliException(ExitCodes.LOCAL_IO, "cannot read " + file);
      }
    }
    if (value.length == 0 || value.length > BYTES_MAX) {
      throw new CliException(
          ExitCodes.USAGE,
          "a secret holds 1 to " + BYTES_MAX + " bytes, which " + file + " has not");
    }
    return value;
  }
}
