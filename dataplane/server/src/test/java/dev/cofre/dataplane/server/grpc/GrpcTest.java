package dev.cofre.dataplane.server.grpc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import dev.cofre.contract.grpc.crypto.DecryptBatchRequest;
import dev.cofre.contract.grpc.crypto.DecryptBatchResponse;
import dev.cofre.contract.grpc.crypto.DecryptDataKeyRequest;
import dev.cofre.contract.grpc.crypto.DecryptDataKeyResponse;
import dev.cofre.contract.grpc.crypto.DecryptItem;
import dev.cofre.contract.grpc.crypto.DecryptRequest;
import dev.cofre.contract.grpc.crypto.DecryptResponse;
import dev.cofre.contract.grpc.crypto.EncryptBatchRequest;
import dev.cofre.contract.grpc.crypto.EncryptBatchResponse;
import dev.cofre.contract.grpc.crypto.EncryptItem;
import dev.cofre.contract.grpc.crypto.EncryptRequest;
import dev.cofre.contract.grpc.crypto.EncryptResponse;
import dev.cofre.contract.grpc.crypto.GenerateDataKeyRequest;
import dev.cofre.contract.grpc.crypto.GenerateDataKeyResponse;
import dev.cofre.contract.grpc.crypto.ReencryptBatchRequest;
import dev.cofre.contract.grpc.crypto.ReencryptBatchResponse;
import dev.cofre.contract.grpc.crypto.ReencryptRequest;
import dev.cofre.contract.grpc.crypto.ReencryptResponse;
import dev.cofre.contract.snapshot.wire.KeyState;
import dev.cofre.dataplane.server.http.TestNode;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Unary calls by gRPC's own client: what is done, and how refusals are told. */
class GrpcTest {
  private static final ByteString PLAINTEXT = ByteString.copyFromUtf8("order 4711");

  private static TestNode node;
  private static CryptoClient app;

  @BeforeAll
  static void start(@TempDir Path directory) throws Exception {
    node = new TestNode(directory);
    app = new CryptoClient(node, TestNode.APP_TOKEN);
  }

  @AfterAll
  static void stop() {
    app.close();
    node.close();
  }

  private static EncryptRequest.Builder encrypting() {
    return EncryptRequest.newBuilder()
        .setKey("demo")
        .putContext("app", "demo")
        .putContext("café", "☕")
        .setPlaintext(PLAINTEXT);
  }

  private static DecryptRequest.Builder decrypting(ByteString envelope) {
    return DecryptRequest.newBuilder()
        .putContext("app", "demo")
        .putContext("café", "☕")
        .setCiphertext(envelope);
  }

  private static EncryptResponse encrypt() {
    return app.call("Encrypt", encrypting().build(), EncryptResponse.parser());
  }

  @Test
  void oneInputThereAndBack() {
    EncryptResponse sealed = encrypt();
    assertEquals(node.keyId.toString(), sealed.getKey());
    assertEquals("demo", sealed.getAlias());
    assertEquals(1, sealed.getVersion());
    assertEquals(PLAINTEXT.size() + 180, sealed.getCiphertext().size());
    DecryptResponse opened =
        app.call("Decrypt", decrypting(sealed.getCiphertext()).build(), DecryptResponse.parser());
    assertEquals(PLAINTEXT, opened.getPlaintext());
    assertEquals(node.keyId.toString(), opened.getKey());
    ReencryptResponse again =
        app.call(
            "Reencrypt",
            ReencryptRequest.newBuilder()
                .putContext("café", "☕")
                .putContext("app", "demo")
                .setCiphertext(sealed.getCiphertext())
                .build(),
            ReencryptResponse.parser());
    assertNotEquals(sealed.getCiphertext(), again.getCiphertext());
    assertEquals(
        PLAINTEXT,
        app.call("Decrypt", decrypting(again.getCiphertext()).build(), DecryptResponse.parser())
            .getPlaintext());
  }

