package dev.cofre.cli;

import dev.cofre.cli.Pages.Column;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pki certificate}: certificates that end by themselves. */
@Command(name = "certificate", description = "Certificates that end by themselves.")
final class PkiCertificateCommand {
  private static final String PATH = "/v1/certificates";
  private static final String WORKLOAD = "app";
  private static final String CERTIFICATE = "The certificate's id.";
  private static final String REASON =
      "unspecified, key-compromise, affiliation-changed, superseded or cessation-of-operation.";
  private static final String ONLY_AUTHORITY = "Those of this authority alone.";
  private static final String ONLY_ROLE = "Those of this role of the authority alone.";
  private static final String ONLY_PRINCIPAL = "Those of this principal alone.";
  private static final List<Column> COLUMNS =
      List.of(
          Column.of("ID", 36, "id"),
          Column.of("ROLE", 16, "role"),
          Column.of("PRINCIPAL", 20, "principal"),
          Column.of("STATE", 8, "state"),
          Column.of("EXPIRES", 24, "expiresAt"),
          Column.of("SERIAL", 32, "serial"));

  private final Terminal terminal;

  PkiCertificateCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  /** What is asked for. */
  static final class Wanted {
    @Option(
        names = "--csr",
        paramLabel = "FILE",
        description = "A PKCS#10 request, PEM: its key and its subjectAltName count.")
    private Path csr;

    @Option(names = "--dns", paramLabel = "NAME", description = "A DNS name; may be repeated.")
    private List<String> dns;

    @Option(names = "--uri", paramLabel = "URI", description = "A SPIFFE id.")
    private List<String> uris;

    @Option(names = "--ip", paramLabel = "IP", description = "An IP address; may be repeated.")
    private List<String> ips;

    @Option(names = "--key-type", paramLabel = "TYPE", description = "ec-p256 or ec-p384.")
    private String keyType;

    @Option(names = "--ttl-seconds", paramLabel = "N", description = "How long it lives.")
    private Integer ttl;

    private JsonObject document(String authority, String role) throws IOException {
      JsonObject document = new JsonObject().put("authority", authority).put("role", role);
      if (csr != null) {
        document.put("csr", Files.readString(csr, StandardCharsets.US_ASCII));
      }
      put(document, "dnsNames", dns);
      put(document, "uris", uris);
      put(document, "ipAddresses", ips);
      if (keyType != null) {
        document.put("keyType", keyType);
      }
      return ttl == null ? document : document.put("ttlSeconds", ttl);
    }

    private static void put(JsonObject document, String name, List<String> names) {
      if (names != null) {
        document.put(name, new JsonArray(names));
      }
    }
  }

  @Command(
      description = {
        "Issues a certificate: for a signing request, or with a key that the server makes for the",
        "names given. Such a key is in this answer alone: --key-out writes it to a new file that",
        "only you can read."
      })
  int issue(
      @Parameters(index = "0", paramLabel = "AUTHORITY", description = "The authority.")
          String authority,
      @Parameters(index = "1", paramLabel = "ROLE", description = "Its role.") String role,
      @Mixin Wanted wanted,
      @Option(
              names = "--cert-out",
              paramLabel = "FILE",
              description = "Where the certificate goes, PEM; what is there is replaced.")
          Path certificateFile,
      @Option(
              names = "--key-out",
              paramLabel = "FILE",
              description = "Where the private key goes, PEM; it must not be there.")
          Path keyFile,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane)
      throws IOException {
    JsonObject document = wanted.document(authority, role);
    if (keyFile != null && wanted.csr != null) {
      throw new CliException(ExitCodes.USAGE, "--key-out is for keys that the server makes");
    }
    if (keyFile != null && Files.exists(keyFile)) {
      throw new CliException(ExitCodes.USAGE, keyFile + " is there; name another file");
    }
    JsonObject issued =
        plane.call(
            terminal.environment(), WORKLOAD, calls -> calls.call(HttpMethod.POST, PATH, document));
    if (keyFile != null) {
      writeKey(keyFile, (String) issued.remove("privateKey"));
    }
    if (certificateFile != null) {
      Files.writeString(certificateFile, issued.getString("certificate"));
    }
    output.print(terminal, issued);
    return ExitCodes.OK;
  }

  /** Never readable by others, not for a moment. */
  private static void writeKey(Path file, String pem) throws IOException {
    try (OutputStream out =
        Channels.newOutputStream(
            Files.newByteChannel(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(
                    PosixFilePermissions.fromString("rw-------"))))) {
      out.write(pem.getBytes(StandardCharsets.US_ASCII));
    }
  }

  @Command(description = "Lists the certificates that you may know of.")
  int list(
      @Option(names = "--authority", description = ONLY_AUTHORITY) String authority,
      @Option(names = "--role", description = ONLY_ROLE) String role,
      @Option(names = "--principal", description = ONLY_PRINCIPAL) String principal,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    String query = selected(authority, role, principal).query();
    return new Pages(terminal, output, COLUMNS)
        .list(plane, SecretCommand.OWNER, PATH, query, Long.MAX_VALUE);
  }

  private static Named selected(String authority, String role, String principal) {
    return new Named().with("authority", authority).with("role", role).with("principal", principal);
  }

  @Command(description = "Shows a certificate's life.")
  int show(
      @Parameters(paramLabel = "CERTIFICATE", description = CERTIFICATE) String certificate,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    return new CallAs(terminal, SecretCommand.OWNER)
        .print(output, plane, HttpMethod.GET, path(certificate), null);
  }

  @Command(description = "Revokes a certificate: it is on its authority's list from now on.")
  int revoke(
      @Parameters(paramLabel = "CERTIFICATE", description = CERTIFICATE) String certificate,
      @Option(names = "--revocation-reason", paramLabel = "REASON", description = REASON)
          String reason,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    JsonObject document = reason == null ? null : new JsonObject().put("reason", reason);
    return new CallAs(terminal, PolicyCommand.ROLE)
        .print(output, plane, HttpMethod.POST, path(certificate) + "/revoke", document);
  }

  @Command(
      name = "revoke-all",
      description = "Revokes all certificates of an authority, a role of it, a principal, or both.")
  int revokeAll(
      @Option(names = "--authority", description = ONLY_AUTHORITY) String authority,
      @Option(names = "--role", description = ONLY_ROLE) String role,
      @Option(names = "--principal", description = ONLY_PRINCIPAL) String principal,
      @Option(names = "--revocation-reason", paramLabel = "REASON", description = REASON)
          String reason,
      @Option(names = "--dry-run", description = "Count them and change nothing.") boolean dryRun,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    JsonObject document =
        selected(authority, role, principal)
            .with("reason", reason)
            .document()
            .put("dryRun", dryRun);
    return new CallAs(terminal, PolicyCommand.ROLE)
        .print(output, plane, HttpMethod.POST, "/v1/certificate-revocations", document);
  }

  private static String path(String certificate) {
    return PATH + "/" + ControlPlane.escaped(certificate);
  }
}
