package dev.cofre.cli;

import dev.cofre.contract.random.KernelRandom;
import dev.cofre.contract.transport.KeyCheckValue;
import dev.cofre.contract.transport.MaterialWrapper;
import dev.cofre.contract.transport.RecipientKey;
import dev.cofre.contract.transport.WrappingAlgorithm;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code key import}: brings key material, wrapped before it leaves this process. */
@Command(
    name = "import",
    description = {
      "Makes a key, or the next version of an imported key, of material that you bring.",
      "With --material-file it is wrapped here and sent; another person approves it then.",
      "With --prepare it is wrapped elsewhere, with the public key that is printed, and sent with"
          + " --import."
    },
    footer = {
      "",
      "Examples:",
      "  cofre key import --material-file kek.bin --key-file orders.json",
      "  cofre key import --material-file kek2.bin --version-of orders",
      "  cofre key import --prepare --wrapping-algorithm RSA_AES_KEY_WRAP_SHA_256",
      "  cofre key import --import ID --wrapped-file kek.wrapped --key-check-value 0a1b2c3d4e \\",
      "    --key-file orders.json",
      "",
      "orders.json is the document of the key: {\"alias\":…,\"owner\":…,\"purpose\":…,\"dataClass\":…,",
      "\"environment\":…,\"expiresAt\":…,\"protection\":…}. The key check value is the AES-CMAC of",
      "the material over 16 zero bytes, its first 10 to 32 hexadecimal digits."
    })
final class KeyImportCommand implements Callable<Integer> {
  static final String PATH = "/v1/imports";
  private static final int WRAPPED_MAX = 1_024;

  private final Terminal terminal;

  @Option(
      names = "--material-file",
      paramLabel = "FILE",
      description = "File of just the 32 bytes, readable by nobody else (mode 0600).")
  private Path materialFile;

  @Option(names = "--prepare", description = "Only make the wrapping key, and print it.")
  private boolean prepare;

  @Option(names = "--import", paramLabel = "ID", description = "Send material to this import.")
  private String importId;

  @Option(
      names = "--wrapped-file",
      paramLabel = "FILE",
      description = "The wrapped material, for --import.")
  private Path wrappedFile;

  @Option(
      names = "--key-check-value",
      paramLabel = "HEX",
      description = "The material's check value, for --import.")
  private String checkValue;

  @Option(
      names = "--key-file",
      paramLabel = "FILE",
      description = "JSON document of the key to be made; - is the standard input.")
  private Path keyFile;

  @Option(
      names = "--version-of",
      paramLabel = "KEY",
      description = "Alias or id of the imported key that gets its next version.")
  private String versionOf;

  @Option(
      names = "--wrapping-algorithm",
      paramLabel = "NAME",
      description =
          "RSA_AES_KEY_WRAP_SHA_256, RSA_AES_KEY_WRAP_SHA_1 or RSA_OAEP_SHA_256 (default: the first"
              + " that the HSM unwraps inside itself).")
  private String algorithm;

  @Option(names = "--wrapping-key-bits", paramLabel = "N", description = "3072 (default) or 4096.")
  private Integer bits;

  @Mixin private OutputOption output;
  @Mixin private ControlPlane plane;

  KeyImportCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Command(description = "Lists imports, newest first, at most 500.")
  int list(@Mixin OutputOption output, @Mixin ControlPlane plane) {
    return KeyCommand.print(terminal, output, plane, calls -> calls.get(PATH + "?limit=500"));
  }

  @Command(description = "Shows an import.")
  int show(
      @Parameters(paramLabel = "ID", description = "The import's id.") String id,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    return KeyCommand.print(terminal, output, plane, calls -> calls.get(path(id)));
  }

  @Command(description = "Gives an import up; its wrapping key is destroyed.")
  int cancel(
      @Parameters(paramLabel = "ID", description = "The import's id.") String id,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    return KeyCommand.print(
        terminal, output, plane, calls -> calls.post(path(id) + "/cancel", null));
  }