  @Test
  void anEmptyPlaintextAndOneOfTheLimit() {
    for (int length : new int[] {0, 65_536, 65_537, 4 << 20}) {
      ByteString plaintext = ByteString.copyFrom(new byte[length]);
      ByteString envelope =
          app.call(
                  "Encrypt",
                  EncryptRequest.newBuilder().setKey("demo").setPlaintext(plaintext).build(),
                  EncryptResponse.parser())
              .getCiphertext();
      assertEquals(
          plaintext,
          app.call(
                  "Decrypt",
                  DecryptRequest.newBuilder().setCiphertext(envelope).build(),
                  DecryptResponse.parser())
              .getPlaintext());
    }
    refused(
        Status.Code.RESOURCE_EXHAUSTED,
        "payload_too_large",
        () ->
            app.call(
                "Encrypt",
                EncryptRequest.newBuilder()
                    .setKey("demo")
                    .setPlaintext(ByteString.copyFrom(new byte[(4 << 20) + 1]))
                    .build(),
                EncryptResponse.parser()));
  }

  @Test
  void aBatchHasAnOutcomeForEachItem() {
    EncryptBatchResponse sealed =
        app.call(
            "EncryptBatch",
            EncryptBatchRequest.newBuilder()
                .setKey("demo")
                .addItems(EncryptItem.newBuilder().setPlaintext(PLAINTEXT))
                .addItems(
                    EncryptItem.newBuilder().putContext("", "no name").setPlaintext(PLAINTEXT))
                .addItems(EncryptItem.newBuilder().putContext("n", "3"))
                .build(),
            EncryptBatchResponse.parser());
    assertEquals(3, sealed.getResultsCount());
    assertEquals("invalid_request", sealed.getResults(1).getError().getCode());
    assertTrue(sealed.getResults(1).getCiphertext().isEmpty());
    assertEquals("demo", sealed.getResults(2).getAlias());
    DecryptItem.Builder third =
        DecryptItem.newBuilder()
            .putContext("n", "3")
            .setCiphertext(sealed.getResults(2).getCiphertext());
    DecryptItem.Builder first =
        DecryptItem.newBuilder().setCiphertext(sealed.getResults(0).getCiphertext());
    DecryptItem.Builder wrong =
        DecryptItem.newBuilder().setCiphertext(sealed.getResults(2).getCiphertext());
    DecryptBatchResponse opened =
        app.call(
            "DecryptBatch",
            DecryptBatchRequest.newBuilder()
                .addItems(wrong)
                .addItems(third)
                .addItems(first)
                .build(),
            DecryptBatchResponse.parser());
    assertEquals("invalid_ciphertext", opened.getResults(0).getError().getCode());
    assertEquals(ByteString.EMPTY, opened.getResults(1).getPlaintext());
    assertEquals("demo", opened.getResults(1).getAlias());
    assertEquals(PLAINTEXT, opened.getResults(2).getPlaintext());
    ReencryptBatchResponse again =
        app.call(
            "ReencryptBatch",
            ReencryptBatchRequest.newBuilder().addItems(first).addItems(wrong).build(),
            ReencryptBatchResponse.parser());
    assertEquals(PLAINTEXT.size() + 180, again.getResults(0).getCiphertext().size());
    assertEquals("invalid_ciphertext", again.getResults(1).getError().getCode());
  }

  @Test
  void dataKeysAreHandedOutAndDecrypted() {
    GenerateDataKeyRequest.Builder request =
        GenerateDataKeyRequest.newBuilder().setKey("demo").putContext("file", "7").setBytes(32);
    GenerateDataKeyResponse made =
        app.call("GenerateDataKey", request.build(), GenerateDataKeyResponse.parser());
    assertEquals(32, made.getPlaintext().size());
    assertEquals(104, made.getWrapped().size());
    assertTrue(made.getTtlMs() > 0);
    DecryptDataKeyRequest.Builder wrapped =
        DecryptDataKeyRequest.newBuilder().setWrapped(made.getWrapped());
    DecryptDataKeyResponse opened =
        app.call(
            "DecryptDataKey",
            wrapped.clone().putContext("file", "7").build(),
            DecryptDataKeyResponse.parser());
    assertArrayEquals(made.getPlaintext().toByteArray(), opened.getPlaintext().toByteArray());
    refused(
        Status.Code.INVALID_ARGUMENT,
        "invalid_ciphertext",
        () -> app.call("DecryptDataKey", wrapped.build(), DecryptDataKeyResponse.parser()));
    GenerateDataKeyResponse withheld =
        app.call(
            "GenerateDataKey",
            request.setWithoutPlaintext(true).build(),
            GenerateDataKeyResponse.parser());
    assertTrue(withheld.getPlaintext().isEmpty());
    refused(
        Status.Code.INVALID_ARGUMENT,
        "invalid_request",
        () ->
            app.call(
                "GenerateDataKey", request.setBytes(16).build(), GenerateDataKeyResponse.parser()));
  }

