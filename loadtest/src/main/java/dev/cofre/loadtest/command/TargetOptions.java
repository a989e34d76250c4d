package dev.cofre.loadtest.command;

import dev.cofre.loadtest.document.WrongFileException;
import dev.cofre.loadtest.run.Places;
import dev.cofre.loadtest.run.UsageException;
import dev.cofre.loadtest.slo.Slo;
import dev.cofre.loadtest.workload.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The options that say what is loaded, by what, and what must hold. */
final class TargetOptions {
  @Option(
      names = {"-f", "--workload"},
      paramLabel = "FILE",
      description =
          "What is sent (default: half encryption, half decryption of 1 KiB, 1000/s, 10 s).")
  Path workload;

  @Option(names = "--slo", paramLabel = "FILE", description = "What must hold.")
  Path slo;

  @Option(
      names = {"--target", "--data-url"},
      paramLabel = "URL",
      description = "In place of the file's target.url (COFRE_DATA_URL).")
  String url;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description =
          "File with the bearer token (COFRE_TOKEN_FILE; default: what dev made for app).")
  Path tokenFile;

  @Option(
      names = "--ca-file",
      paramLabel = "FILE",
      description = "Trusted certificates, PEM (COFRE_CA_FILE).")
  Path caFile;

  @Option(
      names = "--events-token-file",
      paramLabel = "FILE",
      description = "Token of a crypto-officer, for events (default: what dev made).")
  Path eventsTokenFile;

  @Option(names = "--seed", paramLabel = "N", description = "In place of the file's seed.")
  Long seed;

  Places places() {
    return new Places(System.getenv(), url, tokenFile, caFile, eventsTokenFile);
  }

  Workload workload() throws IOException, WrongFileException {
    Workload read =
        workload == null
            ? Workload.parse("the usual workload", Workload.USUAL)
            : Workload.read(readable(workload));
    return seed == null ? read : read.seeded(seed);
  }

  /** Null without a file. */
  Slo slo() throws IOException, WrongFileException {
    return slo == null ? null : Slo.read(readable(slo));
  }

  private static Path readable(Path file) {
    if (!Files.isReadable(file) || Files.isDirectory(file)) {
      throw new UsageException("cannot read " + file);
    }
    return file;
  }
}
