package dev.cofre.controlplane.server.federation;

import dev.cofre.controlplane.domain.IdentityProviderDraft;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Fetches JWK sets: at most {@value #AT_ONCE_MAX} at once, five seconds and 256 KiB each, without
 * following redirects. Thread-safe; blocks.
 */
final class KeyFetch {
  private static final int AT_ONCE_MAX = 4;
  private static final long BYTES_MAX = 256 * 1024;
  private static final Duration LIMIT = Duration.ofSeconds(5);

  private final Semaphore places = new Semaphore(AT_ONCE_MAX);

  /**
   * What stands at the URL of {@code provider}.
   *
   * @throws KeyFetchException saying why there is nothing
   */
  KeySet fetch(IdentityProviderDraft provider) throws KeyFetchException {
    if (!places.tryAcquire()) {
      throw new KeyFetchException("too many are being fetched");
    }
    try (HttpClient http = client(provider)) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(provider.jwksUrl().orElseThrow()))
              .timeout(LIMIT)
              .header("Accept", "application/json")
              .build();
      var asked =
          http.sendAsync(
              request,
              BodyHandlers.limiting(BodyHandlers.ofString(StandardCharsets.UTF_8), BYTES_MAX));
      try {
        HttpResponse<String> answer = asked.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        if (answer.statusCode() != 200) {
          throw new KeyFetchException("the answer's status is " + answer.statusCode());
        }
        return KeySet.parse(answer.body());
      } finally {
        asked.cancel(true);
        http.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KeyFetchException("interrupted");
    } catch (TimeoutException e) {
      throw new KeyFetchException("no answer within " + LIMIT.toSeconds() + " seconds");
    } catch (ExecutionException e) {
      throw new KeyFetchException(String.valueOf(e.getCause()));
    } catch (IllegalArgumentException e) {
      throw new KeyFetchException(e.getMessage());
    } finally {
      places.release();
    }
  }

  private static HttpClient client(IdentityProviderDraft provider) throws KeyFetchException {
    HttpClient.Builder client =
        HttpClient.newBuilder().connectTimeout(LIMIT).followRedirects(HttpClient.Redirect.NEVER);
    if (provider.jwksCa().isPresent()) {
      try {
        client.sslContext(trusting(provider.jwksCa().get()));
      } catch (GeneralSecurityException | IOException e) {
        throw new KeyFetchException("jwksCa cannot be read");
      }
    }
    return client.build();
  }

  /**
   * TLS that trusts the certificates in {@code pem} alone.
   *
   * @throws GeneralSecurityException when there is none
   */
  static SSLContext trusting(String pem) throws GeneralSecurityException, IOException {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    int number = 0;
    for (Certificate certificate :
        CertificateFactory.getInstance("X.509")
            .generateCertificates(
                new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))) {
      trusted.setCertificateEntry("ca-" + number++, certificate);
    }
    if (number == 0) {
      throw new GeneralSecurityException("no certificate");
    }
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }
}
