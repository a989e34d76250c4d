package dev.cofre.cli;

import dev.cofre.cli.migrate.PrivateKeyFile;
import dev.cofre.contract.transport.SealedBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code secret open}: what is in a bundle, by the recipient's private key. */
@Command(
    name = "open",
    description = {
      "Opens a bundle of secret export with the recipient's private key, on this machine, and",
      "writes the secrets as JSON to the standard output: in clear. secret import --from json",
      "reads it. Asks no service."
    },
    footer = {
      "",
      "Example:",
      "  cofre secret open --bundle secrets.jwe --private-key-file recipient.key > /dev/shm/s.json"
    })
final class SecretOpenCommand implements Callable<Integer> {
  private static final int BUNDLE_MAX = 4 << 20;
  private static final int PEM_MAX = 16_384;

  private final Terminal terminal;

  @Option(names = "--bundle", required = true, paramLabel = "FILE", description = "The bundle.")
  private Path bundle;

  @Option(
      names = "--private-key-file",
      required = true,
      paramLabel = "PEM",
      description = "The recipient's RSA private key (PKCS #8, unencrypted, mode 0600 or 0400).")
  private Path keyFile;

  SecretOpenCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    KeyImportCommand.requireOwnersAlone(keyFile);
    byte[] pem = read(keyFile, PEM_MAX);
    PrivateKeyFile key;
    try {
      key =
          PrivateKeyFile.read(pem)
              .orElseThrow(
                  () ->
                      new CliException(
                          ExitCodes.USAGE,
                          keyFile + " must hold an RSA private key as PEM (PKCS #8, unencrypted)"));
    } finally {
      Arrays.fill(pem, (byte) 0);
    }
    byte[] opened =
        SealedBundle.open(key.own(), key.key(), read(bundle, BUNDLE_MAX))
            .orElseThrow(
                () ->
                    new CliException(
                        ExitCodes.FAILED,
                        bundle + " is no bundle for this key, or it was changed"));
    terminal.err().println("cofre: the standard output has secrets in clear; keep it in memory");
    terminal.err().flush();
    try {
      terminal.out().write(opened);
      terminal.out().write('\n');
      terminal.out().flush();
    } catch (IOException e) {
      throw new CliException(ExitCodes.LOCAL_IO, "cannot write the output: " + e.getMessage());
    } finally {
      Arrays.fill(opened, (byte) 0);
    }
    return ExitCodes.OK;
  }

  private static byte[] read(Path file, int most) {
    byte[] bytes;
    try (var in = Files.newInputStream(file)) {
      bytes = in.readNBytes(most + 1);
    } catch (IOException e) {
      throw new CliException(ExitCodes.USAGE, "cannot read " + file);
    }
    if (bytes.length > most) {
      throw new CliException(ExitCodes.USAGE, file + " is larger than " + most + " bytes");
    }
    return bytes;
  }
}
