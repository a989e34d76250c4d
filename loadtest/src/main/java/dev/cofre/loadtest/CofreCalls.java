package dev.cofre.loadtest;

import dev.cofre.client.BlockingCofreClient;
import dev.cofre.client.CofreClient;
import dev.cofre.client.Endpoint;
import dev.cofre.client.TokenSource;
import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.loadtest.http.HttpCall;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Raw requests to a data plane, made ahead, whose answers can be checked. Immutable. */
public final class CofreCalls {
  private static final int ENVELOPES = 64;
  private static final long SEED = 1;

  private final URI url;
  private final Path tokenFile;
  private final String key;

  /** For the data plane at {@code url} with the bearer token in {@code tokenFile}. */
  public CofreCalls(URI url, Path tokenFile, String key) {
    this.url = url;
    this.tokenFile = tokenFile;
    this.key = key;
  }

  /** Encrypts {@code bytes} bytes; a right answer has the length of their envelope. */
  public List<HttpCall> encrypt(int bytes) throws IOException {
    return List.of(
        HttpCall.post(
                url.resolve("/v1/keys/" + key + "/encrypt"),
                headers(),
                plaintext(new Random(SEED), bytes))
            .expectingLength(EnvelopeFormat.envelopeLength(bytes)));
  }

  /** Decrypts envelopes of different requests in turn; a right answer is the whole plaintext. */
  public List<HttpCall> decrypt(int bytes) throws IOException {
    List<HttpCall> calls = new ArrayList<>();
    Random random = new Random(SEED);
    try (CofreClient client =
        CofreClient.create(Endpoint.at(url).withToken(TokenSource.file(tokenFile)))) {
      BlockingCofreClient blocking = client.blocking();
      for (int i = 0; i < ENVELOPES; i++) {
        byte[] plaintext = plaintext(random, bytes);
        byte[] envelope = blocking.encrypt(key, plaintext, Map.of());
        calls.add(
            HttpCall.post(url.resolve("/v1/decrypt"), headers(), envelope).expecting(plaintext));
      }
    }
    return calls;
  }

  /** Both in turn. */
  public List<HttpCall> both(int bytes) throws IOException {
    HttpCall encrypt = encrypt(bytes).getFirst();
    List<HttpCall> calls = new ArrayList<>();
    for (HttpCall decrypt : decrypt(bytes)) {
      calls.add(encrypt);
      calls.add(decrypt);
    }
    return calls;
  }

  private Map<String, String> headers() throws IOException {
    return Map.of(
        "Authorization",
        "Bearer " + Files.readString(tokenFile).strip(),
        "Content-Type",
        "application/octet-stream");
  }

  private static byte[] plaintext(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }
}
