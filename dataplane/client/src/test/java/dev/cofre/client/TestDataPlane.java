package dev.cofre.client;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.encoding.CanonicalBase64;
import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.envelope.EnvelopeOpener;
import dev.cofre.contract.envelope.EnvelopeSealer;
import dev.cofre.contract.envelope.JcaAead;
import dev.cofre.contract.envelope.Protection;
import dev.cofre.contract.envelope.RequestKeyDerivation;
import dev.cofre.contract.envelope.Usage;
import dev.cofre.contract.envelope.WrappedDataKey;
import dev.cofre.contract.problem.ErrorCode;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.security.SecureRandom;
import java.util.UUID;

/**
 * A data plane in one process whose envelopes are real: one data key, one token, HTTP streaming in
 * both directions. It wraps nothing: the wrap of its data key is random bytes.
 */
public final class TestDataPlane implements AutoCloseable {
  /** The token that it takes. */
  public static final String TOKEN = "test-token-0123456789-0123456789-0123456789";

  /** The id of the key that every envelope names. */
  public static final UUID KEY_ID = UUID.fromString("11111111-2222-4333-8444-555555555555");

  private static final SecureRandom RANDOM = new SecureRandom();

  private final byte[] dataKey = random(EnvelopeFormat.KEY_LENGTH);
  private final WrappedDataKey wrapped =
      new WrappedDataKey.Identity(
              Protection.HSM,
              Usage.SERVICE,
              KEY_ID,
              3,
              UUID.fromString("aaaaaaaa-0000-4000-8000-000000000001"))
          .withWrap(random(EnvelopeFormat.WRAP_LENGTH));
  private final HttpServer server;

  private TestDataPlane(Vertx vertx, HttpServerOptions options) {
    server =
        vertx
            .createHttpServer(options.setHost("127.0.0.1").setPort(0))
            .requestHandler(this::handle)
            .listen()
            .toCompletionStage()
            .toCompletableFuture()
            .join();
  }

  /** Starts on a free port. */
  public static TestDataPlane start(Vertx vertx) {
    return new TestDataPlane(vertx, new HttpServerOptions());
  }

  static TestDataPlane start(Vertx vertx, HttpServerOptions options) {
    return new TestDataPlane(vertx, options);
  }

  /** Its address. */
  public URI url() {
    return URI.create("http://127.0.0.1:" + server.actualPort());
  }

  int port() {
    return server.actualPort();
  }

  Endpoint endpoint() {
    return Endpoint.at(url()).withToken(TokenSource.of(TOKEN.toCharArray()));
  }

  private void handle(HttpServerRequest request) {
    if (!("Bearer " + TOKEN).equals(request.getHeader("Authorization"))) {
      refuse(request, ErrorCode.UNAUTHENTICATED);
      return;
    }
    byte[] aad = EncryptionContext.parseHeader(request.getHeader("Encryption-Context")).canonical();
    switch (request.path()) {
      case "/v1/keys/demo/encrypt" -> new Sealing(request, aad).run();
      case "/v1/decrypt" -> new Opening(request, aad).run();
      case "/v1/keys/demo/data-keys", "/v1/data-keys/unwrap" -> dataKeys(request);
      default -> refuse(request, ErrorCode.KEY_NOT_FOUND);
    }
  }

  private void dataKeys(HttpServerRequest request) {
    request
        .body()
        .onSuccess(
            body -> {
              JsonObject asked = new JsonObject(body);
              JsonObject answer =
                  new JsonObject()
                      .put("key", KEY_ID.toString())
                      .put("version", 3)
                      .put("ttlSeconds", 300);
              if (asked.getBoolean("withPlaintext", true)) {
                answer.put("plaintext", CanonicalBase64.encode(dataKey));
              }
              if (!asked.containsKey("wrapped")) {
                answer.put("wrapped", CanonicalBase64.encode(wrapped.bytes()));
              }
              request
                  .response()
                  .putHeader("Content-Type", "application/json")
                  .end(answer.toBuffer());
            });
  }

