package dev.cofre.loadtest;

import dev.cofre.client.BlockingCofreClient;
import dev.cofre.client.CofreClient;
import dev.cofre.client.Endpoint;
import dev.cofre.client.TokenSource;
import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.loadtest.http.HttpCall;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Raw requests to a data plane, made ahead, whose answers can be checked. Immutable. */
public final class CofreCalls {
  private static final String RAW = "application/octet-stream";
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
                headers(RAW),
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
            HttpCall.post(url.resolve("/v1/decrypt"), headers(RAW), envelope).expecting(plaintext));
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

  /** A JSON call to {@code path}; any answer that is no error is right. */
  public HttpCall json(String path, String body) throws IOException {
    return HttpCall.post(
        url.resolve(path), headers("application/json"), body.getBytes(StandardCharsets.UTF_8));
  }

  private Map<String, String> headers(String contentType) throws IOException {
    String token = Files.readString(tokenFile).strip();
    return Map.of("Authorization", "Bearer " + token, "Content-Type", contentType);
  }

  private static byte[] plaintext(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }
}