  private interface Attempt {
    Object make();
  }

  private static StatusRuntimeException refused(Status.Code status, String code, Attempt attempt) {
    StatusRuntimeException refusal = assertThrows(StatusRuntimeException.class, attempt::make);
    assertEquals(status, refusal.getStatus().getCode(), refusal::toString);
    assertEquals(code, refusal.getTrailers().get(CryptoClient.CODE));
    return refusal;
  }

  @ParameterizedTest
  @CsvSource({
    "nowhere,NOT_FOUND,key_not_found",
    "expired,FAILED_PRECONDITION,key_expired",
    "'',INVALID_ARGUMENT,invalid_request"
  })
  void aRefusalIsAStatusWithItsStableCode(String key, Status.Code status, String code)
      throws Exception {
    StatusRuntimeException refusal =
        refused(
            status,
            code,
            () -> app.call("Encrypt", encrypting().setKey(key).build(), EncryptResponse.parser()));
    com.google.rpc.Status details =
        com.google.rpc.Status.parseFrom(
            refusal
                .getTrailers()
                .get(Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER)));
    assertEquals(status.value(), details.getCode());
    ErrorInfo info = details.getDetails(0).unpack(ErrorInfo.class);
    assertEquals(code.toUpperCase(java.util.Locale.ROOT), info.getReason());
    assertEquals("cofre.dev", info.getDomain());
    String requestId = refusal.getTrailers().get(CryptoClient.REQUEST_ID);
    assertEquals(requestId, info.getMetadataOrThrow("requestId"));
    assertEquals(details.getMessage(), refusal.getStatus().getDescription());
    assertTrue(
        node.auditLines().stream()
            .anyMatch(line -> line.contains(requestId) && line.contains(code)),
        "the refusal is in the audit log");
  }

  @Test
  void whoIsNotKnownOrHasNoGrantIsRefused() {
    try (CryptoClient nobody = new CryptoClient(node, null);
        CryptoClient stranger = new CryptoClient(node, TestNode.STRANGER_TOKEN);
        CryptoClient officer = new CryptoClient(node, TestNode.OFFICER_TOKEN)) {
      EncryptRequest request = encrypting().build();
      refused(
          Status.Code.UNAUTHENTICATED,
          "unauthenticated",
          () -> nobody.call("Encrypt", request, EncryptResponse.parser()));
      refused(
          Status.Code.NOT_FOUND,
          "key_not_found",
          () -> stranger.call("Encrypt", request, EncryptResponse.parser()));
      refused(
          Status.Code.PERMISSION_DENIED,
          "forbidden",
          () -> officer.call("Encrypt", request, EncryptResponse.parser()));
    }
  }

  @Test
  void aDisabledKeyIsAFailedPrecondition() throws Exception {
    node.publish(KeyState.KEY_STATE_DISABLED);
    try {
      refused(Status.Code.FAILED_PRECONDITION, "key_disabled", GrpcTest::encrypt);
    } finally {
      node.publish(KeyState.KEY_STATE_ACTIVE);
    }
    assertEquals("demo", encrypt().getAlias());
  }

  @Test
  void aNodeThatDrainsSaysSoAndWhenToTryAgain(@TempDir Path directory) throws Exception {
    try (TestNode other = new TestNode(directory);
        CryptoClient client = new CryptoClient(other, TestNode.APP_TOKEN)) {
      other.state().drain(java.time.Duration.ZERO);
      StatusRuntimeException refusal =
          refused(
              Status.Code.UNAVAILABLE,
              "not_ready",
              () -> client.call("Encrypt", encrypting().build(), EncryptResponse.parser()));
      com.google.rpc.Status details =
          com.google.rpc.Status.parseFrom(
              refusal
                  .getTrailers()
                  .get(
                      Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER)));
      assertEquals(1, details.getDetails(1).unpack(RetryInfo.class).getRetryDelay().getSeconds());
    }
  }
}