  static void refuse(HttpServerRequest request, ErrorCode code) {
    HttpServerResponse response = request.response();
    response
        .setStatusCode(code.status())
        .putHeader("Content-Type", "application/problem+json")
        .putHeader("Connection", "close")
        .putHeader("Retry-After", "7")
        .end(
            new JsonObject()
                .put("code", code.code())
                .put("detail", code.title())
                .put("requestId", "req-1")
                .toBuffer());
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    RANDOM.nextBytes(bytes);
    return bytes;
  }

  /** Collects a request's body into segments and answers each as soon as it is known not last. */
  private abstract static class Segments {
    final HttpServerRequest request;
    final HttpServerResponse response;
    final byte[] aad;
    private final int segmentBytes;
    private Buffer pending = Buffer.buffer();

    Segments(HttpServerRequest request, byte[] aad, int segmentBytes) {
      this.request = request;
      this.response = request.response();
      this.aad = aad;
      this.segmentBytes = segmentBytes;
    }

    void run() {
      response.setChunked(true);
      response.drainHandler(drained -> request.resume());
      request.handler(this::take).endHandler(end -> finish());
    }

    private void take(Buffer chunk) {
      pending.appendBuffer(chunk);
      int done = 0;
      while (pending.length() - done > headerBytes() + segmentBytes) {
        done += segment(pending, done, headerBytes() + segmentBytes, false);
      }
      pending = pending.getBuffer(done, pending.length());
      if (response.writeQueueFull()) {
        request.pause();
      }
    }

    private void finish() {
      if (segment(pending, 0, pending.length(), true) >= 0) {
        response.end();
      }
    }

    private int segment(Buffer from, int offset, int length, boolean last) {
      byte[] answer = process(from.getBytes(offset, offset + length), last);
      if (answer == null) {
        if (response.headWritten()) {
          request.connection().close();
        } else {
          refuse(request, ErrorCode.INVALID_CIPHERTEXT);
        }
        return -1;
      }
      if (answer.length > 0) {
        response.write(Buffer.buffer(answer));
      }
      return length;
    }

    abstract int headerBytes();

    abstract byte[] process(byte[] segment, boolean last);
  }

  private final class Sealing extends Segments {
    private final EnvelopeSealer sealer =
        new EnvelopeSealer(
            new JcaAead(),
            new RequestKeyDerivation(dataKey, wrapped),
            (out, offset, length) -> System.arraycopy(random(length), 0, out, offset, length));
    private boolean begun;

    Sealing(HttpServerRequest request, byte[] aad) {
      super(request, aad, EnvelopeFormat.SEGMENT_PLAINTEXT_LENGTH);
    }

    @Override
    int headerBytes() {
      return 0;
    }

    @Override
    byte[] process(byte[] segment, boolean last) {
      byte[] header = new byte[begun ? 0 : EnvelopeFormat.HEADER_LENGTH];
      if (!begun) {
        sealer.nextItem(header, 0);
        begun = true;
      }
      byte[] sealed = new byte[segment.length + EnvelopeFormat.TAG_LENGTH];
      sealer.sealSegment(last, aad, segment, 0, segment.length, sealed, 0);
      return Buffer.buffer(header).appendBytes(sealed).getBytes();
    }
  }

  private final class Opening extends Segments {
    private final EnvelopeOpener opener = new EnvelopeOpener(new JcaAead());
    private boolean begun;

    Opening(HttpServerRequest request, byte[] aad) {
      super(request, aad, EnvelopeFormat.SEGMENT_LENGTH);
    }

    @Override
    int headerBytes() {
      return begun ? 0 : EnvelopeFormat.HEADER_LENGTH;
    }

    @Override
    byte[] process(byte[] segment, boolean last) {
      int from = headerBytes();
      if (!begun) {
        if (segment.length < from || !wrapped.equals(WrappedDataKey.parse(segment, 0))) {
          return null;
        }
        if (!opener.begin(new RequestKeyDerivation(dataKey, wrapped), segment, 0)) {
          return null;
        }
        begun = true;
      }
      byte[] plaintext = new byte[EnvelopeFormat.SEGMENT_LENGTH];
      int length =
          opener.openSegment(last, aad, segment, from, segment.length - from, plaintext, 0);
      return length < 0 ? null : java.util.Arrays.copyOf(plaintext, length);
    }
  }

  @Override
  public void close() {
    server.close().toCompletionStage().toCompletableFuture().join();
  }
}
