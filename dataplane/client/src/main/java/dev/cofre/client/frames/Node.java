package dev.cofre.client.frames;

import dev.cofre.client.CofreException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * One node: its connections, and whether it is to be trusted with calls. Thread-safe.
 *
 * <p>A node that fails {@value #FAILURES_MAX} times on end, or cannot be connected to, is ejected:
 * for a time that doubles up to 30 s, with jitter, calls go to others. Then it is probed, by a
 * connection and its hello, and takes calls again when that was answered; the next failure ejects
 * it anew.
 */
final class Node {
  private static final int FAILURES_MAX = 3;
  private static final long EJECTED_MS = 250;
  private static final long BARRED_NS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long EJECTED_MS_MAX = 30_000;

  private final Vertx vertx;
  private final NodeAddress address;
  private final FrameOptions options;
  private final Connector connector;
  private final Dispatcher dispatcher;
  private final AtomicReferenceArray<FrameConnection> connections;
  private final AtomicInteger open = new AtomicInteger();
  private volatile long avoidUntilNs = System.nanoTime();
  private volatile boolean ejected;
  private volatile int failures;
  private volatile long ejectedNs;
  private int ejections;

  Node(
      Vertx vertx,
      NodeAddress address,
      FrameOptions options,
      Connector connector,
      Dispatcher dispatcher) {
    this.vertx = vertx;
    this.address = address;
    this.options = options;
    this.connector = connector;
    this.dispatcher = dispatcher;
    this.connections = new AtomicReferenceArray<>(options.limits().connectionsPerNode());
  }

  NodeAddress address() {
    return address;
  }

  /** How many attempts are under way here. */
  int open() {
    return open.get();
  }

  void left() {
    open.decrementAndGet();
  }

  boolean isFree(long nowNs) {
    return !ejected && avoidUntilNs - nowNs <= 0;
  }

  long freeInNs(long nowNs) {
    long avoid = Math.max(0, avoidUntilNs - nowNs);
    return ejected ? avoid + TimeUnit.MILLISECONDS.toNanos(EJECTED_MS_MAX) : avoid;
  }

  /** Calls go elsewhere for {@code ms}, if there is an elsewhere. */
  void avoid(long ms) {
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
    if (until - avoidUntilNs > 0) {
      avoidUntilNs = until;
    }
  }

  void submit(Call<?> call) {
    if (ejected && isBarred()) {
      dispatcher.failed(
          call,
          Attempt.unsent(
              new CofreException(
                  CofreException.Kind.UNREACHABLE, "cannot connect to " + address + " now")));
      return;
    }
    open.incrementAndGet();
    connection().submit(call);
  }

  /** Whether a connection failed a moment ago: not every call begins the next one. */
  private boolean isBarred() {
    for (int i = 0; i < connections.length(); i++) {
      FrameConnection connection = connections.get(i);
      if (connection != null && connection.takesCalls()) {
        return false;
      }
    }
    return System.nanoTime() - ejectedNs < BARRED_NS;
  }

  /** The event loop's own connection, else the one with the fewest requests. */
  private FrameConnection connection() {
    FrameConnection least = null;
    int leastAt = 0;
    for (int i = 0; i < connections.length(); i++) {
      FrameConnection connection = connections.get(i);
      if (connection == null || !connection.takesCalls()) {
        return connect(i, connection);
      }
      if (connection.isOfThisThread()) {
        return connection;
      }
      if (least == null || connection.load() < least.load()) {
        least = connection;
        leastAt = i;
      }
    }
    return least != null ? least : connect(leastAt, null);
  }

  private FrameConnection connect(int at, FrameConnection gone) {
    ContextInternal context = ((VertxInternal) vertx).createEventLoopContext();
    FrameConnection made = new FrameConnection(this, context.nettyEventLoop(), options, dispatcher);
    FrameConnection found = gone;
    while (!connections.compareAndSet(at, found, made)) {
      found = connections.get(at);
      if (found != null && found.takesCalls()) {
        return found;
      }
    }
    connector.connect(context, address, made);
    return made;
  }

  /** An attempt was answered, with whatever is no fault of the node. */
  void succeeded() {
    if (failures != 0) {
      failures = 0;
      synchronized (this) {
        ejections = 0;
      }
    }
  }

  /** An attempt failed by the node. */
  void failed(String reason) {
    int now = failures + 1;
    // Lost counts of two threads do no harm: it takes a failure more.
    failures = now;
    if (now >= FAILURES_MAX) {
      eject(reason);
    }
  }

  /** No connection can be made. */
  void eject(String reason) {
    ejectedNs = System.nanoTime();
    long ejectedMs;
    synchronized (this) {
      if (ejected || dispatcher.isClosing()) {
        return;
      }
      ejected = true;
      long window = Math.min(EJECTED_MS_MAX, EJECTED_MS << Math.min(ejections, 10));
      ejectedMs = window / 2 + ThreadLocalRandom.current().nextLong(window / 2 + 1);
      ejections++;
    }
    options.metrics().ejected(address.text(), reason, ejectedMs);
    vertx.setTimer(ejectedMs, timer -> probe());
  }

  private void probe() {
    if (!dispatcher.isClosing()) {
      ContextInternal context = ((VertxInternal) vertx).createEventLoopContext();
      FrameConnection made =
          new FrameConnection(this, context.nettyEventLoop(), options, dispatcher);
      made.ready().onSuccess(done -> probed(made)).onFailure(cause -> probeFailed());
      connector.connect(context, address, made);
    }
  }

  private void probed(FrameConnection made) {
    failures = FAILURES_MAX - 1;
    synchronized (this) {
      ejected = false;
    }
    FrameConnection now = connections.get(0);
    if (dispatcher.isClosing()) {
      made.close();
      return;
    }
    if ((now != null && now.takesCalls()) || !connections.compareAndSet(0, now, made)) {
      made.retire();
    }
    options.metrics().returned(address.text());
  }

  private void probeFailed() {
    synchronized (this) {
      ejected = false;
    }
    eject("probe");
  }

  Future<Void> close() {
    List<Future<Void>> closed = new ArrayList<>();
    for (int i = 0; i < connections.length(); i++) {
      FrameConnection connection = connections.get(i);
      if (connection != null) {
        closed.add(connection.close());
      }
    }
    return Future.join(closed).mapEmpty();
  }
}
