package dev.cofre.dataplane.server.grpc;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** One call of many messages, both ways, all of its answers taken as they come. */
final class Streaming<A extends MessageLite> extends ClientCall.Listener<A> {
  final List<A> answers = new CopyOnWriteArrayList<>();
  final CompletableFuture<Status> status = new CompletableFuture<>();
  private final ClientCall<MessageLite, A> call;
  private volatile Metadata trailers;

  Streaming(CryptoClient client, String method, Parser<A> parser) {
    call = client.open(method, parser);
    call.start(this, new Metadata());
    call.request(Integer.MAX_VALUE);
  }

  Streaming<A> send(MessageLite message) {
    call.sendMessage(message);
    return this;
  }

  Streaming<A> end() {
    call.halfClose();
    return this;
  }

  void cancel() {
    call.cancel("by the test", null);
  }

  @Override
  public void onMessage(A message) {
    answers.add(message);
  }

  @Override
  public void onClose(Status closed, Metadata last) {
    trailers = last;
    status.complete(closed);
  }

  Status await() throws Exception {
    return status.get(150, TimeUnit.SECONDS);
  }

  /** The stable code of a call that failed. */
  String code() {
    return trailers.get(CryptoClient.CODE);
  }
}
