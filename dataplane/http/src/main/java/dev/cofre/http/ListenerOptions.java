package dev.cofre.http;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.engine.config.ListenerSettings;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.util.Set;

/**
 * How a plane listens: TLS 1.3 from PEM files, or plain HTTP in development; limits on a request's
 * head.
 */
public final class ListenerOptions {
  /** The longest request line, in bytes. */
  public static final int REQUEST_LINE_BYTES_MAX = 8 * 1024;

  /** The longest header section, in bytes. */
  public static final int HEADERS_BYTES_MAX = 64 * 1024;

  private static final int IDLE_SECONDS = 120;

  private ListenerOptions() {}

  /**
   * The options of a listener.
   *
   * @param clientAuth what is asked of clients when {@code tls.clientCa} is set
   */
  public static HttpServerOptions of(ListenerSettings settings, ClientAuth clientAuth) {
    HttpServerOptions options =
        headLimits()
            .setHost(settings.host())
            .setPort(settings.port())
            .setIdleTimeout(IDLE_SECONDS)
            .setTcpNoDelay(true)
            .setHandle100ContinueAutomatically(false);
    settings
        .tls()
        .ifPresent(
            tls -> {
              options.setUseAlpn(true);
              secure(options, tls, clientAuth);
            });
    return options;
  }

  /** The options of a listener for frames, with the same TLS. */
  public static NetServerOptions frames(ListenerSettings settings) {
    NetServerOptions options = new NetServerOptions().setTcpNoDelay(true);
    settings.tls().ifPresent(tls -> secure(options, tls, ClientAuth.REQUIRED));
    return options;
  }

  private static void secure(
      NetServerOptions options, ListenerSettings.Tls tls, ClientAuth clientAuth) {
    options
        .setSsl(true)
        .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
        .setKeyCertOptions(
            new PemKeyCertOptions()
                .addCertPath(tls.certificate().toString())
                .addKeyPath(tls.key().toString()));
    tls.clientCa()
        .ifPresent(
            ca ->
                options
                    .setClientAuth(clientAuth)
                    .setTrustOptions(new PemTrustOptions().addCertPath(ca.toString())));
  }

  static HttpServerOptions headLimits() {
    return new HttpServerOptions()
        .setMaxInitialLineLength(REQUEST_LINE_BYTES_MAX)
        .setMaxHeaderSize(HEADERS_BYTES_MAX);
  }

  /** What is wrong with a request that the HTTP decoder could not read. */
  public static ProblemException malformed(HttpServerRequest request) {
    Throwable cause = request.decoderResult() == null ? null : request.decoderResult().cause();
    if (cause instanceof TooLongHttpLineException) {
      return new ProblemException(
          ErrorCode.URI_TOO_LONG,
          "the request line has at most " + REQUEST_LINE_BYTES_MAX + " bytes");
    }
    if (cause instanceof TooLongHttpHeaderException) {
      return new ProblemException(
          ErrorCode.HEADERS_TOO_LARGE,
          "the header fields have at most " + HEADERS_BYTES_MAX + " bytes");
    }
    return new ProblemException(
        ErrorCode.INVALID_REQUEST,
        "the request is not well-formed HTTP; check its request line, header fields and framing");
  }
}
