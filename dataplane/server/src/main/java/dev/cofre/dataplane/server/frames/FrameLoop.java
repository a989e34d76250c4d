package dev.cofre.dataplane.server.frames;

import dev.cofre.dataplane.server.state.ServerState;
import dev.cofre.engine.request.RequestPath;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Executor;

/**
 * What the frame connections of one event loop share: its request path, the array that each read is
 * executed from, its clock of waiting. Not thread-safe; used on its event loop.
 */
final class FrameLoop {
  /** What one read takes from a socket at most. */
  static final int READ_BYTES = 128 * 1024;

  private static final int INPUT_BYTES = 2 * READ_BYTES;
  private static final long SWEEP_MS = 1_000;
  private static final long DRAIN_CHECK_MS = 50;

  private final ServerState state;
  private final RequestPath path;
  private final FrameSettings settings;
  private final Executor loop;
  private final FrameAnswers answers;
  private final FrameRun run;
  private final QueueDelay delay;
  private final Set<FrameConnection> connections = new LinkedHashSet<>();
  private byte[] input = new byte[INPUT_BYTES];
  private boolean draining;

  /** On the event loop of {@code vertx} that this is called on; tasks go there by {@code loop}. */
  FrameLoop(
      Vertx vertx, ServerState state, RequestPath path, FrameSettings settings, Executor loop) {
    this.state = state;
    this.path = path;
    this.settings = settings;
    this.loop = loop;
    this.answers = new FrameAnswers(state);
    this.run = new FrameRun(path, answers);
    this.delay = new QueueDelay(loop);
    vertx.setPeriodic(SWEEP_MS, timer -> sweep());
    vertx.setPeriodic(DRAIN_CHECK_MS, timer -> drain());
  }

  ServerState state() {
    return state;
  }

  RequestPath path() {
    return path;
  }

  FrameSettings settings() {
    return settings;
  }

  Executor executor() {
    return loop;
  }

  FrameAnswers answers() {
    return answers;
  }

  FrameRun run() {
    return run;
  }

  QueueDelay delay() {
    return delay;
  }

  /** An array of at least {@code length} bytes, good until the next read of any connection. */
  byte[] input(int length) {
    if (input.length < length) {
      // Only when TLS hands over what was read before a pause; not kept.
      return new byte[length];
    }
    return input;
  }

  boolean opened(FrameConnection connection) {
    return state.frames().open(settings.connectionsMax()) && connections.add(connection);
  }

  void closed(FrameConnection connection) {
    if (connections.remove(connection)) {
      state.frames().closed();
    }
  }

  private void sweep() {
    path.sweep();
    long nowNs = System.nanoTime();
    for (FrameConnection connection : new ArrayList<>(connections)) {
      connection.sweep(nowNs);
    }
  }

  private void drain() {
    if (!state.isDraining()) {
      return;
    }
    boolean first = !draining;
    draining = true;
    long nowNs = System.nanoTime();
    for (FrameConnection connection : new ArrayList<>(connections)) {
      connection.drain(first, nowNs);
    }
  }
}
