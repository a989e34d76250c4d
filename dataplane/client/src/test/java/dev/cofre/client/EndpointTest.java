package dev.cofre.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1:8440",
        "http://localhost:8440/",
        "http://[::1]:8440",
        "https://kms.example.net",
        "HTTPS://10.0.0.1:8440"
      })
  void takesAnAddress(String url) {
    assertEquals(URI.create(url), Endpoint.at(URI.create(url)).url());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://kms.example.net",
        "http://10.0.0.1:8440",
        "http://127.0.0.1.example.net",
        "http://localhost.example.net",
        "http://user@localhost",
        "ftp://localhost",
        "localhost:8440",
        "https://kms.example.net/path",
        "https://kms.example.net?q",
        "https:///"
      })
  void refusesWhatIsNotOneOrWouldSendATokenInTheClear(String url) {
    assertThrows(IllegalArgumentException.class, () -> Endpoint.at(URI.create(url)));
  }

  @Test
  void tlsIsVersion13WithTheHostVerified() {
    var options = Endpoint.at(URI.create("https://kms.example.net")).httpOptions();
    assertEquals(Set.of("TLSv1.3"), options.getEnabledSecureTransportProtocols());
    assertTrue(options.isVerifyHost());
    assertEquals(443, options.getDefaultPort());
  }
}
