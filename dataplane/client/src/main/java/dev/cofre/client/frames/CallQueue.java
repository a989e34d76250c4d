package dev.cofre.client.frames;

import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The calls of a connection that are not written yet. What other threads bring is taken over by one
 * task on the event loop, however many bring something; bounded by the client's limit of open
 * calls.
 *
 * <p>Concurrency: {@link #offer} is anybody's, all else the event loop's.
 */
final class CallQueue {
  private final Queue<Call<?>> inbox = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean told = new AtomicBoolean();
  private final AtomicInteger load = new AtomicInteger();
  private final ArrayDeque<Call<?>> pending = new ArrayDeque<>();
  private final EventLoop loop;
  private final Runnable arrived;

  /** {@code arrived} runs on {@code loop} when other threads brought something. */
  CallQueue(EventLoop loop, Runnable arrived) {
    this.loop = loop;
    this.arrived = arrived;
  }

  /** Takes {@code call}; true when the caller is the event loop and must see to it. */
  boolean offer(Call<?> call) {
    load.incrementAndGet();
    if (loop.inEventLoop()) {
      pending.add(call);
      return true;
    }
    inbox.add(call);
    if (!told.get() && told.compareAndSet(false, true)) {
      loop.execute(arrived);
    }
    return false;
  }

  /** Takes over what other threads brought. */
  void takeOver() {
    told.set(false);
    for (Call<?> call = inbox.poll(); call != null; call = inbox.poll()) {
      pending.add(call);
    }
  }

  boolean isEmpty() {
    return pending.isEmpty();
  }

  int size() {
    return pending.size();
  }

  /** How many calls wait and are under way; from any thread. */
  int load() {
    return load.get();
  }

  /** A call that was taken in has left the connection. */
  void left() {
    load.decrementAndGet();
  }

  Call<?> peek() {
    return pending.peek();
  }

  Call<?> poll() {
    return pending.poll();
  }

  /** Gives all up. */
  void drain(Consumer<Call<?>> action) {
    takeOver();
    for (Call<?> call = pending.poll(); call != null; call = pending.poll()) {
      action.accept(call);
    }
  }

  /** Tells of each call that waits. */
  void each(Consumer<Call<?>> action) {
    pending.forEach(action);
  }
}
