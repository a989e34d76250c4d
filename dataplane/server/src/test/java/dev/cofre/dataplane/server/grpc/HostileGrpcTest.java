package dev.cofre.dataplane.server.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.cofre.contract.grpc.crypto.EncryptRequest;
import dev.cofre.contract.grpc.crypto.EncryptResponse;
import dev.cofre.contract.grpc.health.HealthCheckRequest;
import dev.cofre.contract.grpc.health.HealthCheckResponse;
import dev.cofre.contract.grpc.reflection.ServerReflectionRequest;
import dev.cofre.contract.grpc.reflection.ServerReflectionResponse;
import dev.cofre.dataplane.server.http.TestNode;
import io.grpc.CallOptions;
import io.grpc.Status;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Bytes that no gRPC client sends, and what a node says of itself. */
@Timeout(480)
class HostileGrpcTest {
  private static final String ENCRYPT = "/cofre.dataplane.v1.Crypto/Encrypt";
  private static final byte[] GOOD =
      EncryptRequest.newBuilder()
          .setKey("demo")
          .setPlaintext(ByteString.copyFromUtf8("order 4711"))
          .build()
          .toByteArray();

  private static TestNode node;
  private static HttpClientAgent http;

  @BeforeAll
  static void start(@TempDir Path directory) throws Exception {
    node = new TestNode(directory);
    http =
        node.vertx()
            .createHttpClient(
                new HttpClientOptions()
                    .setProtocolVersion(HttpVersion.HTTP_2)
                    .setHttp2ClearTextUpgrade(false)
                    .setDefaultHost("127.0.0.1")
                    .setDefaultPort(node.port));
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  /** Nothing that was sent is left open. */
  @AfterEach
  void nothingIsLeft() throws Exception {
    long deadlineNs = System.nanoTime() + 120_000_000_000L;
    while (node.state().openRequests() > 0) {
      assertTrue(System.nanoTime() < deadlineNs, "all calls end");
      Thread.sleep(5);
    }
  }

  private record Answer(int http, String status, String code) {}

  private static Buffer framed(byte[] message) {
    return Buffer.buffer().appendByte((byte) 0).appendInt(message.length).appendBytes(message);
  }

  private static HttpClientRequest request(String path, String... headers) throws Exception {
    HttpClientRequest request = wait(http.request(HttpMethod.POST, path));
    request.putHeader("content-type", "application/grpc").putHeader("te", "trailers");
    request.putHeader("authorization", "Bearer " + TestNode.APP_TOKEN);
    for (int i = 0; i < headers.length; i += 2) {
      request.putHeader(headers[i], headers[i + 1]);
    }
    return request;
  }

  private static <T> T wait(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(120, TimeUnit.SECONDS);
  }

  private static Answer answer(HttpClientRequest request, Buffer body) throws Exception {
    Future<HttpClientResponse> told = whole(request.response());
    request.send(body);
    return answer(told);
  }

  /** To be called before the answer can have come. */
  private static Future<HttpClientResponse> whole(Future<HttpClientResponse> coming) {
    return coming.compose(begun -> begun.end().map(ended -> begun));
  }

  private static Answer answer(Future<HttpClientResponse> whole) throws Exception {
    HttpClientResponse response = wait(whole);
    MultiMap told =
        response.headers().contains("grpc-status") ? response.headers() : response.trailers();
    return new Answer(response.statusCode(), told.get("grpc-status"), told.get("cofre-code"));
  }

  private static void refused(String status, String code, String path, Buffer body, String... more)
      throws Exception {
    assertEquals(new Answer(200, status, code), answer(request(path, more), body));
  }

  @Test
  void messagesThatAreNone() throws Exception {
    refused("0", null, ENCRYPT, framed(GOOD));
    refused("3", "invalid_request", ENCRYPT, Buffer.buffer());
    refused("3", "invalid_request", ENCRYPT, framed(GOOD).getBuffer(0, 4));
    refused("3", "invalid_request", ENCRYPT, framed(GOOD).getBuffer(0, 9));
    refused("3", "invalid_request", ENCRYPT, framed(GOOD).appendBuffer(framed(GOOD)));
    refused("3", "invalid_request", ENCRYPT, framed(GOOD).setByte(0, (byte) 1));
    refused("3", "invalid_request", ENCRYPT, framed(GOOD).setByte(0, (byte) 7));
    refused("8", "payload_too_large", ENCRYPT, framed(GOOD).setInt(1, 5 << 20));
    refused("8", "payload_too_large", ENCRYPT, framed(GOOD).setInt(1, -1));
    for (byte[] wrong :
        List.of(
            new byte[] {0x1a, 0x7f},
            new byte[] {0x1a, -1, -1, -1, -1, 0x0f},
            new byte[] {0x0b},
            new byte[] {0x0c},
            new byte[] {0x00},
            new byte[] {0x0a, 0x02, (byte) 0xc3, 0x28},
            new byte[] {0x12, 0x03, 0x0a, 0x7f, 0x61})) {
      refused("3", "invalid_request", ENCRYPT, framed(wrong));
    }
    byte[] groups = new byte[200_000];
    java.util.Arrays.fill(groups, (byte) 0x0b);
    refused("3", "invalid_request", ENCRYPT, framed(groups));
    refused("3", "invalid_ciphertext", "/cofre.dataplane.v1.Crypto/Decrypt", framed(new byte[0]));
    refused("3", "invalid_request", "/cofre.dataplane.v1.Crypto/DecryptBatch", framed(new byte[0]));
    refused("0", null, ENCRYPT, framed(GOOD));
  }

  @Test
  void anyBytesAreAnsweredByAStatus() throws Exception {
    Random random = new Random(20_261_122);
    for (int i = 0; i < 300; i++) {
      byte[] bytes = GOOD.clone();
      for (int flips = random.nextInt(4) + 1; flips > 0; flips--) {
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      }
      Answer answer = answer(request(ENCRYPT), framed(bytes));
      assertTrue(
          List.of("0", "3", "5").contains(answer.status()),
          () -> answer + " to " + java.util.HexFormat.of().formatHex(bytes));
    }
  }

  @Test
  void formsThatAreNotTaken() throws Exception {
    refused("12", "method_not_allowed", ENCRYPT, framed(GOOD), "grpc-encoding", "gzip");
    refused("12", "method_not_allowed", "/cofre.dataplane.v1.Crypto/Export", framed(GOOD));
    refused("12", "method_not_allowed", "/v1/decrypt", framed(GOOD));
    refused("3", "invalid_request", ENCRYPT, framed(GOOD), "grpc-timeout", "soon");
    refused("3", "invalid_request", ENCRYPT, framed(GOOD), "grpc-timeout", "123456789S");
    refused("16", "unauthenticated", ENCRYPT, framed(GOOD), "authorization", "Bearer nobody");
    assertEquals(
        415, answer(request(ENCRYPT, "content-type", "application/grpc-web"), framed(GOOD)).http());
    assertEquals(
        415,
        answer(request(ENCRYPT, "content-type", "application/grpc+json"), framed(GOOD)).http());
    assertEquals(
        "0",
        answer(request(ENCRYPT, "content-type", "application/grpc+proto"), framed(GOOD)).status());
  }

  @Test
  void aCallThatIsLateIsTold() throws Exception {
    for (String path : List.of(ENCRYPT, "/cofre.dataplane.v1.Crypto/EncryptStream")) {
      HttpClientRequest slow = request(path, "grpc-timeout", "100m");
      Future<HttpClientResponse> told = whole(slow.response());
      slow.setChunked(true);
      wait(slow.sendHead());
      // It may come when the answer is on its way and the stream has ended.
      slow.write(framed(GOOD).getBuffer(0, 7));
      assertEquals(new Answer(200, "4", "deadline_exceeded"), answer(told));
    }
    HttpClientRequest begun =
        request("/cofre.dataplane.v1.Crypto/EncryptStream", "grpc-timeout", "2S");
    Future<HttpClientResponse> told = whole(begun.response());
    begun.setChunked(true);
    wait(begun.sendHead());
    byte[] long1 =
        EncryptRequest.newBuilder()
            .setKey("demo")
            .setPlaintext(ByteString.copyFrom(new byte[200_000]))
            .build()
            .toByteArray();
    begun.write(framed(long1));
    assertEquals(new Answer(200, "4", "deadline_exceeded"), answer(told));
  }

  @Test
  void healthNeedsNoToken() {
    try (CryptoClient nobody = new CryptoClient(node, null)) {
      HealthCheckResponse health =
          nobody.call(
              "grpc.health.v1.Health/Check",
              HealthCheckRequest.getDefaultInstance(),
              HealthCheckResponse.parser(),
              CallOptions.DEFAULT);
      assertEquals(HealthCheckResponse.ServingStatus.SERVING, health.getStatus());
    }
  }

  @Test
  void watchTellsThatANodeDrains(@TempDir Path directory) throws Exception {
    try (TestNode other = new TestNode(directory);
        CryptoClient nobody = new CryptoClient(other, null)) {
      Streaming<HealthCheckResponse> watch =
          new Streaming<>(nobody, "grpc.health.v1.Health/Watch", HealthCheckResponse.parser());
      watch
          .send(HealthCheckRequest.newBuilder().setService("cofre.dataplane.v1.Crypto").build())
          .end();
      long deadlineNs = System.nanoTime() + 120_000_000_000L;
      while (watch.answers.isEmpty()) {
        assertTrue(System.nanoTime() < deadlineNs, "the first state");
        Thread.sleep(5);
      }
      other.state().drain(java.time.Duration.ZERO);
      assertEquals(Status.Code.OK, watch.await().getCode());
      assertEquals(
          List.of(
              HealthCheckResponse.ServingStatus.SERVING,
              HealthCheckResponse.ServingStatus.NOT_SERVING),
          watch.answers.stream().map(HealthCheckResponse::getStatus).toList());
    }
  }

  @Test
  void toolsAreToldTheServicesAndTheirDescriptors() throws Exception {
    for (String version : List.of("v1", "v1alpha")) {
      try (CryptoClient nobody = new CryptoClient(node, null)) {
        Streaming<ServerReflectionResponse> asked =
            new Streaming<>(
                nobody,
                "grpc.reflection." + version + ".ServerReflection/ServerReflectionInfo",
                ServerReflectionResponse.parser());
        asked
            .send(ServerReflectionRequest.newBuilder().setListServices("").build())
            .send(
                ServerReflectionRequest.newBuilder()
                    .setFileContainingSymbol("cofre.dataplane.v1.Crypto")
                    .build())
            .send(ServerReflectionRequest.newBuilder().setFileByFilename("nowhere").build())
            .end();
        assertEquals(Status.Code.OK, asked.await().getCode());
        assertEquals(3, asked.answers.get(0).getListServicesResponse().getServiceCount());
        var file =
            com.google.protobuf.DescriptorProtos.FileDescriptorProto.parseFrom(
                asked.answers.get(1).getFileDescriptorResponse().getFileDescriptorProto(0));
        assertEquals("cofre/dataplane/v1/crypto.proto", file.getName());
        assertEquals(11, file.getService(0).getMethodCount());
        assertEquals(5, asked.answers.get(2).getErrorResponse().getErrorCode());
      }
    }
  }

  @Test
  void theOtherFacesOnThePortAreThere() throws Exception {
    try (CryptoClient app = new CryptoClient(node, TestNode.APP_TOKEN)) {
      EncryptResponse sealed =
          app.call("Encrypt", EncryptRequest.parseFrom(GOOD), EncryptResponse.parser());
      HttpClientRequest request =
          request("/v1/decrypt", "content-type", "application/octet-stream");
      Future<Buffer> body = request.response().compose(HttpClientResponse::body);
      request.send(Buffer.buffer(sealed.getCiphertext().toByteArray()));
      assertEquals("order 4711", wait(body).toString());
    }
  }
}
