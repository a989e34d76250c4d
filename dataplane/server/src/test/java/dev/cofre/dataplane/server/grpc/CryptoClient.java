package dev.cofre.dataplane.server.grpc;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.cofre.dataplane.server.http.TestNode;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.okhttp.OkHttpChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;

/** gRPC's own client, whose HTTP/2 shares no code with the server. Thread-safe. */
final class CryptoClient implements AutoCloseable {
  static final Metadata.Key<String> AUTHORIZATION = ascii("authorization");
  static final Metadata.Key<String> CODE = ascii("cofre-code");
  static final Metadata.Key<String> REQUEST_ID = ascii("request-id");
  static final String CRYPTO = "cofre.dataplane.v1.Crypto/";

  private final ManagedChannel managed;
  private final Channel channel;

  CryptoClient(TestNode node, String token) {
    managed =
        OkHttpChannelBuilder.forAddress("127.0.0.1", node.port)
            .usePlaintext()
            .maxInboundMessageSize(32 << 20)
            .build();
    Metadata metadata = new Metadata();
    if (token != null) {
      metadata.put(AUTHORIZATION, "Bearer " + token);
    }
    channel =
        ClientInterceptors.intercept(managed, MetadataUtils.newAttachHeadersInterceptor(metadata));
  }

  static Metadata.Key<String> ascii(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  <A extends MessageLite> A call(String method, MessageLite request, Parser<A> answer) {
    return call(CRYPTO + method, request, answer, CallOptions.DEFAULT);
  }

  <A extends MessageLite> A call(
      String method, MessageLite request, Parser<A> answer, CallOptions options) {
    return ClientCalls.blockingUnaryCall(
        channel,
        descriptor(method, MethodDescriptor.MethodType.UNARY, answer),
        options.withDeadlineAfter(120, TimeUnit.SECONDS),
        request);
  }

  /** A call of many messages, not started. */
  <A extends MessageLite> ClientCall<MessageLite, A> open(String method, Parser<A> answer) {
    return channel.newCall(
        descriptor(method, MethodDescriptor.MethodType.BIDI_STREAMING, answer),
        CallOptions.DEFAULT.withDeadlineAfter(120, TimeUnit.SECONDS));
  }

  private static <A extends MessageLite> MethodDescriptor<MessageLite, A> descriptor(
      String method, MethodDescriptor.MethodType type, Parser<A> answer) {
    return MethodDescriptor.<MessageLite, A>newBuilder()
        .setType(type)
        .setFullMethodName(method)
        .setRequestMarshaller(new Messages<>(null))
        .setResponseMarshaller(new Messages<>(answer))
        .build();
  }

  private record Messages<M extends MessageLite>(Parser<? extends M> parser)
      implements MethodDescriptor.Marshaller<M> {
    @Override
    public InputStream stream(M message) {
      return new ByteArrayInputStream(message.toByteArray());
    }

    @Override
    public M parse(InputStream in) {
      try {
        return parser.parseFrom(in);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Override
  public void close() {
    managed.shutdownNow();
  }
}
