package dev.cofre.cli;

import dev.cofre.contract.transport.RecipientKey;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code secret export}: has secrets sealed to a recipient's public key, and fetches the bundle.
 */
@Command(
    name = "export",
    description = {
      "Has the current values of secrets sealed to a recipient's RSA key; another person approves",
      "it. The data class of each must permit export. Once it is approved, --approval writes the",
      "bundle, which only the recipient's private key opens (secret open)."
    },
    footer = {
      "",
      "Examples:",
      "  cofre secret export orders-db mail --recipient-key-file recipient.pem --reason \"move\"",
      "  cofre secret export --approval ID --bundle secrets.jwe"
    })
final class SecretExportCommand implements Callable<Integer> {
  private static final String PATH = "/v1/secret-exports";
  private static final long POLL_MS = 2_000;
  private static final int WAIT_MAX_S = 86_400;
  private static final int PEM_MAX = 4_096;

  private final Terminal terminal;

  @Parameters(paramLabel = "NAME", arity = "0..100", description = "The secrets' exact names.")
  private List<String> names = List.of();

  @Option(
      names = "--group",
      paramLabel = "GROUP",
      description = "All that is in this group of secrets now, in place of NAMEs.")
  private String group;

  @Option(
      names = "--recipient-key-file",
      paramLabel = "PEM",
      description = "RSA public key of 3072 or 4096 bits (SubjectPublicKeyInfo).")
  private Path recipient;

  @Option(names = "--approval", paramLabel = "ID", description = "Fetch what was approved.")
  private String approval;

  @Option(names = "--bundle", paramLabel = "FILE", description = "Where it is written, mode 0600.")
  private Path bundle;

  @Option(
      names = "--wait-seconds",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "With --approval, how long to wait for the decision (default ${DEFAULT-VALUE}).")
  private int waitSeconds;

  @Mixin private OutputOption output;
  @Mixin private ControlPlane plane;

  SecretExportCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    int given = (approval == null ? 0 : 1) + (names.isEmpty() ? 0 : 1) + (group == null ? 0 : 1);
    if ((approval == null) != (bundle == null) || given != 1) {
      throw usage("give NAMEs or --group and --recipient-key-file, or --approval and --bundle");
    }
    if (approval != null) {
      return fetch();
    }
    if (recipient == null) {
      throw usage("--recipient-key-file is missing");
    }
    String pem = pem();
    output.print(
        terminal,
        plane.call(
            terminal.environment(),
            ApprovalCommand.ASKING,
            calls ->
                calls.post(
                    PATH,
                    new JsonObject()
                        .put("names", group == null ? new JsonArray(names) : inGroup(calls))
                        .put("recipientPublicKey", pem))));
    return ExitCodes.OK;
  }

  /** What is approved names each secret, so it is not what will be in the group then. */
  private JsonArray inGroup(ControlPlane.Calls calls) {
    JsonArray secrets = new JsonArray();
    calls
        .get(SecretGroupCommand.path(group))
        .getJsonArray("members")
        .forEach(member -> secrets.add(((JsonObject) member).getString("secret")));
    return secrets;
  }

  private String pem() throws IOException {
    byte[] bytes;
    try (var in = Files.newInputStream(recipient)) {
      bytes = in.readNBytes(PEM_MAX);
    } catch (IOException e) {
      throw usage("cannot read " + recipient);
    }
    RecipientKey key =
        RecipientKey.ofPem(new String(bytes, StandardCharsets.US_ASCII))
            .orElseThrow(() -> usage(recipient + " must be " + RecipientKey.RULE));
    terminal.err().println("cofre: recipient sha256:" + key.fingerprint());
    terminal.err().flush();
    return key.pem();
  }

  private int fetch() throws IOException {
    if (waitSeconds < 0 || waitSeconds > WAIT_MAX_S) {
      throw usage("--wait-seconds must be 0 to " + WAIT_MAX_S);
    }
    if (Files.exists(bundle)) {
      throw usage(bundle + " is there already");
    }
    JsonObject fetched =
        plane.call(
            terminal.environment(),
            ApprovalCommand.ASKING,
            calls -> calls.get(PATH + "/" + ControlPlane.escaped(decided(calls))));
    write(((String) fetched.remove("bundle")).getBytes(StandardCharsets.US_ASCII));
    output.print(terminal, fetched.put("file", bundle.toString()));
    return ExitCodes.OK;
  }

  /** The id of the export that the approved request made. */
  private String decided(ControlPlane.Calls calls) {
    String path = ApprovalCommand.PATH + "/" + ControlPlane.escaped(approval);
    long end = System.nanoTime() + waitSeconds * 1_000_000_000L;
    while (true) {
      JsonObject request = calls.get(path);
      String state = request.getString("state");
      if (!"secret:export".equals(request.getString("action"))) {
        throw new CliException(
            ExitCodes.FAILED, "the request is " + request.getString("action") + ", no export");
      }
      if ("DONE".equals(state)) {
        return request.getJsonObject("answer").getJsonObject("document").getString("id");
      }
      boolean waits = List.of("PENDING", "APPROVED", "RUNNING").contains(state);
      if (!waits) {
        throw new CliException(ExitCodes.FAILED, "the request is " + state + why(request));
      }
      if (System.nanoTime() >= end) {
        throw new PendingException(request);
      }
      pause();
    }
  }

  private static String why(JsonObject request) {
    JsonObject answer = request.getJsonObject("answer");
    JsonObject problem = answer == null ? null : answer.getJsonObject("document");
    return problem == null ? "" : ": " + problem.getString("detail");
  }

  private static void pause() {
    try {
      Thread.sleep(POLL_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CliException(ExitCodes.PENDING, "interrupted while waiting");
    }
  }

  private void write(byte[] bytes) throws IOException {
    try (var channel =
        Files.newByteChannel(
            bundle,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      ByteBuffer left = ByteBuffer.wrap(bytes);
      while (left.hasRemaining()) {
        channel.write(left);
      }
    }
  }

  private static CliException usage(String what) {
    return new CliException(ExitCodes.USAGE, what);
  }
}
