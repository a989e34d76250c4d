package dev.cofre.loadtest.traffic;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import com.google.protobuf.UnsafeByteOperations;
import dev.cofre.contract.envelope.EnvelopeFormat;
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
import dev.cofre.loadtest.grpc.GrpcCall;
import dev.cofre.loadtest.workload.Draw;
import java.io.IOException;
import java.util.List;

/** Makes gRPC calls of draws. Immutable. */
final class GrpcRequests {
  private static final String SERVICE = "/cofre.dataplane.v1.Crypto/";
  private static final int DATA_KEY_BYTES = 32;

  private final String authorization;

  GrpcRequests(Site site) throws IOException {
    this.authorization = site.authorization();
  }

  GrpcCall call(Prepared prepared) {
    Draw draw = prepared.draw();
    boolean batch = prepared.inputs().size() > 1;
    return switch (draw.operation().kind()) {
      case ENCRYPT -> batch ? encryptBatch(prepared) : encrypt(prepared);
      case DECRYPT -> batch ? decryptBatch(prepared) : decrypt(prepared);
      case BAD ->
          GrpcCall.expectingError(
              SERVICE + "Decrypt", authorization, decryption(prepared), "invalid_ciphertext");
      case DATA_KEY ->
          call(
              "GenerateDataKey",
              GenerateDataKeyRequest.newBuilder()
                  .setKey(draw.key())
                  .putAllContext(draw.context())
                  .build(),
              answer -> !GenerateDataKeyResponse.parseFrom(answer).getWrapped().isEmpty());
      case UNWRAP ->
          call(
              "DecryptDataKey",
              DecryptDataKeyRequest.newBuilder()
                  .putAllContext(draw.context())
                  .setWrapped(bytes(prepared.inputs().getFirst()))
                  .build(),
              answer ->
                  DecryptDataKeyResponse.parseFrom(answer).getPlaintext().size() == DATA_KEY_BYTES);
      case HTTP -> throw new IllegalArgumentException("http operations are not sent by gRPC");
    };
  }

  private GrpcCall call(String method, MessageLite message, GrpcCall.Right right) {
    return GrpcCall.expecting(SERVICE + method, authorization, message, right);
  }

  private static ByteString bytes(byte[] raw) {
    return UnsafeByteOperations.unsafeWrap(raw);
  }

  private GrpcCall encrypt(Prepared prepared) {
    Draw draw = prepared.draw();
    long length = EnvelopeFormat.envelopeLength(draw.bytes());
    return call(
        "Encrypt",
        EncryptRequest.newBuilder()
            .setKey(draw.key())
            .putAllContext(draw.context())
            .setPlaintext(bytes(prepared.inputs().getFirst()))
            .build(),
        answer -> EncryptResponse.parseFrom(answer).getCiphertext().size() == length);
  }

  private GrpcCall encryptBatch(Prepared prepared) {
    Draw draw = prepared.draw();
    long length = EnvelopeFormat.envelopeLength(draw.bytes());
    int items = prepared.inputs().size();
    EncryptBatchRequest.Builder message = EncryptBatchRequest.newBuilder().setKey(draw.key());
    for (byte[] input : prepared.inputs()) {
      message.addItems(
          EncryptItem.newBuilder().putAllContext(draw.context()).setPlaintext(bytes(input)));
    }
    return call(
        "EncryptBatch",
        message.build(),
        answer -> {
          EncryptBatchResponse batch = EncryptBatchResponse.parseFrom(answer);
          return batch.getResultsCount() == items
              && batch.getResultsList().stream().allMatch(r -> r.getCiphertext().size() == length);
        });
  }

  private static DecryptRequest decryption(Prepared prepared) {
    return DecryptRequest.newBuilder()
        .putAllContext(prepared.draw().context())
        .setCiphertext(bytes(prepared.inputs().getFirst()))
        .build();
  }

  private GrpcCall decrypt(Prepared prepared) {
    ByteString plaintext = bytes(prepared.plaintexts().getFirst());
    return call(
        "Decrypt",
        decryption(prepared),
        answer -> DecryptResponse.parseFrom(answer).getPlaintext().equals(plaintext));
  }

  private GrpcCall decryptBatch(Prepared prepared) {
    DecryptBatchRequest.Builder message = DecryptBatchRequest.newBuilder();
    for (byte[] input : prepared.inputs()) {
      message.addItems(
          DecryptItem.newBuilder()
              .putAllContext(prepared.draw().context())
              .setCiphertext(bytes(input)));
    }
    List<ByteString> plaintexts = prepared.plaintexts().stream().map(GrpcRequests::bytes).toList();
    return call(
        "DecryptBatch",
        message.build(),
        answer ->
            DecryptBatchResponse.parseFrom(answer).getResultsList().stream()
                .map(result -> result.getPlaintext())
                .toList()
                .equals(plaintexts));
  }
}
