package dev.cofre.cli;

import dev.cofre.client.Endpoint;
import dev.cofre.client.TokenSource;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** The options that say who the caller is and whom it trusts. */
final class Credentials {
  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "File with the bearer token (COFRE_TOKEN_FILE).")
  Path tokenFile;

  @Option(
      names = "--ca-file",
      paramLabel = "FILE",
      description = "Trusted certificates, PEM (COFRE_CA_FILE).")
  Path caFile;

  @ArgGroup(exclusive = false)
  ClientCertificate clientCertificate;

  /** Given together or not at all. */
  static final class ClientCertificate {
    @Option(
        names = "--client-cert",
        paramLabel = "FILE",
        required = true,
        description = "This client's certificate chain, PEM.")
    Path certificate;

    @Option(
        names = "--client-key",
        paramLabel = "FILE",
        required = true,
        description = "Its private key, PEM (PKCS #8).")
    Path privateKey;
  }

  /** The endpoint at {@code url} for somebody who has no token yet. */
  Endpoint withoutToken(Map<String, String> environment, String url) {
    Endpoint endpoint;
    try {
      endpoint = Endpoint.at(URI.create(url));
    } catch (IllegalArgumentException e) {
      throw new CliException(ExitCodes.USAGE, url + ": " + e.getMessage());
    }
    Path trusted = caFile != null ? caFile : pathOf(environment.get("COFRE_CA_FILE"));
    if (trusted != null) {
      endpoint = endpoint.withTrust(readable(trusted));
    }
    if (clientCertificate != null) {
      endpoint =
          endpoint.withClientCertificate(
              readable(clientCertificate.certificate), readable(clientCertificate.privateKey));
    }
    return endpoint;
  }

  /**
   * The endpoint at {@code url}. Without a token file, a plane on this machine gets the token that
   * {@code ./cofre dev} made for {@code role}.
   */
  Endpoint endpoint(Map<String, String> environment, String url, String role) {
    Endpoint endpoint = withoutToken(environment, url);
    Path token = token(environment, endpoint, role);
    return token == null ? endpoint : endpoint.withToken(TokenSource.file(readable(token)));
  }

  /**
   * Which token and which certificate the endpoint at {@code url} is asked with, by their paths.
   */
  String names(Map<String, String> environment, String url, String role) {
    Path token = token(environment, withoutToken(environment, url), role);
    Path certificate = clientCertificate == null ? null : clientCertificate.certificate;
    return (token == null ? "" : token.toAbsolutePath())
        + "\0"
        + (certificate == null ? "" : certificate.toAbsolutePath());
  }

  /** Null when the certificate alone says who asks. */
  private Path token(Map<String, String> environment, Endpoint endpoint, String role) {
    Path token = tokenFile != null ? tokenFile : pathOf(environment.get("COFRE_TOKEN_FILE"));
    return token == null && clientCertificate == null
        ? developmentToken(environment, endpoint, role)
        : token;
  }

  private static Path developmentToken(
      Map<String, String> environment, Endpoint endpoint, String role) {
    Path home = Path.of(environment.getOrDefault("COFRE_HOME", ".cofre"));
    Path token = home.resolve("dev").resolve(role + ".token");
    if (!endpoint.isLoopback() || !Files.isReadable(token)) {
      throw new CliException(
          ExitCodes.USAGE,
          "no token: give --token-file or COFRE_TOKEN_FILE (./cofre dev makes one for this machine,"
              + " "
              + token
              + ")");
    }
    return token;
  }

  private static Path readable(Path file) {
    if (!Files.isReadable(file)) {
      throw new CliException(ExitCodes.USAGE, "cannot read " + file);
    }
    return file;
  }

  private static Path pathOf(String value) {
    return value == null || value.isEmpty() ? null : Path.of(value);
  }
}
