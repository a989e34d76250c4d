package dev.cofre.client;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * An input stream as a Vert.x read stream: a daemon thread of its own reads chunks of at most 64
 * KiB and calls the handlers, and stands still while the stream is paused.
 *
 * <p>Handlers are set before the first {@link #resume()} or {@link #fetch}. Thread-safe otherwise.
 * {@link #close()} ends the thread after the read that is under way; it does not close the input.
 */
final class InputStreamSource implements ReadStream<Buffer>, AutoCloseable {
  private static final int CHUNK_BYTES = 64 * 1024;

  private final InputStream in;
  private Handler<Buffer> chunkHandler;
  private Handler<Void> endHandler;
  private Handler<Throwable> exceptionHandler;
  private long demand;
  private boolean closed;
  private Thread reader;

  InputStreamSource(InputStream in) {
    this.in = in;
  }

  private void read() {
    byte[] chunk = new byte[CHUNK_BYTES];
    try {
      while (awaitDemand()) {
        int length = in.read(chunk);
        if (length < 0) {
          notifyEnd();
          return;
        }
        if (length > 0 && !isClosed()) {
          chunkHandler.handle(Buffer.buffer(length).appendBytes(chunk, 0, length));
        }
      }
    } catch (IOException e) {
      notifyFailure(e);
    } catch (InterruptedException e) {
      notifyFailure(new IOException("interrupted while reading the input", e));
    }
  }

  private synchronized boolean awaitDemand() throws InterruptedException {
    while (demand == 0 && !closed) {
      wait();
    }
    if (demand != Long.MAX_VALUE) {
      demand--;
    }
    return !closed;
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  private void notifyEnd() {
    if (!isClosed() && endHandler != null) {
      endHandler.handle(null);
    }
  }

  private void notifyFailure(IOException failure) {
    if (!isClosed() && exceptionHandler != null) {
      exceptionHandler.handle(failure);
    }
  }

  @Override
  public InputStreamSource exceptionHandler(Handler<Throwable> handler) {
    exceptionHandler = handler;
    return this;
  }

  @Override
  public InputStreamSource handler(Handler<Buffer> handler) {
    chunkHandler = handler;
    return this;
  }

  @Override
  public InputStreamSource endHandler(Handler<Void> handler) {
    endHandler = handler;
    return this;
  }

  @Override
  public synchronized InputStreamSource pause() {
    demand = 0;
    return this;
  }

  @Override
  public InputStreamSource resume() {
    return fetch(Long.MAX_VALUE);
  }

  @Override
  public synchronized InputStreamSource fetch(long amount) {
    demand = demand + amount < 0 ? Long.MAX_VALUE : demand + amount;
    if (reader == null && !closed) {
      reader = new Thread(this::read, "cofre-source");
      reader.setDaemon(true);
      reader.start();
    }
    notifyAll();
    return this;
  }

  @Override
  public synchronized void close() {
    closed = true;
    notifyAll();
  }
}
