package dev.cofre.client;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.WriteStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * An output stream as a Vert.x write stream: writes queue up, and the thread that calls {@link
 * #writeUntilStopped} carries them out. The queue is full at 256 KiB and drained at half of that.
 *
 * <p>Thread-safe. The output is flushed at the end and not closed.
 */
final class OutputStreamSink implements WriteStream<Buffer> {
  private static final int QUEUE_BYTES_MAX = 256 * 1024;
  private static final int CHUNK_BYTES = 64 * 1024;

  private final OutputStream out;
  private final Queue<Write> queue = new ArrayDeque<>();
  private int queuedBytes;
  private int queueBytesMax = QUEUE_BYTES_MAX;
  private boolean stopped;
  private boolean draining;
  private Handler<Void> drainHandler;

  /** A chunk to write, or the end when {@code chunk} is null. */
  private record Write(Buffer chunk, Promise<Void> done) {}

  OutputStreamSink(OutputStream out) {
    this.out = out;
  }

  /** Carries out writes until {@link #stop()}; a write that fails is told to who asked for it. */
  void writeUntilStopped() throws InterruptedException {
    byte[] bytes = new byte[CHUNK_BYTES];
    for (Write next = take(); next != null; next = take()) {
      try {
        if (next.chunk() == null) {
          out.flush();
        } else {
          write(next.chunk(), bytes);
          written(next.chunk().length());
        }
        next.done().complete();
      } catch (IOException e) {
        next.done().fail(e);
      }
    }
  }

  /** Lets {@link #writeUntilStopped} return; what is still queued is dropped. */
  synchronized void stop() {
    stopped = true;
    notifyAll();
  }

  private synchronized Write take() throws InterruptedException {
    while (queue.isEmpty() && !stopped) {
      wait();
    }
    return stopped ? null : queue.remove();
  }

  private void write(Buffer chunk, byte[] bytes) throws IOException {
    for (int offset = 0; offset < chunk.length(); offset += bytes.length) {
      int length = Math.min(bytes.length, chunk.length() - offset);
      chunk.getBytes(offset, offset + length, bytes);
      out.write(bytes, 0, length);
    }
  }

  private void written(int length) {
    Handler<Void> handler = null;
    synchronized (this) {
      queuedBytes -= length;
      if (draining && queuedBytes <= queueBytesMax / 2) {
        draining = false;
        handler = drainHandler;
      }
    }
    if (handler != null) {
      handler.handle(null);
    }
  }

  private synchronized Future<Void> enqueue(Buffer chunk) {
    if (stopped) {
      return Future.failedFuture(new IOException("the output is no longer written to"));
    }
    Promise<Void> done = Promise.promise();
    queue.add(new Write(chunk, done));
    queuedBytes += chunk == null ? 0 : chunk.length();
    notifyAll();
    return done.future();
  }

  @Override
  public Future<Void> write(Buffer chunk) {
    return enqueue(chunk);
  }

  @Override
  public Future<Void> end() {
    return enqueue(null);
  }

  @Override
  public synchronized boolean writeQueueFull() {
    boolean full = queuedBytes >= queueBytesMax;
    draining |= full;
    return full;
  }

  @Override
  public OutputStreamSink exceptionHandler(Handler<Throwable> handler) {
    // Failures are told by the future of the write that failed.
    return this;
  }

  @Override
  public synchronized OutputStreamSink setWriteQueueMaxSize(int maxSize) {
    queueBytesMax = maxSize;
    return this;
  }

  @Override
  public synchronized OutputStreamSink drainHandler(Handler<Void> handler) {
    drainHandler = handler;
    return this;
  }
}
