package dev.cofre.client;

import dev.cofre.client.Transport.Call;
import dev.cofre.contract.encoding.CanonicalBase64;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.core.streams.ReadStream;
import io.vertx.core.streams.WriteStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The client of the data plane: encrypts, decrypts and hands out data keys over HTTP/1.1.
 *
 * <p>Every call returns a Vert.x future ({@code toCompletionStage()} gives the JDK's) that fails
 * with a {@link CofreException}; {@link #blocking()} is the same for threads that may wait. A
 * {@code key} is a key's id, or its alias in the caller's tenant. A {@code context} is the
 * encryption context: public pairs bound to the ciphertext, at most 32, the same for encryption and
 * decryption.
 *
 * <p>Thread-safe; one instance serves a whole process.
 */
public final class CofreClient implements AutoCloseable {
  /** Beside the length that an answer has at most, so that a newer format fits too. */
  private static final int ANSWER_MARGIN_BYTES = 1024 * 1024;

  private static final long METRICS_BYTES_MAX = 4 * 1024 * 1024;

  private final Transport transport;
  private final JsonApi json;
  private final Runnable release;

  private CofreClient(Vertx vertx, Endpoint endpoint, Runnable release) {
    this.transport = new Transport(vertx, endpoint);
    this.json = new JsonApi(transport);
    this.release = release;
  }

  /** A client on the caller's {@code vertx}. */
  public static CofreClient create(Vertx vertx, Endpoint endpoint) {
    return new CofreClient(vertx, endpoint, () -> {});
  }

  /** A client with threads of its own. */
  public static CofreClient create(Endpoint endpoint) {
    Vertx vertx = Vertx.vertx();
    return new CofreClient(
        vertx, endpoint, () -> BlockingCofreClient.await(vertx.close(), "closing"));
  }

  /** This client for threads that may wait. */
  public BlockingCofreClient blocking() {
    return new BlockingCofreClient(this);
  }

  /** Encrypts {@code plaintext} to an envelope. */
  public Future<byte[]> encrypt(String key, byte[] plaintext, Map<String, String> context) {
    return octets(() -> Call.octets(encryptPath(key), context), plaintext, LengthCheck.sealing());
  }

  /** Decrypts {@code envelope}, which names its key itself. */
  public Future<byte[]> decrypt(byte[] envelope, Map<String, String> context) {
    return octets(() -> Call.octets("/v1/decrypt", context), envelope, LengthCheck.opening());
  }

  /**
   * Encrypts what {@code source} gives, of any length, to {@code sink}, with bounded memory. The
   * sink is ended when all went well and only then; what it received of an exchange that failed
   * must be thrown away. The source is left paused when the exchange fails. A failure of the source
   * or of the sink is the future's failure as it is.
   */
  public Future<Void> encrypt(
      String key,
      ReadStream<Buffer> source,
      WriteStream<Buffer> sink,
      Map<String, String> context) {
    return stream(
        () -> Call.octets(encryptPath(key), context), source, sink, LengthCheck.sealing());
  }

  /** Decrypts an envelope of any length; see the streaming {@code encrypt}. */
  public Future<Void> decrypt(
      ReadStream<Buffer> source, WriteStream<Buffer> sink, Map<String, String> context) {
    return stream(() -> Call.octets("/v1/decrypt", context), source, sink, LengthCheck.opening());
  }

  /** Encrypts an envelope anew under the current version of its key; the plaintext stays there. */
  public Future<byte[]> reencrypt(byte[] envelope, Map<String, String> context) {
    return octets(() -> Call.octets("/v1/reencrypt", context), envelope, null);
  }

  /** Encrypts an envelope anew under the current version of {@code key}. */
  public Future<byte[]> reencrypt(byte[] envelope, Map<String, String> context, String key) {
    return octets(() -> Call.octets("/v1/reencrypt?key=" + escaped(key), context), envelope, null);
  }

  /**
   * Makes a data key.
   *
   * @param withPlaintext whether this caller is to have the key's bytes too
   */
  public Future<DataKey> generateDataKey(
      String key, Map<String, String> context, boolean withPlaintext) {
    return guarded(
            () ->
                json.call(
                    HttpMethod.POST,
                    "/v1/keys/" + escaped(key) + "/data-keys",
                    new JsonObject()
                        .put("context", contextOf(context))
                        .put("bytes", 32)
                        .put("withPlaintext", withPlaintext)))
        .map(answer -> DataKey.of(answer, null));
  }

  /** Unwraps what {@link DataKey#wrapped()} gave. */
  public Future<DataKey> unwrapDataKey(byte[] wrapped, Map<String, String> context) {
    return guarded(
            () ->
                json.call(
                    HttpMethod.POST,
                    "/v1/data-keys/unwrap",
                    new JsonObject()
                        .put("wrapped", CanonicalBase64.encode(wrapped))
                        .put("context", contextOf(context))))
        .map(answer -> DataKey.of(answer, wrapped.clone()));
  }

  /** The node's figures now, in the text format of Prometheus. */
  public Future<String> metrics() {
    return guarded(
            () ->
                transport.exchange(
                    new Call(HttpMethod.GET, "/metrics", Map.of()), null, METRICS_BYTES_MAX))
        .map(Buffer::toString);
  }

  private Future<byte[]> octets(Supplier<Call> call, byte[] body, LengthCheck lengths) {
    Buffer sent = Buffer.buffer(body);
    long answerBytesMax = body.length + body.length / 1024L + ANSWER_MARGIN_BYTES;
    return guarded(() -> transport.exchange(call.get(), sent, answerBytesMax))
        .compose(
            answer -> {
              CofreException verdict = null;
              if (lengths != null) {
                lengths.sent(sent);
                lengths.received(answer);
                verdict = lengths.verdict();
              }
              return verdict == null
                  ? Future.succeededFuture(answer.getBytes())
                  : Future.failedFuture(verdict);
            });
  }

  private Future<Void> stream(
      Supplier<Call> call,
      ReadStream<Buffer> source,
      WriteStream<Buffer> sink,
      LengthCheck lengths) {
    return guarded(() -> new StreamExchange(transport, source, sink, lengths).run(call.get()));
  }

  private static <T> Future<T> guarded(Supplier<Future<T>> action) {
    try {
      return action.get();
    } catch (CofreException e) {
      return Future.failedFuture(e);
    }
  }

  private static JsonObject contextOf(Map<String, String> context) {
    JsonObject object = new JsonObject();
    Call.checked(context).forEach(object::put);
    return object;
  }

  private static String encryptPath(String key) {
    return "/v1/keys/" + escaped(key) + "/encrypt";
  }

  private static String escaped(String key) {
    return URLEncoder.encode(key, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** Closes the connections; calls that are under way fail. */
  @Override
  public void close() {
    transport.close();
    release.run();
  }
}
