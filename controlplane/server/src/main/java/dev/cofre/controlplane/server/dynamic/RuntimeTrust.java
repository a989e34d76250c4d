package dev.cofre.controlplane.server.dynamic;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Base64;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * Those whom the Java runtime trusts, by name: a driver that is told of nobody may take
 * certificates that nobody vouches for. Thread-safe.
 */
final class RuntimeTrust {
  private static final int LINE = 64;

  private RuntimeTrust() {}

  /** The certificates in PEM. */
  static String pem() {
    return Held.PEM;
  }

  private static final class Held {
    private static final String PEM = read();

    private static String read() {
      try {
        TrustManagerFactory factory =
            TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init((KeyStore) null);
        StringBuilder pem = new StringBuilder();
        Base64.Encoder base64 = Base64.getMimeEncoder(LINE, "\n".getBytes(US_ASCII));
        for (TrustManager manager : factory.getTrustManagers()) {
          if (manager instanceof X509TrustManager trust) {
            for (X509Certificate issuer : trust.getAcceptedIssuers()) {
              pem.append("-----BEGIN CERTIFICATE-----\n")
                  .append(base64.encodeToString(issuer.getEncoded()))
                  .append("\n-----END CERTIFICATE-----\n");
            }
          }
        }
        if (pem.isEmpty()) {
          throw new IllegalStateException(
              "the Java runtime trusts nobody: name a file in its place");
        }
        return pem.toString();
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("the Java runtime's trusted certificates are damaged", e);
      }
    }
  }
}
