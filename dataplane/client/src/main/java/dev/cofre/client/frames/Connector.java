package dev.cofre.client.frames;

import dev.cofre.client.CofreException;
import dev.cofre.client.CofreException.Kind;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.ConnectOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Makes connections: TLS 1.3 and nothing older, with the host's name verified, with what stands in
 * the certificate files now. Thread-safe.
 */
final class Connector {
  private static final long REREAD_AFTER_NS = TimeUnit.SECONDS.toNanos(5);

  private final Vertx vertx;
  private final FrameOptions options;
  private final NetClient client;
  private volatile Trust known;

  /** What the files held, and since when that is known. */
  record Trust(byte[] authority, byte[] certificate, byte[] key, long readAtNs) {
    boolean isSameAs(Trust other) {
      return Arrays.equals(authority, other.authority)
          && Arrays.equals(certificate, other.certificate)
          && Arrays.equals(key, other.key);
    }

    @Override
    public String toString() {
      return "Trust";
    }
  }

  Connector(Vertx vertx, FrameOptions options) {
    this.vertx = vertx;
    this.options = options;
    this.client =
        vertx.createNetClient(new NetClientOptions().setTcpNoDelay(true).setTcpKeepAlive(true));
  }

  /** Connects {@code made} on its event loop; what comes of it, {@code made} is told. */
  void connect(ContextInternal context, NodeAddress address, FrameConnection made) {
    context.runOnContext(
        on -> {
          made.connecting(this);
          Future.join(token(), trust(address))
              .compose(
                  both ->
                      client
                          .connect(connectOptions(address, both.resultAt(1)))
                          .map(
                              socket -> {
                                made.begin(
                                    ((NetSocketInternal) socket).channelHandlerContext(),
                                    both.resultAt(0),
                                    both.resultAt(1));
                                return socket;
                              }))
              .onFailure(made::cannotConnect);
        });
  }

  /** The token's bytes as they are now, to be overwritten by who gets them. */
  Future<byte[]> token() {
    return options.token().bytes(vertx);
  }

  /** The certificates as they are now; null when {@code address} is not TLS. */
  Future<Trust> trust(NodeAddress address) {
    if (!address.tls()) {
      return Future.succeededFuture();
    }
    Trust last = known;
    if (last != null && System.nanoTime() - last.readAtNs() < REREAD_AFTER_NS) {
      return Future.succeededFuture(last);
    }
    return vertx.executeBlocking(this::read, false);
  }

  private Trust read() {
    try {
      Trust now =
          new Trust(
              bytes(options.trust()),
              bytes(options.certificate()),
              bytes(options.privateKey()),
              System.nanoTime());
      known = now;
      return now;
    } catch (IOException e) {
      throw new CofreException(
          Kind.LOCAL, "a certificate file cannot be read: " + e.getMessage(), e);
    }
  }

  private static byte[] bytes(Path file) throws IOException {
    return file == null ? null : Files.readAllBytes(file);
  }

  private ConnectOptions connectOptions(NodeAddress address, Trust trust) {
    ConnectOptions connect =
        new ConnectOptions()
            .setRemoteAddress(address.socket())
            .setTimeout((int) options.limits().connectTimeoutMs());
    if (!address.tls()) {
      return connect.setSsl(false);
    }
    Objects.requireNonNull(trust);
    ClientSSLOptions ssl =
        new ClientSSLOptions()
            .setHostnameVerificationAlgorithm("HTTPS")
            .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
            .setSslHandshakeTimeout(options.limits().connectTimeoutMs())
            .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS);
    if (trust.authority() != null) {
      ssl.setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(trust.authority())));
    }
    if (trust.certificate() != null) {
      ssl.setKeyCertOptions(
          new PemKeyCertOptions()
              .addCertValue(Buffer.buffer(trust.certificate()))
              .addKeyValue(Buffer.buffer(trust.key())));
    }
    return connect.setSsl(true).setHost(address.socket().host()).setSslOptions(ssl);
  }
}
