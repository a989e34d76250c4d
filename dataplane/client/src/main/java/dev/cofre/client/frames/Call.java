package dev.cofre.client.frames;

import dev.cofre.client.CofreException;
import dev.cofre.contract.frames.FrameFormat;
import dev.cofre.contract.frames.FrameType;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.CompletableFuture;

/**
 * One call and its future, over all its attempts. Whoever ends the future, the caller by {@code
 * cancel} or {@code orTimeout} included, ends the call: its place is given back and an attempt that
 * is under way is cancelled at the node.
 *
 * <p>Concurrency: an attempt belongs to one connection's event loop, between attempts to the
 * dispatcher; the future is anybody's.
 */
abstract class Call<T> extends CompletableFuture<T> {
  private static final int DEADLINE_EXTENSION_LENGTH = 8;

  private final Dispatcher dispatcher;
  final Operation operation;
  final byte[] key;
  final byte[] context;
  final byte[] body;
  final int flags;
  final long startedNs = System.nanoTime();
  final long deadlineNs;

  /** Where the attempt is under way, or null. Written by the owner of the moment. */
  volatile FrameConnection at;

  /** The node of the last attempt. */
  Node node;

  int attempts;

  /** The place among the connection's open requests, while it has one. */
  int slot;

  Call(
      Dispatcher dispatcher,
      Operation operation,
      byte[] key,
      byte[] context,
      byte[] body,
      int flags) {
    this.dispatcher = dispatcher;
    this.operation = operation;
    this.key = key;
    this.context = context;
    this.body = body;
    this.flags = flags;
    this.deadlineNs = startedNs + dispatcher.timeoutNs();
  }

  /** What the answer's body says; null when it is not an answer to this. */
  abstract T parse(byte[] in, int offset, int length);

  /** How long the answer's frame will be at most. */
  abstract long answerLength();

  int frameLength() {
    return FrameFormat.HEADER_LENGTH
        + DEADLINE_EXTENSION_LENGTH
        + context.length
        + (key == null ? 0 : 1 + key.length)
        + body.length;
  }

  /** Whether frames of at most {@code frameBytesMax} can carry request and answer. */
  boolean fits(int frameBytesMax) {
    return frameLength() <= frameBytesMax && answerLength() <= frameBytesMax;
  }

  void write(ByteBuf out, int correlation, int deadlineMs) {
    out.writeLong(FrameFormat.headerHigh(frameLength(), operation.type(), flags, 0));
    out.writeLong(FrameFormat.headerLow(correlation, DEADLINE_EXTENSION_LENGTH, context.length));
    out.writeShort(FrameFormat.EXTENSION_DEADLINE);
    out.writeShort(Integer.BYTES);
    out.writeInt(deadlineMs);
    out.writeBytes(context);
    if (key != null) {
      out.writeByte(key.length);
      out.writeBytes(key);
    }
    out.writeBytes(body);
  }

  int answerType() {
    return operation.type() | FrameType.ANSWER;
  }

  /** What the call holds while it is open. */
  long heldBytes() {
    return body.length;
  }

  /** The attempt that was at {@code connection} is over; true for the first to say so. */
  boolean leave(FrameConnection connection) {
    if (at != connection) {
      return false;
    }
    at = null;
    node.left();
    return true;
  }

  /** Ends a call that was never counted. */
  void refuse(CofreException failure) {
    super.completeExceptionally(failure);
  }

  @Override
  public boolean complete(T value) {
    return super.complete(value) && ended("ok");
  }

  @Override
  public boolean completeExceptionally(Throwable failure) {
    return super.completeExceptionally(failure) && ended(Dispatcher.reason(failure));
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    return super.cancel(mayInterruptIfRunning) && ended("cancelled");
  }

  private boolean ended(String outcome) {
    dispatcher.ended(this, outcome);
    return true;
  }

  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    return new CompletableFuture<>();
  }

  /** Neither plaintext nor envelope. */
  @Override
  public String toString() {
    return "Call[" + operation.text() + (isDone() ? ", done]" : ", open]");
  }
}
