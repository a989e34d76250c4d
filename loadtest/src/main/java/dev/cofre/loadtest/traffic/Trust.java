package dev.cofre.loadtest.traffic;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;

/** Whom the generator trusts in TLS: the names of hosts are verified always. */
public final class Trust {
  private Trust() {}

  /**
   * The certificates in {@code caFile}; the JVM's when it is null.
   *
   * @throws IOException when the file cannot be read or holds no certificates
   */
  public static SSLContext context(Path caFile) throws IOException {
    try {
      if (caFile == null) {
        return SSLContext.getDefault();
      }
      Set<TrustAnchor> anchors;
      try (InputStream in = Files.newInputStream(caFile)) {
        anchors =
            CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
                .map(certificate -> new TrustAnchor((X509Certificate) certificate, null))
                .collect(Collectors.toSet());
      }
      PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, null);
      parameters.setRevocationEnabled(false);
      TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
      factory.init(new CertPathTrustManagerParameters(parameters));
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, factory.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException("no trusted certificates in " + caFile + ": " + e.getMessage(), e);
    }
  }

  /**
   * Engines for connections to {@code address}, which agree on one of {@code protocols}, if any.
   */
  public static Supplier<SSLEngine> engines(
      SSLContext context, InetSocketAddress address, String... protocols) {
    return () -> {
      SSLEngine engine = context.createSSLEngine(address.getHostString(), address.getPort());
      engine.setUseClientMode(true);
      SSLParameters parameters = engine.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      parameters.setApplicationProtocols(protocols);
      engine.setSSLParameters(parameters);
      return engine;
    };
  }
}
