package dev.cofre.loadtest.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Arrays;

/** Decrypts over HTTP and says whether the answer came whole. */
final class Decryption {
  private final Api api;
  private final String context;
  private int count;

  Decryption(Api api) {
    this(api, null);
  }

  private Decryption(Api api, String context) {
    this.api = api;
    this.context = context;
  }

  /**
   * What came back.
   *
   * @param whole whether the answer's end was seen
   */
  record Result(int status, boolean whole, byte[] bytes) {}

  /** The same with the encryption context {@code newContext}. */
  Decryption with(String newContext) {
    return new Decryption(api, newContext);
  }

  /** The same over HTTP/2. */
  Decryption overHttp2() throws IOException, InterruptedException {
    Api http2 = api.overHttp2();
    assertEquals(200, http2.get("/health/live").status());
    return new Decryption(http2, context);
  }

  /** How many changed envelopes were refused. */
  int count() {
    return count;
  }

  Answer encrypt(byte[] plaintext) throws IOException, InterruptedException {
    return api.send(request("/v1/keys/demo/encrypt", plaintext));
  }

  private HttpRequest request(String path, byte[] body) {
    HttpRequest.Builder builder =
        api.request(path).header("Content-Type", Api.RAW).POST(BodyPublishers.ofByteArray(body));
    return (context == null ? builder : builder.header("Encryption-Context", context)).build();
  }

  /** Decrypts {@code envelope}. */
  Result of(byte[] envelope) throws IOException, InterruptedException {
    HttpResponse<InputStream> response = api.stream(request("/v1/decrypt", envelope));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    boolean whole = true;
    try (InputStream in = response.body()) {
      in.transferTo(bytes);
    } catch (IOException e) {
      whole = false;
    }
    return new Result(response.statusCode(), whole, bytes.toByteArray());
  }

  /** Asserts that {@code changed} is refused by status and code. */
  void isInvalid(String what, byte[] changed) throws Exception {
    Answer answer = api.send(request("/v1/decrypt", changed));
    assertEquals("400 invalid_ciphertext", answer.outcome(), () -> what + ": " + answer);
    count++;
  }

  /**
   * Asserts that {@code changed} is refused, or that its answer has no end and until then is the
   * beginning of {@code plaintext}.
   */
  void isInvalidOrCutShort(String what, byte[] plaintext, byte[] changed) throws Exception {
    Result result;
    try {
      result = of(changed);
    } catch (IOException e) {
      // The connection was closed before the client had read the answer's head: no answer at all.
      count++;
      return;
    }
    if (result.status != 200) {
      assertEquals(400, result.status, what);
      assertTrue(result.whole, what);
      assertTrue(new String(result.bytes, UTF_8).contains("\"code\":\"invalid_ciphertext\""), what);
    } else {
      assertTrue(!result.whole, () -> what + ": the answer must not have an end");
      assertTrue(result.bytes.length < plaintext.length, what);
      assertArrayEquals(Arrays.copyOf(plaintext, result.bytes.length), result.bytes, what);
    }
    count++;
  }
}
