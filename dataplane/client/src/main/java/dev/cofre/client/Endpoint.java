package dev.cofre.client;

import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.net.URI;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Where a plane listens and how to speak to it: address, trust, identity and limits.
 *
 * <p>{@code https} is TLS 1.3 and nothing older, with the host's name verified. {@code http} is
 * taken for this machine's loopback alone: a token must not cross a network in the clear.
 * Immutable; each method that sets something returns a changed copy.
 */
public final class Endpoint {
  private static final int CONNECT_TIMEOUT_MS = 5_000;

  private final URI url;
  private final TokenSource token;
  private final Path trust;
  private final Path certificate;
  private final Path privateKey;
  private final Limits limits;

  /**
   * The limits of a client.
   *
   * @param requestTimeoutMs how long a call that is not a stream may take
   * @param stallTimeoutMs how long a stream waits for a service that neither reads nor answers;
   *     time spent waiting for the caller's own source or sink does not count
   * @param connectionsMax the most connections; further calls wait for one to be free
   */
  public record Limits(long requestTimeoutMs, long stallTimeoutMs, int connectionsMax) {
    /** 10 seconds, 60 seconds, 16 connections. */
    public static final Limits DEFAULT = new Limits(10_000, 60_000, 16);

    /** Checks the limits. */
    public Limits {
      if (requestTimeoutMs < 1 || stallTimeoutMs < 1 || connectionsMax < 1) {
        throw new IllegalArgumentException("limits must be positive");
      }
    }
  }

  private Endpoint(
      URI url, TokenSource token, Path trust, Path certificate, Path privateKey, Limits limits) {
    this.url = url;
    this.token = token;
    this.trust = trust;
    this.certificate = certificate;
    this.privateKey = privateKey;
    this.limits = limits;
  }

  /**
   * The plane at {@code url}, for example {@code https://kms.example.net:8440}.
   *
   * @throws IllegalArgumentException when it is not an http or https URL of a host without a path,
   *     or is http to another machine
   */
  public static Endpoint at(URI url) {
    String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
    boolean bare = url.getRawPath() == null || url.getRawPath().matches("/?");
    if (!Set.of("http", "https").contains(scheme)
        || url.getHost() == null
        || !bare
        || url.getRawUserInfo() != null
        || url.getRawQuery() != null
        || url.getRawFragment() != null) {
      throw new IllegalArgumentException("the address must be like https://host:port");
    }
    if (scheme.equals("http") && !isLoopback(url.getHost())) {
      throw new IllegalArgumentException(
          "plain http is for this machine's loopback only, as a token must not cross a network in"
              + " the clear: use https for "
              + url.getHost());
    }
    return new Endpoint(url, null, null, null, null, Limits.DEFAULT);
  }

  /** Sends the bearer token of {@code source} with each call. */
  public Endpoint withToken(TokenSource source) {
    return new Endpoint(url, source, trust, certificate, privateKey, limits);
  }

  /** Trusts the certificates in the PEM file {@code caFile} instead of the JDK's. */
  public Endpoint withTrust(Path caFile) {
    return new Endpoint(url, token, caFile, certificate, privateKey, limits);
  }

  /** Shows the certificate chain and private key of these PEM files to the service. */
  public Endpoint withClientCertificate(Path certificateFile, Path privateKeyFile) {
    Objects.requireNonNull(certificateFile);
    Objects.requireNonNull(privateKeyFile);
    return new Endpoint(url, token, trust, certificateFile, privateKeyFile, limits);
  }

  /** Keeps {@code newLimits}. */
  public Endpoint withLimits(Limits newLimits) {
    return new Endpoint(url, token, trust, certificate, privateKey, newLimits);
  }

  /** The address. */
  public URI url() {
    return url;
  }

  /** Whether the address is on this machine's loopback. */
  public boolean isLoopback() {
    return isLoopback(url.getHost());
  }

  /** What calls keep to. */
  public Limits limits() {
    return limits;
  }

  /** The token's source, or null. */
  TokenSource token() {
    return token;
  }

  PoolOptions poolOptions() {
    return new PoolOptions().setHttp1MaxSize(limits.connectionsMax());
  }

  HttpClientOptions httpOptions() {
    boolean tls = "https".equalsIgnoreCase(url.getScheme());
    HttpClientOptions options =
        new HttpClientOptions()
            .setDefaultHost(url.getHost().replaceAll("[\\[\\]]", ""))
            .setDefaultPort(url.getPort() >= 0 ? url.getPort() : tls ? 443 : 80)
            .setConnectTimeout(CONNECT_TIMEOUT_MS)
            .setTcpKeepAlive(true)
            .setSsl(tls);
    if (tls) {
      options
          .setVerifyHost(true)
          .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
          .setSslHandshakeTimeout(CONNECT_TIMEOUT_MS)
          .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS);
      if (trust != null) {
        options.setTrustOptions(new PemTrustOptions().addCertPath(trust.toString()));
      }
      if (certificate != null) {
        options.setKeyCertOptions(
            new PemKeyCertOptions()
                .addCertPath(certificate.toString())
                .addKeyPath(privateKey.toString()));
      }
    }
    return options;
  }

  private static boolean isLoopback(String host) {
    return host.equalsIgnoreCase("localhost")
        || host.equals("[::1]")
        || host.matches("127(\\.\\d{1,3}){3}");
  }

  @Override
  public String toString() {
    return "Endpoint[" + url + "]";
  }
}