  private static String path(String id) {
    return PATH + "/" + ControlPlane.escaped(id);
  }

  @Override
  public Integer call() throws IOException {
    long ways =
        List.of(materialFile != null, prepare, importId != null).stream()
            .filter(way -> way)
            .count();
    if (ways != 1) {
      throw usage("give one of --material-file, --prepare and --import");
    }
    if (prepare) {
      return KeyCommand.print(terminal, output, plane, calls -> calls.post(PATH, draft()));
    }
    JsonObject body = target();
    if (importId == null) {
      return wrapAndSend(body);
    }
    if (wrappedFile == null || checkValue == null) {
      throw usage("--import needs --wrapped-file and --key-check-value");
    }
    body.put("wrappedMaterial", base64(read(wrappedFile, WRAPPED_MAX)))
        .put("keyCheckValue", checkValue);
    return KeyCommand.print(
        terminal, output, plane, calls -> calls.post(path(importId) + "/complete", body));
  }

  private JsonObject draft() {
    JsonObject draft = new JsonObject();
    if (algorithm != null) {
      draft.put("wrappingAlgorithm", algorithm);
    }
    if (bits != null) {
      draft.put("wrappingKeyBits", bits);
    }
    return draft;
  }

  private JsonObject target() throws IOException {
    if ((keyFile == null) == (versionOf == null)) {
      throw usage("give --key-file for a new key, or --version-of for the next version of one");
    }
    return versionOf != null
        ? new JsonObject().put("versionOf", versionOf)
        : new JsonObject().put("key", DocumentFile.read(terminal, keyFile));
  }

  private int wrapAndSend(JsonObject body) throws IOException {
    requireOwnersAlone(materialFile);
    byte[] material = read(materialFile, WrappingAlgorithm.MATERIAL_LENGTH);
    try {
      if (material.length != WrappingAlgorithm.MATERIAL_LENGTH) {
        throw usage(
            materialFile
                + " must hold "
                + WrappingAlgorithm.MATERIAL_LENGTH
                + " bytes, not "
                + material.length);
      }
      return KeyCommand.print(
          terminal,
          output,
          plane,
          calls -> {
            JsonObject made = calls.post(PATH, draft());
            body.put("wrappedMaterial", base64(wrapped(made, material)))
                .put("keyCheckValue", KeyCheckValue.of(material).hex());
            return calls.post(path(made.getString("id")) + "/complete", body);
          });
    } finally {
      Arrays.fill(material, (byte) 0);
    }
  }

  private static byte[] wrapped(JsonObject made, byte[] material) {
    RecipientKey key =
        RecipientKey.ofPem(made.getString("publicKey", ""))
            .orElseThrow(
                () ->
                    new CliException(ExitCodes.FAILED, "the service's wrapping key is no RSA key"));
    WrappingAlgorithm wrapping =
        WrappingAlgorithm.find(made.getString("wrappingAlgorithm", ""))
            .orElseThrow(
                () ->
                    new CliException(
                        ExitCodes.FAILED, "this program does not know the service's wrapping"));
    return MaterialWrapper.wrap(wrapping, key.key(), material, KernelRandom.INSTANCE);
  }

  /** Key material that others can read is no secret. */
  static void requireOwnersAlone(Path file) throws IOException {
    if (!Files.isReadable(file)) {
      throw usage("cannot read " + file);
    }
    boolean shared =
        Files.getPosixFilePermissions(file).stream()
            .anyMatch(one -> !one.name().startsWith("OWNER_"));
    if (shared) {
      throw usage(file + " can be read by others; run: chmod 600 " + file);
    }
  }

  /** At most one byte more than {@code most}. */
  private static byte[] read(Path file, int most) throws IOException {
    if (!Files.isReadable(file)) {
      throw usage("cannot read " + file);
    }
    try (var in = Files.newInputStream(file)) {
      return in.readNBytes(most + 1);
    }
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  private static CliException usage(String what) {
    return new CliException(ExitCodes.USAGE, what);
  }
}
